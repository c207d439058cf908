import { closeSync, fsyncSync, mkdirSync, openSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { type MessagePort, Worker } from "node:worker_threads";
import { StoreError } from "../errors.ts";
import type { Commit, Disk, DiskFile } from "./disk.ts";
import { type FileLock, isLockedElsewhere, lockFile } from "./lock-file.ts";

/** Held by the process that has the directory open. */
export const LOCK_FILE = "lock";

/** A commit that is larger goes the way of all other calls. */
const SLOT_BYTES = 1024 * 1024;

type FileSystem = typeof import("node:fs");
type Threads = typeof import("node:worker_threads");
/** One call of a disk, as it goes to the worker. */
type Call = readonly [id: number, method: keyof FileMethods, file: string, a: number | string, b: number | Uint8Array];
type Answer = readonly [id: number, error: { code: string; message: string } | undefined, result: unknown];

/** What a commit is beside its bytes, as it goes to the worker. */
type CommitHead = readonly [
  file: string,
  offset: number,
  bytes: number,
  noteFile: string,
  noteBytes: number,
  zerosOffset: number,
  zerosBytes: number,
];

interface Waiting {
  readonly resolve: (result: never) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Memory that this thread shares with the disk's, for one commit at a time: a message there and one back cost more than a
 * fast disk takes to flush. `figures` count up: what the disk's thread has been asked for in all (it sleeps on that),
 * commits asked for, commits done (this thread waits for that); then the length of what lies in `data`: the commit's head
 * and bytes on the way there, on the way back the error, 0 for none.
 */
class CommitSlot {
  readonly memory = new SharedArrayBuffer(64 + SLOT_BYTES);
  readonly #figures = new Int32Array(this.memory, 0, 4);
  readonly #data = Buffer.from(this.memory, 64);

  /** Wakes the disk's thread. */
  ring(): void {
    Atomics.add(this.#figures, 0, 1);
    Atomics.notify(this.#figures, 0);
  }

  /** Whether a commit finds room. */
  takes({ bytes, note }: Commit): boolean {
    return bytes.length + note.bytes.length + 1024 <= SLOT_BYTES;
  }

  /** Resolves with the error that the disk met, undefined for none. */
  async commit({ file, offset, bytes, note, zeros }: Commit): Promise<{ code: string; message: string } | undefined> {
    const figures = this.#figures;
    const { offset: zerosOffset = 0, length: zerosBytes = 0 } = zeros ?? {};
    const head: CommitHead = [file, offset, bytes.length, note.file, note.bytes.length, zerosOffset, zerosBytes];
    const start = this.#data.write(JSON.stringify(head));
    this.#data.set(bytes, start);
    this.#data.set(note.bytes, start + bytes.length);
    figures[3] = start;
    const done = Atomics.load(figures, 2);
    Atomics.add(figures, 1, 1);
    this.ring();
    const { async, value } = Atomics.waitAsync(figures, 2, done);
    if (async) await value;
    const length = figures[3]!;
    return length > 0 ? JSON.parse(this.#data.toString("utf8", 0, length)) : undefined;
  }
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
  readonly #slot = new CommitSlot();
  #committing = false;
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
    // The source of the functions, and no file: so it runs the same from the tree and from a bundle.
    const methods = `(${fileMethods})(require("node:fs"), ${JSON.stringify(this.name)})`;
    const source = `(${serveDisk})(${methods}, require("node:worker_threads"))`;
    const workerData = this.#slot.memory;
    this.#worker = new Worker(source, { eval: true, name: "store disk", execArgv: [], workerData });
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

  async commit(commit: Commit): Promise<void> {
    const worker = this.#worker;
    if (this.#committing || !worker || !this.#slot.takes(commit)) return this.#commitByCalls(commit);
    this.#committing = true;
    if (this.#waiting.size === 0) worker.ref();
    const died = new Promise<never>((_, reject) => this.#waiting.set(COMMIT, { resolve: () => {}, reject }));
    try {
      const error = await Promise.race([this.#slot.commit(commit), died]);
      if (error) throw diskError(error, this.name);
    } finally {
      this.#committing = false;
      this.#done(COMMIT);
    }
  }

  async #commitByCalls({ file, offset, bytes, note, zeros }: Commit): Promise<void> {
    // Both are asked for at once, so that the disk goes from one to the other without a turn of this thread.
    const [wrote, flushed] = await Promise.allSettled([this.write(file, offset, bytes), this.flush(file)]);
    if (wrote.status === "rejected") throw wrote.reason;
    if (flushed.status === "rejected") throw flushed.reason;
    this.write(note.file, 0, note.bytes).catch(() => {});
    // Waited for: the next commit may overtake calls, and its bytes lie where the zeros do.
    if (zeros) await this.write(file, zeros.offset, new Uint8Array(zeros.length)).catch(() => {});
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

  #call<T>(
    method: keyof FileMethods,
    file: string,
    a: number | string,
    b: number | Uint8Array<ArrayBuffer>,
  ): Promise<T> {
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
    this.#slot.ring();
  }

  #settle([id, error, result]: Answer): void {
    const waiting = this.#done(id);
    if (error) waiting?.reject(diskError(error, this.name));
    else waiting?.resolve(result as never);
  }

  #done(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (this.#waiting.size === 0) this.#worker?.unref();
    return waiting;
  }

  #abandon(cause: Error): void {
    for (const { reject } of this.#waiting.values())
      reject(new StoreError("unavailable", `use disk ${this.name}: its thread has died`, { cause }));
    this.#waiting.clear();
    this.#worker = undefined;
  }
}

/** The id that a commit waits under, which has no call. */
const COMMIT = -1;

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

/** What the thread does, by the names of its calls. Like {@link serveDisk} it has nothing but its arguments. */
function fileMethods(fs: FileSystem, directory: string) {
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
  return {
    list: () =>
      fs
        .readdirSync(directory)
        .sort()
        .map((name) => ({ name, sizeBytes: fs.statSync(path(name)).size })),
    read: (file: string, offset: number, length: number) => {
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
    write: (file: string, offset: number, bytes: Uint8Array) => {
      let done = 0;
      while (done < bytes.length) done += fs.writeSync(handle(file), bytes, done, bytes.length - done, offset + done);
    },
    flush: (file: string) => fs.fdatasyncSync(handle(file)),
    truncate: (file: string, length: number) => fs.ftruncateSync(handle(file), length),
    rename: (file: string, to: string) => {
      release(file);
      release(to);
      fs.renameSync(path(file), path(to));
    },
    remove: (file: string) => {
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
}

type FileMethods = ReturnType<typeof fileMethods>;

/** The thread's whole program. It has nothing but its arguments: its source is taken as text. */
function serveDisk(methods: FileMethods, { parentPort, receiveMessageOnPort, workerData }: Threads): void {
  const port = parentPort as MessagePort;
  const figures = new Int32Array(workerData as SharedArrayBuffer, 0, 4);
  const data = Buffer.from(workerData as SharedArrayBuffer, 64);
  const failureOf = (error: unknown) => {
    const { code, message } = error as { code?: string; message: string };
    return { code: code ?? "", message };
  };
  let committed = 0;
  const commit = () => {
    const start = figures[3]!;
    const [file, offset, length, noteFile, noteLength, zerosOffset, zerosLength] = JSON.parse(
      data.toString("utf8", 0, start),
    ) as CommitHead;
    // Its own, as the other thread may go on with the slot once it has its answer.
    const note = Uint8Array.prototype.slice.call(data, start + length, start + length + noteLength);
    let failure: string | undefined;
    try {
      methods.write(file, offset, data.subarray(start, start + length));
      methods.flush(file);
    } catch (error) {
      failure = JSON.stringify(failureOf(error));
    }
    figures[3] = failure === undefined ? 0 : data.write(failure);
    committed++;
    Atomics.store(figures, 2, committed);
    Atomics.notify(figures, 2);
    if (failure !== undefined) return;
    try {
      methods.write(noteFile, 0, note);
      if (zerosLength > 0) methods.write(file, zerosOffset, new Uint8Array(zerosLength));
    } catch {
      // Both only help.
    }
  };
  const commitIfAsked = () => {
    if (Atomics.load(figures, 1) !== committed) commit();
  };
  const answer = ([id, method, file, a, b]: Call): Answer => {
    try {
      return [id, undefined, methods[method](file, a as never, b as never)];
    } catch (error) {
      return [id, failureOf(error), undefined];
    }
  };
  for (;;) {
    // Taken before looking: what is asked for after it makes the wait return at once.
    const asked = Atomics.load(figures, 0);
    commitIfAsked();
    const message = receiveMessageOnPort(port) as { readonly message: readonly Call[] } | undefined;
    if (!message) {
      Atomics.wait(figures, 0, asked);
      continue;
    }
    const answers: Answer[] = [];
    const moved: ArrayBuffer[] = [];
    for (const call of message.message) {
      const answered = answer(call);
      answers.push(answered);
      // What was read goes over whole, uncopied.
      if (answered[2] instanceof Uint8Array) moved.push(answered[2].buffer as ArrayBuffer);
      commitIfAsked();
    }
    port.postMessage(answers, moved);
  }
}
