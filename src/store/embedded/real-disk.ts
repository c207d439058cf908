import { closeSync, fsyncSync, mkdirSync, openSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { Worker } from "node:worker_threads";
import { StoreError } from "../errors.ts";
import type { Disk, DiskFile } from "./disk.ts";
import { type FileLock, isLockedElsewhere, lockFile } from "./lock-file.ts";

/** Held by the process that has the directory open. */
export const LOCK_FILE = "lock";

type FileSystem = typeof import("node:fs");
/** One call of a disk, as it goes to the worker. */
type Call = readonly [id: number, method: string, file: string, a: number | string, b: number | Uint8Array];
type Answer = readonly [id: number, error: { code: string; message: string } | undefined, result: unknown];

interface Waiting {
  readonly resolve: (result: never) => void;
  readonly reject: (error: Error) => void;
}

/** A directory of this machine. Files are written and flushed by a thread of their own, so that no flush stalls this one. */
export function realDisk(directory: string): Disk {
  return new RealDisk(directory);
}

class RealDisk implements Disk {
  readonly name: string;
  #worker: Worker | undefined;
  #lock: FileLock | undefined;
  #id = 0;
  readonly #waiting = new Map<number, Waiting>();
  /** Calls of this turn: they go to the worker together, and their answers come back together. */
  #calls: Call[] = [];

  constructor(directory: string) {
    this.name = directory;
  }

  async lock(): Promise<void> {
    try {
      makeDirectory(this.name);
      this.#lock = lockFile(join(this.name, LOCK_FILE));
    } catch (error) {
      throw lockError(error, this.name);
    }
    // The source of the function, and no file: so it runs the same from the tree and from a bundle.
    const source = `(${serveDisk})(require("node:fs"), require("node:worker_threads").parentPort, ${JSON.stringify(this.name)})`;
    this.#worker = new Worker(source, { eval: true, name: "store disk", execArgv: [] });
    this.#worker.on("message", (answers: readonly Answer[]) => answers.forEach((answer) => this.#settle(answer)));
    this.#worker.on("error", (error) => this.#abandon(error as Error));
    this.#worker.unref();
  }

  list(): Promise<readonly DiskFile[]> {
    return this.#call("list", "", 0, 0);
  }

  read(file: string, offset: number, length: number): Promise<Uint8Array> {
    return this.#call("read", file, offset, length);
  }

  write(file: string, offset: number, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    return this.#call("write", file, offset, bytes);
  }

  flush(file: string): Promise<void> {
    return this.#call("flush", file, 0, 0);
  }

  truncate(file: string, length: number): Promise<void> {
    return this.#call("truncate", file, length, 0);
  }

  rename(from: string, to: string): Promise<void> {
    return this.#call("rename", from, to, 0);
  }

  remove(file: string): Promise<void> {
    return this.#call("remove", file, 0, 0);
  }

  flushDirectory(): Promise<void> {
    return this.#call("flushDirectory", "", 0, 0);
  }

  async close(): Promise<void> {
    if (this.#worker) {
      await this.#call("close", "", 0, 0);
      await this.#worker.terminate();
      this.#worker = undefined;
    }
    this.#lock?.close();
    this.#lock = undefined;
  }

  #call<T>(method: string, file: string, a: number | string, b: number | Uint8Array<ArrayBuffer>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const worker = this.#worker;
      if (!worker) return reject(new StoreError("closed", `${method} ${file}: the disk is closed`));
      const id = this.#id++;
      this.#waiting.set(id, { resolve, reject });
      // An operation under way keeps the process alive, an idle disk does not.
      if (this.#waiting.size === 1) worker.ref();
      this.#calls.push([id, method, file, a, b]);
      if (this.#calls.length === 1) queueMicrotask(() => this.#send());
    });
  }

  #send(): void {
    const calls = this.#calls;
    this.#calls = [];
    const moved = calls.flatMap(([, , , , b]) => (typeof b === "number" ? [] : [b.buffer as ArrayBuffer]));
    this.#worker?.postMessage(calls, moved);
  }

  #settle([id, error, result]: Answer): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (this.#waiting.size === 0) this.#worker?.unref();
    if (error) waiting?.reject(diskError(error, this.name));
    else waiting?.resolve(result as never);
  }

  #abandon(cause: Error): void {
    for (const { reject } of this.#waiting.values())
      reject(new StoreError("unavailable", `use disk ${this.name}: its thread has died`, { cause }));
    this.#waiting.clear();
    this.#worker = undefined;
  }
}

/** Makes a directory, and those above it, so that they last. */
function makeDirectory(path: string): void {
  const first = mkdirSync(path, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  for (let made = resolve(path); made.length >= resolve(first).length; made = dirname(made)) {
    const parent = openSync(dirname(made), "r");
    fsyncSync(parent);
    closeSync(parent);
  }
}

function lockError(cause: unknown, directory: string): StoreError {
  const { code, message } = cause as { code?: string; message: string };
  if (isLockedElsewhere(cause))
    return new StoreError("locked", `open store ${directory}: another process has it open`, { cause });
  return diskError({ code: code ?? "", message }, directory);
}

function diskError({ code, message }: { code: string; message: string }, directory: string): StoreError {
  if (code === "ENOSPC" || code === "EDQUOT") return new StoreError("noSpace", `write ${directory}: the disk is full`);
  return new StoreError("unavailable", `use disk ${directory}: ${message}`);
}

/** The thread's whole program. It has nothing but its arguments: its source is taken as text. */
function serveDisk(
  fs: FileSystem,
  port: {
    on(event: "message", hear: (calls: readonly Call[]) => void): void;
    postMessage(answers: readonly Answer[]): void;
  },
  directory: string,
): void {
  const open = new Map<string, number>();
  const path = (file: string) => `${directory}/${file}`;
  const handle = (file: string): number => {
    let found = open.get(file);
    if (found === undefined) {
      found = fs.openSync(path(file), fs.constants.O_RDWR | fs.constants.O_CREAT, 0o600);
      open.set(file, found);
    }
    return found;
  };
  const release = (file: string) => {
    const found = open.get(file);
    if (found !== undefined) fs.closeSync(found);
    open.delete(file);
  };
  const methods: Record<string, (file: string, a: never, b: never) => unknown> = {
    list: () =>
      fs
        .readdirSync(directory)
        .sort()
        .map((name) => ({ name, sizeBytes: fs.statSync(path(name)).size })),
    read: (file, offset: number, length: number) => {
      const size = Math.max(0, Math.min(length, fs.fstatSync(handle(file)).size - offset));
      const bytes = new Uint8Array(size);
      let done = 0;
      while (done < size) {
        const count = fs.readSync(handle(file), bytes, done, Math.min(size - done, 1 << 30), offset + done);
        if (count === 0) break;
        done += count;
      }
      return bytes.subarray(0, done);
    },
    write: (file, offset: number, bytes: Uint8Array) => {
      let done = 0;
      while (done < bytes.length) done += fs.writeSync(handle(file), bytes, done, bytes.length - done, offset + done);
    },
    flush: (file) => fs.fdatasyncSync(handle(file)),
    truncate: (file, length: number) => fs.ftruncateSync(handle(file), length),
    rename: (file, to: string) => {
      release(file);
      release(to);
      fs.renameSync(path(file), path(to));
    },
    remove: (file) => {
      release(file);
      fs.rmSync(path(file), { force: true });
    },
    flushDirectory: () => {
      const found = fs.openSync(directory, "r");
      fs.fsyncSync(found);
      fs.closeSync(found);
    },
    close: () => [...open.keys()].forEach(release),
  };
  const answer = ([id, method, file, a, b]: Call): Answer => {
    try {
      return [id, undefined, methods[method]!(file, a as never, b as never)];
    } catch (error) {
      const { code, message } = error as { code?: string; message: string };
      return [id, { code: code ?? "", message }, undefined];
    }
  };
  port.on("message", (calls) => port.postMessage(calls.map(answer)));
}
