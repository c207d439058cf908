import { constants, watch } from "node:fs";
import {
  chmod,
  chown,
  lchown,
  lstat,
  mkdir,
  open,
  readdir,
  readFile,
  readlink,
  realpath,
  rename,
  rm,
  symlink,
  writeFile,
} from "node:fs/promises";
import { HostError } from "./errors.ts";
import type { FileInfo, HostFiles, WriteOptions } from "./host.ts";
import { normalize } from "./memory-files.ts";

const READ_WRITE_GROUP = 0o660;
const READ_GROUP = 0o440;

/** The machine's own files. */
export function linuxFiles(): HostFiles {
  return {
    read: (path) => orMissing(readFile(path)),
    async readRange(path, offset, length) {
      const file = await open(path, "r");
      try {
        const buffer = new Uint8Array(length);
        const { bytesRead } = await file.read(buffer, 0, length, offset);
        return buffer.subarray(0, bytesRead);
      } finally {
        await file.close();
      }
    },
    async write(path, content, options = {}) {
      await writeFile(path, content);
      await settle(path, options);
    },
    async makeDirectory(path, options = {}) {
      const made = await mkdir(path, { recursive: true });
      if (made !== undefined) await settle(path, options);
    },
    remove: (path) => rm(path, { recursive: true, force: true }),
    list: async (path) => ((await orMissing(readdir(path))) ?? []).sort(),
    changed,
    rename: (from, to) => rename(from, to),
    symlink: (target, path) => symlink(target, path),
    readLink: (path) => orMissing(readlink(path)),
    stat: (path) => stat(path),
    setGroup: (path, gid, options) => setGroup(path, gid, options.readOnly),
    resolveBelow,
  };
}

/** A directory that isn't there, or can't be watched, says nothing. */
function changed(directory: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
    try {
      const watcher = watch(directory, { signal, persistent: false }, () => {
        watcher.close();
        resolve();
      });
      watcher.on("error", () => watcher.close());
    } catch {
      // Whoever asked comes back by itself.
    }
  });
}

async function settle(path: string, { mode, uid, gid }: WriteOptions): Promise<void> {
  if (mode !== undefined) await chmod(path, mode);
  if (uid !== undefined || gid !== undefined) await chown(path, uid ?? 0, gid ?? 0);
}

async function stat(path: string): Promise<FileInfo | undefined> {
  const info = await orMissing(lstat(path));
  if (!info) return undefined;
  const type = info.isFile()
    ? "file"
    : info.isDirectory()
      ? "directory"
      : info.isSymbolicLink()
        ? "symlink"
        : info.isSocket()
          ? "socket"
          : info.isBlockDevice()
            ? "block"
            : info.isCharacterDevice()
              ? "character"
              : "other";
  return { type, sizeBytes: info.size, mode: info.mode & 0o7777, modifiedMs: info.mtimeMs };
}

async function setGroup(path: string, gid: number, readOnly: boolean): Promise<void> {
  const info = await lstat(path);
  await lchown(path, info.uid, gid);
  if (info.isSymbolicLink()) return;
  const bits = readOnly ? READ_GROUP : READ_WRITE_GROUP;
  // A directory has to be entered, and what is made in it belongs to the group too.
  const extra = info.isDirectory() ? 0o2110 : 0;
  await chmod(path, (info.mode & 0o7777) | bits | extra);
  if (!info.isDirectory()) return;
  for (const name of await readdir(path)) await setGroup(`${path}/${name}`, gid, readOnly);
}

/** The real place of `path` below `root`; its last parts may not exist yet. */
async function resolveBelow(root: string, path: string): Promise<string> {
  const base = await realpath(root);
  const missing: string[] = [];
  let place = normalize(`${base}/${path}`);
  for (;;) {
    const real = await orMissing(realpath(place));
    if (real !== undefined) {
      const whole = [real, ...missing].join("/");
      if (base !== "/" && whole !== base && !whole.startsWith(`${base}/`))
        throw new HostError("escapes", `resolve ${path}: leads out of its volume`);
      return whole;
    }
    // A dangling symlink would be followed by whoever makes the missing parts.
    if ((await orMissing(lstat(place))) !== undefined)
      throw new HostError("escapes", `resolve ${path}: a symlink in it leads nowhere`);
    missing.unshift(place.slice(place.lastIndexOf("/") + 1));
    place = place.slice(0, place.lastIndexOf("/")) || "/";
  }
}

async function orMissing<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR" || (code === "EINVAL" && isReadLink(error))) return undefined;
    throw error;
  }
}

function isReadLink(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).syscall === "readlink";
}

/** Opens a path without following a symlink at its end, for use through /proc/self/fd. */
export function openPath(path: string): ReturnType<typeof open> {
  const O_PATH = 0o10000000;
  return open(path, O_PATH | constants.O_NOFOLLOW);
}
