import type { Random } from "../../base/index.ts";
import { StoreError } from "../errors.ts";
import type { Commit, Disk, DiskFile } from "./disk.ts";

/** Disks write sectors whole or not at all; nothing larger. */
const SECTOR_BYTES = 512;

type Unflushed =
  | { readonly type: "write"; readonly offset: number; readonly bytes: Uint8Array }
  | { readonly type: "truncate"; readonly length: number };

interface File {
  /** What programs see. */
  content: Uint8Array;
  /** What is sure to be there after a power cut. */
  durable: Uint8Array;
  unflushed: Unflushed[];
}

/** A disk in memory that forgets, as a real one may, whatever was not flushed when it {@link crash}es. */
export class SimulatedDisk implements Disk {
  readonly name = "simulated disk";
  /** Writes that would need more than this fail with `noSpace`. */
  capacityBytes = Number.POSITIVE_INFINITY;
  /** The disk stops dead after so many more calls: they never return. */
  callsLeft = Number.POSITIVE_INFINITY;
  /** The next flush fails, and what it should have kept is in doubt. */
  failNextFlush = false;
  readonly stopped: Promise<void>;
  #stop!: () => void;
  #names = new Map<string, File>();
  #durableNames = new Map<string, File>();
  #nameChanges: Array<(names: Map<string, File>) => void> = [];
  #locked = false;

  constructor() {
    this.stopped = new Promise((resolve) => {
      this.#stop = resolve;
    });
  }

  get usedBytes(): number {
    return [...this.#names.values()].reduce((sum, { content }) => sum + content.length, 0);
  }

  lock(): Promise<void> {
    return this.#call(() => {
      if (this.#locked) throw new StoreError("locked", `open store ${this.name}: another process has it open`);
      this.#locked = true;
    });
  }

  list(): Promise<readonly DiskFile[]> {
    return this.#call(() =>
      [...this.#names]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, { content }]) => ({ name, sizeBytes: content.length })),
    );
  }

  read(file: string, offset: number, length: number): Promise<Uint8Array> {
    return this.#call(() => this.#file(file).content.slice(offset, offset + length));
  }

  write(file: string, offset: number, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    return this.#call(() => {
      const grows = Math.max(0, offset + bytes.length - (this.#names.get(file)?.content.length ?? 0));
      const room = grows > 0 ? this.capacityBytes - this.usedBytes : grows;
      // A full disk takes what fits before it says so.
      const taken = grows <= room ? bytes : bytes.subarray(0, Math.max(0, bytes.length - (grows - Math.max(0, room))));
      const target = this.#file(file);
      target.unflushed.push({ type: "write", offset, bytes: taken.slice() });
      target.content = written(target.content, offset, taken);
      if (taken !== bytes) throw new StoreError("noSpace", `write ${this.name}: the disk is full`);
    });
  }

  flush(file: string): Promise<void> {
    return this.#call(() => {
      if (this.failNextFlush) {
        this.failNextFlush = false;
        throw new StoreError("unavailable", `flush ${file}: input/output error`);
      }
      const target = this.#file(file);
      target.durable = target.content.slice();
      target.unflushed = [];
    });
  }

  async commit({ file, offset, bytes, note, zeros }: Commit): Promise<void> {
    await this.write(file, offset, bytes);
    await this.flush(file);
    this.write(note.file, 0, note.bytes).catch(() => {});
    if (zeros) this.write(file, zeros.offset, new Uint8Array(zeros.length)).catch(() => {});
  }

  truncate(file: string, length: number): Promise<void> {
    return this.#call(() => {
      const target = this.#file(file);
      target.unflushed.push({ type: "truncate", length });
      target.content = target.content.slice(0, length);
    });
  }

  rename(from: string, to: string): Promise<void> {
    return this.#call(() => this.#rename(from, to));
  }

  #rename(from: string, to: string): void {
    const target = this.#file(from);
    this.#changeNames((names) => {
      names.delete(from);
      names.set(to, target);
    });
  }

  remove(file: string): Promise<void> {
    return this.#call(() => this.#changeNames((names) => names.delete(file)));
  }

  flushDirectory(): Promise<void> {
    return this.#call(() => {
      this.#durableNames = new Map(this.#names);
      this.#nameChanges = [];
    });
  }

  close(): Promise<void> {
    return this.#call(() => {
      this.#locked = false;
    });
  }

  /** What a power cut leaves: flushed data, and of the rest whatever `random` picks, sector by sector. */
  crash(random: Random): SimulatedDisk {
    this.callsLeft = 0;
    const survivor = new SimulatedDisk();
    const names = new Map(this.#durableNames);
    // Journalled directories keep the order of changes: some first part of them lasts.
    for (const change of this.#nameChanges.slice(0, random.int(this.#nameChanges.length + 1))) change(names);
    const likelihood = [0, 0.5, 1][random.int(3)]!;
    for (const [name, file] of names) {
      const content = afterCrash(file, likelihood, random);
      survivor.#names.set(name, { content, durable: content.slice(), unflushed: [] });
    }
    survivor.#durableNames = new Map(survivor.#names);
    return survivor;
  }

  /** The same disk as another process finds it after this one was killed: all is there, and no more of it durable. */
  takeover(): SimulatedDisk {
    this.callsLeft = 0;
    const survivor = new SimulatedDisk();
    survivor.#names = this.#names;
    survivor.#durableNames = this.#durableNames;
    survivor.#nameChanges = this.#nameChanges;
    return survivor;
  }

  /** Another disk with the same on it, all of it durable. */
  copy(): SimulatedDisk {
    const other = new SimulatedDisk();
    for (const [name, { content }] of this.#names)
      other.#names.set(name, { content: content.slice(), durable: content.slice(), unflushed: [] });
    other.#durableNames = new Map(other.#names);
    return other;
  }

  /** Flips one bit. */
  corrupt(file: string, offset: number, bit: number): void {
    const target = this.#file(file);
    target.content[offset]! ^= 1 << bit;
    target.durable = target.content.slice();
  }

  #file(name: string): File {
    const found = this.#names.get(name);
    if (found) return found;
    const file: File = { content: new Uint8Array(0), durable: new Uint8Array(0), unflushed: [] };
    this.#changeNames((names) => names.set(name, file));
    return file;
  }

  #changeNames(change: (names: Map<string, File>) => void): void {
    change(this.#names);
    this.#nameChanges.push(change);
  }

  #call<T>(run: () => T): Promise<T> {
    if (this.callsLeft <= 0) return new Promise(() => {});
    this.callsLeft--;
    if (this.callsLeft > 0) return new Promise((resolve) => resolve(run()));
    // The last call has begun and is in doubt, and no one hears of its end.
    try {
      run();
    } catch {}
    this.#stop();
    return new Promise(() => {});
  }
}

function written(content: Uint8Array, offset: number, bytes: Uint8Array): Uint8Array {
  const grown = new Uint8Array(Math.max(content.length, offset + bytes.length));
  grown.set(content);
  grown.set(bytes, offset);
  return grown;
}

function afterCrash({ durable, unflushed }: File, likelihood: number, random: Random): Uint8Array {
  let content: Uint8Array = durable.slice();
  for (const change of unflushed) {
    if (change.type === "truncate") {
      if (random.float() < likelihood) content = content.slice(0, change.length);
      continue;
    }
    const { offset, bytes } = change;
    for (let start = 0; start < bytes.length; ) {
      const end = Math.min(bytes.length, start + SECTOR_BYTES - ((offset + start) % SECTOR_BYTES));
      if (random.float() < likelihood) content = written(content, offset + start, bytes.subarray(start, end));
      start = end;
    }
  }
  return content;
}
