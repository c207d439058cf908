import { type Granted, keyBytes, keyText } from "../memory/index.ts";
import type { Entry, Revision } from "../store.ts";
import { BYTE_KEYS_VERSION, FRAME_HEADER_BYTES, ownBuffer, readUint, sealFrame, writeUint } from "./format.ts";
import { keyTextBefore } from "./old-keys.ts";
import type { Moment } from "./times.ts";

/** What a key became, as the log has it; the rest of an entry follows from what came before. */
export interface LoggedWrite {
  readonly key: string;
  /** Absent when the key was deleted. */
  readonly value: Uint8Array | undefined;
  readonly lease: number;
}

/** Keys from one on, up to another; all that follow when there is no other. */
export interface KeyPart {
  readonly start: string;
  readonly end: string | undefined;
}

export type LogRecord =
  | { readonly type: "transaction"; readonly writes: readonly LoggedWrite[] }
  | { readonly type: "compact"; readonly revision: Revision }
  | { readonly type: "entry"; readonly entry: Entry }
  | { readonly type: "lease"; readonly lease: Granted }
  | { readonly type: "revoke"; readonly id: number }
  /** Revisions up to this one may have been seen, whether they are in the log or not. */
  | { readonly type: "reserve"; readonly revision: Revision }
  /** The counter goes on behind this revision. */
  | { readonly type: "skip"; readonly revision: Revision }
  /** When a revision was the newest. */
  | { readonly type: "time"; readonly moment: Moment }
  /** The keys that a part of a checkpoint is about. */
  | { readonly type: "part"; readonly part: KeyPart }
  /** Ends a checkpoint, or its part, of so many entries. */
  | { readonly type: "end"; readonly count: number };

const TRANSACTION = 1;
const COMPACT = 2;
const ENTRY = 3;
const END = 4;
const LEASE = 5;
const REVOKE = 6;
const RESERVE = 7;
const SKIP = 8;
const TIME = 9;
const PART = 10;
const PUT = 1;
const DELETE = 2;

const FRAME_BYTES_MIN = 16 * 1024;
const KEPT_BYTES_MAX = 1024 * 1024;
const NO_BYTES = ownBuffer(0);

/** Collects the records of one frame. */
export class FrameWriter {
  #buffer: Buffer<ArrayBuffer> = NO_BYTES;
  #sealed: Buffer<ArrayBuffer> | undefined;
  /** As large as the last frame was. */
  #expectedBytes = FRAME_BYTES_MIN;
  #length = FRAME_HEADER_BYTES;

  get payloadBytes(): number {
    return this.#length - FRAME_HEADER_BYTES;
  }

  transaction(writes: readonly LoggedWrite[]): void {
    this.#room(5);
    this.#byte(TRANSACTION);
    this.#length = this.#buffer.writeUInt32BE(writes.length, this.#length);
    for (const { key, value, lease } of writes) {
      this.#room(1 + 12 + key.length * 3 + (value?.length ?? 0) + 4);
      this.#byte(value ? PUT : DELETE);
      this.#key(key);
      if (!value) continue;
      this.#uint(lease);
      this.#value(value);
    }
  }

  compact(revision: Revision): void {
    this.#room(9);
    this.#byte(COMPACT);
    this.#uint(revision);
  }

  entry({ key, value, createRevision, modRevision, version, lease }: Entry): void {
    this.#room(1 + 4 * 8 + 8 + key.length * 3 + value.length);
    this.#byte(ENTRY);
    this.#uint(createRevision);
    this.#uint(modRevision);
    this.#uint(version);
    this.#uint(lease);
    this.#key(key);
    this.#value(value);
  }

  lease({ id, ttlSeconds }: Granted): void {
    this.#room(17);
    this.#byte(LEASE);
    this.#uint(id);
    this.#uint(ttlSeconds);
  }

  revoke(id: number): void {
    this.#room(9);
    this.#byte(REVOKE);
    this.#uint(id);
  }

  reserve(revision: Revision): void {
    this.#room(9);
    this.#byte(RESERVE);
    this.#uint(revision);
  }

  skip(revision: Revision): void {
    this.#room(9);
    this.#byte(SKIP);
    this.#uint(revision);
  }

  time({ timeMs, revision }: Moment): void {
    this.#room(17);
    this.#byte(TIME);
    this.#uint(timeMs);
    this.#uint(revision);
  }

  /** No end is written as the empty key, before which there is none. */
  part({ start, end = "" }: KeyPart): void {
    this.#room(9 + 3 * (start.length + end.length));
    this.#byte(PART);
    this.#key(start);
    this.#key(end);
  }

  end(count: number): void {
    this.#room(9);
    this.#byte(END);
    this.#uint(count);
  }

  /** The frame; the writer is empty after it, and has let go of its memory. */
  seal(header: { sequence: number; revision: Revision }): Buffer<ArrayBuffer> {
    const frame = this.#buffer.subarray(0, this.#length);
    sealFrame(frame, header);
    this.#sealed = this.#buffer;
    this.#buffer = NO_BYTES;
    this.#expectedBytes = Math.min(this.#length, KEPT_BYTES_MAX);
    this.#length = FRAME_HEADER_BYTES;
    return frame;
  }

  /** Takes the memory of the last frame back, once nobody wants it any more; says whether it was worth it. */
  reclaim(): boolean {
    const sealed = this.#sealed;
    this.#sealed = undefined;
    if (!sealed || sealed.length === 0 || sealed.length > KEPT_BYTES_MAX) return false;
    this.#buffer = sealed;
    return true;
  }

  #room(bytes: number): void {
    if (this.#length + bytes <= this.#buffer.length) return;
    const grown = ownBuffer(Math.max(this.#expectedBytes, this.#buffer.length * 2, this.#length + bytes));
    this.#buffer.copy(grown, 0, 0, this.#length);
    this.#buffer = grown;
  }

  #byte(value: number): void {
    this.#buffer[this.#length++] = value;
  }

  #uint(value: number): void {
    writeUint(this.#buffer, value, this.#length);
    this.#length += 8;
  }

  #key(key: string): void {
    const bytes = key.isWellFormed()
      ? this.#buffer.write(key, this.#length + 4)
      : keyBytes(key).copy(this.#buffer, this.#length + 4);
    this.#buffer.writeUInt32BE(bytes, this.#length);
    this.#length += 4 + bytes;
  }

  #value(value: Uint8Array): void {
    this.#buffer.writeUInt32BE(value.length, this.#length);
    this.#buffer.set(value, this.#length + 4);
    this.#length += 4 + value.length;
  }
}

/**
 * The records of a frame of a file of some version. Values are views of it. Throws `RangeError` on what cannot have been
 * written.
 */
export function* readRecords(payload: Buffer, version: number): Generator<LogRecord> {
  const reader = new Reader(payload, version < BYTE_KEYS_VERSION ? keyTextBefore : keyText);
  while (!reader.done) {
    const tag = reader.byte();
    if (tag === TRANSACTION) yield { type: "transaction", writes: reader.writes() };
    else if (tag === COMPACT) yield { type: "compact", revision: reader.uint() };
    else if (tag === ENTRY) yield { type: "entry", entry: reader.entry() };
    else if (tag === LEASE) yield { type: "lease", lease: { id: reader.uint(), ttlSeconds: reader.uint() } };
    else if (tag === REVOKE) yield { type: "revoke", id: reader.uint() };
    else if (tag === RESERVE) yield { type: "reserve", revision: reader.uint() };
    else if (tag === SKIP) yield { type: "skip", revision: reader.uint() };
    else if (tag === TIME) yield { type: "time", moment: { timeMs: reader.uint(), revision: reader.uint() } };
    else if (tag === PART) yield { type: "part", part: reader.part() };
    else if (tag === END) yield { type: "end", count: reader.uint() };
    else throw new RangeError(`record type ${tag} is unknown`);
  }
}

class Reader {
  readonly #bytes: Buffer;
  readonly #keyText: (bytes: Buffer) => string;
  #offset = 0;

  constructor(bytes: Buffer, text: (bytes: Buffer) => string) {
    this.#bytes = bytes;
    this.#keyText = text;
  }

  get done(): boolean {
    return this.#offset >= this.#bytes.length;
  }

  byte(): number {
    return this.#bytes.readUInt8(this.#offset++);
  }

  uint(): number {
    this.#offset += 8;
    return readUint(this.#bytes, this.#offset - 8);
  }

  writes(): LoggedWrite[] {
    const count = this.#bytes.readUInt32BE(this.#offset);
    this.#offset += 4;
    const writes: LoggedWrite[] = [];
    for (let index = 0; index < count; index++) {
      const put = this.byte() === PUT;
      const key = this.#key();
      const lease = put ? this.uint() : 0;
      writes.push({ key, value: put ? this.#value() : undefined, lease });
    }
    return writes;
  }

  part(): KeyPart {
    const [start, end] = [this.#key(), this.#key()];
    return { start, end: end === "" ? undefined : end };
  }

  entry(): Entry {
    const [createRevision, modRevision, version, lease] = [this.uint(), this.uint(), this.uint(), this.uint()];
    return { key: this.#key(), value: this.#value(), createRevision, modRevision, version, lease };
  }

  #key(): string {
    const length = this.#length();
    return this.#keyText(this.#bytes.subarray(this.#offset - length, this.#offset));
  }

  #value(): Uint8Array {
    const length = this.#length();
    return new Uint8Array(this.#bytes.buffer, this.#bytes.byteOffset + this.#offset - length, length);
  }

  /** The length of what follows; steps behind it. */
  #length(): number {
    const length = this.#bytes.readUInt32BE(this.#offset);
    this.#offset += 4 + length;
    if (this.#offset > this.#bytes.length) throw new RangeError("a record is cut");
    return length;
  }
}
