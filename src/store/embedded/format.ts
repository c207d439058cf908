import { crc32 } from "node:zlib";
import { StoreError } from "../errors.ts";
import type { Revision } from "../store.ts";

/**
 * How the files look; docs/internals/store.md draws it. A file is a header and frames; a frame is written whole, and the
 * next one only after it has been flushed, so a broken frame with good ones after it was damaged later.
 *
 * 2 added leases, 3 reserved revisions, 4 has keys as their bytes, 5 added times, 6 parts of checkpoints. A file of an older version is read, and never
 * written on.
 */
export const FORMAT_VERSION = 6;
export const BYTE_KEYS_VERSION = 4;
export const HEADER_BYTES = 40;
export const FRAME_HEADER_BYTES = 28;
export const POSITION_BYTES = 20;

const FILE_MAGIC = "NAVSTORE";
const FRAME_MAGIC = 0x4e56_4652;
const FRAME_MAGIC_BYTES = Buffer.from("NVFR");

export type FileKind = "log" | "checkpoint";
const KINDS: readonly FileKind[] = ["log", "checkpoint"];

export interface FileHeader {
  readonly version: number;
  readonly kind: FileKind;
  /** The revision that the file starts after, or that a checkpoint is the state of. */
  readonly revision: Revision;
  /** Sequence number of the first frame. */
  readonly sequence: number;
}

export interface Frame {
  readonly sequence: number;
  /** The revision before the first one in it. */
  readonly revision: Revision;
  readonly payload: Buffer;
  /** Where the next frame starts. */
  readonly end: number;
}

/** A place in the log. */
export interface Position {
  /** Number of the segment. */
  readonly segment: number;
  readonly offset: number;
}

/** Whole numbers up to 2^53, in 8 bytes. */
export function writeUint(target: Buffer, value: number, offset: number): void {
  target.writeUInt32BE(Math.floor(value / 0x1_0000_0000), offset);
  target.writeUInt32BE(value % 0x1_0000_0000, offset + 4);
}

export function readUint(source: Buffer, offset: number): number {
  return source.readUInt32BE(offset) * 0x1_0000_0000 + source.readUInt32BE(offset + 4);
}

/** A buffer that shares its memory with nothing: who keeps it keeps nothing else. */
export function ownBuffer(bytes: number): Buffer<ArrayBuffer> {
  return Buffer.allocUnsafeSlow(bytes);
}

export function encodeHeader({ kind, revision, sequence }: Omit<FileHeader, "version">): Buffer<ArrayBuffer> {
  const header = ownBuffer(HEADER_BYTES);
  header.write(FILE_MAGIC, 0, "latin1");
  header.writeUInt32BE(FORMAT_VERSION, 8);
  header.writeUInt32BE(KINDS.indexOf(kind), 12);
  writeUint(header, revision, 16);
  writeUint(header, sequence, 24);
  header.writeUInt32BE(0, 32);
  header.writeUInt32BE(crc32(header.subarray(0, 36)), 36);
  return header;
}

/** Undefined when it is damaged or not all there. */
export function decodeHeader(bytes: Buffer, file: string): FileHeader | undefined {
  if (bytes.length < 12 || bytes.toString("latin1", 0, 8) !== FILE_MAGIC) return undefined;
  const version = bytes.readUInt32BE(8);
  const intact = bytes.length >= HEADER_BYTES && bytes.readUInt32BE(36) === crc32(bytes.subarray(0, 36));
  // Every version keeps these 40 bytes and their checksum, so damage is not taken for a newer version.
  if (intact && version > FORMAT_VERSION) {
    const problem = `${file} has format ${version}, this version reads up to ${FORMAT_VERSION}`;
    throw new StoreError("newerFormat", `open store: ${problem}; use the version that wrote it or a newer one`);
  }
  const kind = intact ? KINDS[bytes.readUInt32BE(12)] : undefined;
  if (kind === undefined) return undefined;
  return { version, kind, revision: readUint(bytes, 16), sequence: readUint(bytes, 24) };
}

/** Fills in the header of a frame whose payload follows it. */
export function sealFrame(frame: Buffer, { sequence, revision }: { sequence: number; revision: Revision }): void {
  frame.writeUInt32BE(FRAME_MAGIC, 0);
  frame.writeUInt32BE(frame.length - FRAME_HEADER_BYTES, 4);
  writeUint(frame, sequence, 12);
  writeUint(frame, revision, 20);
  frame.writeUInt32BE(crc32(frame.subarray(12)), 8);
}

/** The frame at an offset; undefined when there is no intact one. */
export function frameAt(bytes: Buffer, offset: number): Frame | undefined {
  if (bytes.length - offset < FRAME_HEADER_BYTES || bytes.readUInt32BE(offset) !== FRAME_MAGIC) return undefined;
  const end = offset + FRAME_HEADER_BYTES + bytes.readUInt32BE(offset + 4);
  if (end > bytes.length) return undefined;
  if (crc32(bytes.subarray(offset + 12, end)) !== bytes.readUInt32BE(offset + 8)) return undefined;
  return {
    sequence: readUint(bytes, offset + 12),
    revision: readUint(bytes, offset + 20),
    payload: bytes.subarray(offset + FRAME_HEADER_BYTES, end),
    end,
  };
}

/** Bytes of the frame that begins with these; undefined while they are too few to tell, infinite when it is none. */
export function frameBytes(start: Buffer): number | undefined {
  if (start.length < 8) return undefined;
  return start.readUInt32BE(0) === FRAME_MAGIC ? FRAME_HEADER_BYTES + start.readUInt32BE(4) : Number.POSITIVE_INFINITY;
}

/** The first intact frame anywhere after an offset. */
export function frameAfter(bytes: Buffer, offset: number): Frame | undefined {
  for (let at = bytes.indexOf(FRAME_MAGIC_BYTES, offset + 1); at >= 0; at = bytes.indexOf(FRAME_MAGIC_BYTES, at + 1)) {
    const frame = frameAt(bytes, at);
    if (frame) return frame;
  }
  return undefined;
}

export function encodePosition({ segment, offset }: Position): Buffer<ArrayBuffer> {
  const bytes = ownBuffer(POSITION_BYTES);
  writeUint(bytes, segment, 0);
  writeUint(bytes, offset, 8);
  bytes.writeUInt32BE(crc32(bytes.subarray(0, 16)), 16);
  return bytes;
}

/** Undefined when it is damaged: then nothing is known of what was acknowledged, and less damage can be told. */
export function decodePosition(bytes: Buffer): Position | undefined {
  if (bytes.length < POSITION_BYTES || crc32(bytes.subarray(0, 16)) !== bytes.readUInt32BE(16)) return undefined;
  return { segment: readUint(bytes, 0), offset: readUint(bytes, 8) };
}
