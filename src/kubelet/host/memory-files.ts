import { type Clock, whenAborted } from "../../base/index.ts";
import { HostError } from "./errors.ts";
import type { FileInfo, HostFiles, HostMounts, WriteOptions } from "./host.ts";

/** A file keeps at most this much: simulated logs forget their oldest lines. */
const FILE_BYTES_MAX = 256 * 1024;
const LINKS_MAX = 40;

interface FileNode {
  readonly type: "file";
  content: string | Uint8Array;
  mode: number;
  modifiedMs: number;
  gid: number;
}
interface DirectoryNode {
  readonly type: "directory";
  readonly children: Map<string, TreeNode>;
  mode: number;
  modifiedMs: number;
  gid: number;
}
interface LinkNode {
  readonly type: "symlink";
  readonly target: string;
  readonly modifiedMs: number;
}
type TreeNode = FileNode | DirectoryNode | LinkNode;

/** A file tree in memory; what simulated nodes keep their pods' directories and logs in. */
export class MemoryFiles implements HostFiles {
  readonly #clock: Clock;
  readonly #root: DirectoryNode;

  constructor(clock: Clock, root?: MemoryFiles) {
    this.#clock = clock;
    this.#root = root ? (copyTree(root.#root) as DirectoryNode) : this.#directory(0o755);
  }

  async read(path: string): Promise<Uint8Array | undefined> {
    const node = this.#find(path, LINKS_MAX);
    return node?.type === "file" ? bytesOf(node.content) : undefined;
  }

  async readRange(path: string, offset: number, length: number): Promise<Uint8Array> {
    const content = await this.read(path);
    if (!content) throw new HostError("not-found", `open ${path}: no such file or directory`);
    return content.subarray(offset, offset + length);
  }

  async write(path: string, content: Uint8Array | string, options: WriteOptions = {}): Promise<void> {
    const [parent, name] = this.#parentOf(path);
    const mode = options.mode ?? 0o644;
    parent.children.set(name, { type: "file", content, mode, modifiedMs: this.#clock.now(), gid: options.gid ?? 0 });
  }

  /** Adds to the end of a file, making it when it isn't there. Only simulated containers write this way. */
  append(path: string, text: string): void {
    const [parent, name] = this.#parentOf(path);
    const node = parent.children.get(name);
    if (node?.type !== "file") {
      parent.children.set(name, { type: "file", content: text, mode: 0o640, modifiedMs: this.#clock.now(), gid: 0 });
      return;
    }
    const joined = textOf(node.content) + text;
    node.content = joined.length <= FILE_BYTES_MAX ? joined : joined.slice(joined.indexOf("\n", joined.length / 2) + 1);
    node.modifiedMs = this.#clock.now();
  }

  async makeDirectory(path: string, options: WriteOptions = {}): Promise<void> {
    let at = this.#root;
    for (const name of partsOf(path)) {
      const child = at.children.get(name) ?? this.#directory(options.mode ?? 0o755);
      if (child.type !== "directory") throw new HostError("not-directory", `mkdir ${path}: not a directory`);
      at.children.set(name, child);
      at = child;
    }
  }

  async remove(path: string): Promise<void> {
    const parts = partsOf(path);
    const name = parts.pop();
    const parent = this.#walk(parts);
    if (name !== undefined && parent?.type === "directory") parent.children.delete(name);
  }

  async list(path: string): Promise<readonly string[]> {
    const node = this.#find(path, LINKS_MAX);
    return node?.type === "directory" ? [...node.children.keys()].sort() : [];
  }

  /** Nothing changes by itself here: whoever asked comes back by its own clock. */
  changed(_directory: string, signal: AbortSignal): Promise<void> {
    return whenAborted(signal).catch(() => {});
  }

  async rename(from: string, to: string): Promise<void> {
    const [parent, name] = this.#parentOf(from);
    const node = parent.children.get(name);
    if (!node) throw new HostError("not-found", `rename ${from}: no such file or directory`);
    parent.children.delete(name);
    const [target, targetName] = this.#parentOf(to);
    target.children.set(targetName, node);
  }

  async symlink(target: string, path: string): Promise<void> {
    const [parent, name] = this.#parentOf(path);
    parent.children.set(name, { type: "symlink", target, modifiedMs: this.#clock.now() });
  }

  async readLink(path: string): Promise<string | undefined> {
    const node = this.#walk(partsOf(path));
    return node?.type === "symlink" ? node.target : undefined;
  }

  async stat(path: string): Promise<FileInfo | undefined> {
    const node = this.#walk(partsOf(path));
    if (!node) return undefined;
    const sizeBytes = node.type === "file" ? bytesOf(node.content).length : 0;
    return {
      type: node.type,
      sizeBytes,
      mode: node.type === "symlink" ? 0o777 : node.mode,
      modifiedMs: node.modifiedMs,
    };
  }

  async setGroup(path: string, gid: number): Promise<void> {
    const node = this.#walk(partsOf(path));
    if (node) setGroup(node, gid);
  }

  async resolveBelow(root: string, path: string): Promise<string> {
    const wanted = normalize(`${root}/${path}`);
    const base = normalize(root);
    if (wanted !== base && !wanted.startsWith(`${base}/`))
      throw new HostError("escapes", `resolve ${path}: leads out of its volume`);
    return this.#real(wanted, base);
  }

  /** Follows symlinks one part at a time, refusing any that leave `base`. */
  #real(path: string, base: string): string {
    let links = LINKS_MAX;
    let done = base;
    const todo = partsOf(path.slice(base.length));
    while (todo.length > 0) {
      const next = normalize(`${done}/${todo.shift()!}`);
      const node = this.#walk(partsOf(next));
      if (node?.type !== "symlink") {
        done = next;
        continue;
      }
      const target = normalize(node.target.startsWith("/") ? node.target : `${done}/${node.target}`);
      if (links-- === 0 || (target !== base && !target.startsWith(`${base}/`)))
        throw new HostError("escapes", `resolve ${path}: leads out of its volume`);
      todo.unshift(...partsOf(target.slice(base.length)));
      done = base;
    }
    return done;
  }

  #directory(mode: number): DirectoryNode {
    return { type: "directory", children: new Map(), mode, modifiedMs: this.#clock.now(), gid: 0 };
  }

  #parentOf(path: string): [DirectoryNode, string] {
    const parts = partsOf(path);
    const name = parts.pop();
    const parent = this.#find(`/${parts.join("/")}`, LINKS_MAX);
    if (name === undefined || parent?.type !== "directory")
      throw new HostError("not-found", `open ${path}: no such file or directory`);
    return [parent, name];
  }

  #walk(parts: readonly string[]): TreeNode | undefined {
    const parent = parts.length > 1 ? this.#find(`/${parts.slice(0, -1).join("/")}`, LINKS_MAX) : this.#root;
    if (parts.length === 0) return this.#root;
    return parent?.type === "directory" ? parent.children.get(parts.at(-1)!) : undefined;
  }

  #find(path: string, links: number): TreeNode | undefined {
    let at: TreeNode = this.#root;
    let place = "";
    const parts = partsOf(path);
    for (const [index, name] of parts.entries()) {
      const child: TreeNode | undefined = at.type === "directory" ? at.children.get(name) : undefined;
      if (!child) return undefined;
      if (child.type === "symlink") {
        if (links === 0) return undefined;
        const target = child.target.startsWith("/") ? child.target : `${place}/${child.target}`;
        return this.#find(`${target}/${parts.slice(index + 1).join("/")}`, links - 1);
      }
      at = child;
      place += `/${name}`;
    }
    return at;
  }
}

/** Mounts of a simulated node: a table and nothing behind it. */
export class MemoryMounts implements HostMounts {
  readonly #points: Set<string>;
  constructor(points: Iterable<string> = []) {
    this.#points = new Set(points);
  }
  async tmpfs(path: string): Promise<void> {
    this.#points.add(normalize(path));
  }
  async bind(_source: string, target: string): Promise<void> {
    this.#points.add(normalize(target));
  }
  async unmount(path: string): Promise<void> {
    this.#points.delete(normalize(path));
  }
  async below(path: string): Promise<readonly string[]> {
    const base = normalize(path);
    return [...this.#points].filter((point) => point === base || point.startsWith(`${base}/`)).sort();
  }
  copy(): MemoryMounts {
    return new MemoryMounts(this.#points);
  }
}

function setGroup(node: TreeNode, gid: number): void {
  if (node.type === "symlink") return;
  node.gid = gid;
  if (node.type === "directory") for (const child of node.children.values()) setGroup(child, gid);
}

function copyTree(node: TreeNode): TreeNode {
  if (node.type !== "directory") return { ...node };
  const children = new Map<string, TreeNode>();
  for (const [name, child] of node.children) children.set(name, copyTree(child));
  return { ...node, children };
}

function partsOf(path: string): string[] {
  return normalize(path)
    .split("/")
    .filter((part) => part !== "");
}

/** Without `.`, `..` and double slashes. */
export function normalize(path: string): string {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === "..") parts.pop();
    else parts.push(part);
  }
  return `/${parts.join("/")}`;
}

function bytesOf(content: string | Uint8Array): Uint8Array {
  return typeof content === "string" ? new TextEncoder().encode(content) : content;
}

function textOf(content: string | Uint8Array): string {
  return typeof content === "string" ? content : new TextDecoder().decode(content);
}
