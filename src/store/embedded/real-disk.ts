import * as fs from "node:fs";
import { dirname, join, resolve } from "node:path";
import { realClock, type Timer } from "../../base/index.ts";
import { StoreError } from "../errors.ts";
import type { Commit, Disk, DiskFile } from "./disk.ts";
import { type FileLock, isLockedElsewhere, lockFile } from "./lock-file.ts";

/** Held by the process that has the directory open. */
export const LOCK_FILE = "lock";

/** Bytes that one call to the operating system may read. */
const READ_BYTES_MAX = 2 ** 30;

const READ_WRITE = fs.constants.O_RDWR | fs.constants.O_CREAT;
/** Each write returns once its bytes last, as if it were followed by a flush. */
const LASTING = READ_WRITE | fs.constants.O_DSYNC;
const OWNER_ONLY = 0o600;

/** How long after a commit its note is written at the latest. */
const NOTE_DELAY_MS = 2;
/** A disk of this machine is in its time, whatever time the store has. */
const clock = realClock();

/**
 * A directory of this machine. Files are written and flushed by Node's threads for files, so that no flush stalls this one.
 * A thread of our own costs a sixth of the memory of a server at rest, and is no faster.
 */
export function realDisk(directory: string): Disk {
  return new RealDisk(directory);
}

class RealDisk implements Disk {
  readonly name: string;
  #lock: FileLock | undefined;
  readonly #files: OpenFiles;
  /** The file that commits go to, open for them. */
  #log: { readonly file: string; readonly opened: number } | undefined;
  readonly #notes: Notes;
  /** Ends with the calls so far, each of which begins when the one before it has ended. */
  #called: Promise<unknown> = Promise.resolve();
  /** Ends with the commits so far, and with what each has to do once it has been answered. */
  #committed: Promise<unknown> = Promise.resolve();

  constructor(directory: string) {
    this.name = directory;
    this.#files = new OpenFiles(directory);
    this.#notes = new Notes(this.#files);
  }

  async lock(): Promise<void> {
    try {
      makeDirectory(this.name);
      this.#lock = lockFile(join(this.name, LOCK_FILE));
    } catch (error) {
      throw lockError(error, this.name);
    }
  }

  list(): Promise<readonly DiskFile[]> {
    return this.#call(async () => {
      const names = await result<string[]>((done) => fs.readdir(this.name, done));
      const sizes = names.map((name) => result<fs.Stats>((done) => fs.stat(join(this.name, name), done)));
      const stats = await Promise.all(sizes);
      const files = names.map((name, index) => ({ name, sizeBytes: stats[index]!.size }));
      return files.sort((a, b) => (a.name < b.name ? -1 : 1));
    });
  }

  read(file: string, offset: number, length: number): Promise<Uint8Array> {
    return this.#call(async () => {
      const opened = await this.#files.get(file);
      const { size } = await result<fs.Stats>((done) => fs.fstat(opened, done));
      const bytes = new Uint8Array(Math.max(0, Math.min(length, size - offset)));
      return bytes.subarray(0, await readAll(opened, bytes, offset));
    });
  }

  write(file: string, offset: number, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    return this.#call(async () => writeAll(await this.#files.get(file), bytes, offset));
  }

  flush(file: string): Promise<void> {
    return this.#call(async () => {
      const opened = await this.#files.get(file);
      await result<void>((done) => fs.fdatasync(opened, done));
    });
  }

  commit(commit: Commit): Promise<void> {
    const { file, offset, bytes, note, zeros } = commit;
    const written = this.#committed.then(async () => {
      this.#checkOpen();
      await writeAll(this.#log?.file === file ? this.#log.opened : await this.#openLog(file), bytes, offset);
      this.#notes.write(note);
    });
    this.#committed = written
      // The next commit's bytes lie where the zeros do.
      .then(
        async () => zeros && (await writeAll(await this.#files.get(file), new Uint8Array(zeros.length), zeros.offset)),
      )
      .catch(() => {});
    return this.#told(written);
  }

  truncate(file: string, length: number): Promise<void> {
    return this.#call(async () => {
      const opened = await this.#files.get(file);
      await result<void>((done) => fs.ftruncate(opened, length, done));
    });
  }

  rename(from: string, to: string): Promise<void> {
    return this.#call(async () => {
      await Promise.all([this.#files.close(from), this.#files.close(to)]);
      await result<void>((done) => fs.rename(join(this.name, from), join(this.name, to), done));
    });
  }

  remove(file: string): Promise<void> {
    return this.#call(async () => {
      await this.#files.close(file);
      await result<void>((done) => fs.rm(join(this.name, file), { force: true }, done));
    });
  }

  flushDirectory(): Promise<void> {
    return this.#call(async () => {
      const opened = await openFile(this.name, fs.constants.O_RDONLY);
      try {
        await result<void>((done) => fs.fsync(opened, done));
      } finally {
        await closeFile(opened);
      }
    });
  }

  async close(): Promise<void> {
    if (this.#lock) {
      await Promise.all([this.#called, this.#committed]);
      await this.#notes.end();
      await this.#call(() => Promise.all([this.#files.closeAll(), this.#closeLog()]));
    }
    this.#lock?.close();
    this.#lock = undefined;
  }

  async #openLog(file: string): Promise<number> {
    await this.#closeLog();
    const opened = await openFile(join(this.name, file), LASTING);
    this.#log = { file, opened };
    return opened;
  }

  async #closeLog(): Promise<void> {
    const log = this.#log;
    this.#log = undefined;
    if (log) await closeFile(log.opened);
  }

  #call<T>(work: () => Promise<T>): Promise<T> {
    const called = this.#called.then(() => {
      this.#checkOpen();
      return work();
    });
    this.#called = called.catch(() => {});
    return this.#told(called);
  }

  #checkOpen(): void {
    if (!this.#lock) throw new StoreError("closed", `use disk ${this.name}: it is closed`);
  }

  /** Failures in the words of the store. */
  async #told<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      throw error instanceof StoreError ? error : diskError(error as DiskFailure, this.name);
    }
  }
}

/** Files that are open for all but commits. */
class OpenFiles {
  readonly #directory: string;
  readonly #open = new Map<string, Promise<number>>();

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Opens the file unless it is, making it when it isn't there. */
  get(file: string): Promise<number> {
    let opened = this.#open.get(file);
    if (!opened) {
      opened = openFile(join(this.#directory, file), READ_WRITE);
      this.#open.set(file, opened);
      opened.catch(() => this.#open.delete(file));
    }
    return opened;
  }

  async close(file: string): Promise<void> {
    const opened = this.#open.get(file);
    if (!opened) return;
    this.#open.delete(file);
    await closeFile(await opened);
  }

  async closeAll(): Promise<void> {
    for (const file of [...this.#open.keys()]) await this.close(file);
  }
}

/**
 * Writes what commits note, the newest only of those that come soon after one another: a trip to a thread for each would make
 * a commit half as dear again. A crash in between leaves an older note, which is as good as one that was not written.
 */
class Notes {
  readonly #files: OpenFiles;
  #next: Commit["note"] | undefined;
  #timer: Timer | undefined;
  #written: Promise<void> = Promise.resolve();

  constructor(files: OpenFiles) {
    this.#files = files;
  }

  write(note: Commit["note"]): void {
    this.#next = note;
    this.#timer ??= clock.timer(NOTE_DELAY_MS, () => this.#writeNow());
  }

  /** Resolves once what was noted so far has been written, or can't be. */
  end(): Promise<void> {
    this.#writeNow();
    return this.#written;
  }

  #writeNow(): void {
    const note = this.#next;
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#next = undefined;
    if (!note) return;
    this.#written = this.#written
      .then(async () => writeAll(await this.#files.get(note.file), note.bytes, 0))
      .catch(() => {});
  }
}

function openFile(path: string, flags: number): Promise<number> {
  return result((done) => fs.open(path, flags, OWNER_ONLY, done));
}

function closeFile(opened: number): Promise<void> {
  return result((done) => fs.close(opened, done));
}

/** Reads until the bytes are full or the file ends; how many there are. */
async function readAll(opened: number, bytes: Uint8Array, offset: number): Promise<number> {
  let at = 0;
  while (at < bytes.length) {
    const length = Math.min(bytes.length - at, READ_BYTES_MAX);
    const count = await result<number>((done) => fs.read(opened, bytes, at, length, offset + at, done));
    if (count === 0) break;
    at += count;
  }
  return at;
}

/** A disk that gets full takes a part of the bytes before it says so. */
async function writeAll(opened: number, bytes: Uint8Array, offset: number): Promise<void> {
  for (let at = 0; at < bytes.length; )
    at += await result<number>((done) => fs.write(opened, bytes, at, bytes.length - at, offset + at, done));
}

/** What a call of the file system answers. */
function result<T>(call: (done: (error: Error | null, value?: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    call((error, value) => (error ? reject(error) : resolve(value as T)));
  });
}

/** Makes a directory, and those above it, so that they last. */
function makeDirectory(path: string): void {
  const first = fs.mkdirSync(path, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  for (let made = resolve(path); made.length >= resolve(first).length; made = dirname(made)) {
    const parent = fs.openSync(dirname(made), "r");
    fs.fsyncSync(parent);
    fs.closeSync(parent);
  }
}

interface DiskFailure {
  readonly code?: string;
  readonly message: string;
}

function lockError(cause: unknown, directory: string): StoreError {
  if (isLockedElsewhere(cause))
    return new StoreError("locked", `open store ${directory}: another process has it open`, { cause });
  return diskError(cause as DiskFailure, directory);
}

function diskError(failure: DiskFailure, directory: string): StoreError {
  const { code, message } = failure;
  if (code === "ENOSPC" || code === "EDQUOT") return new StoreError("noSpace", `write ${directory}: the disk is full`);
  return new StoreError("unavailable", `use disk ${directory}: ${message}`, { cause: failure });
}
