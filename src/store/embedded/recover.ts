import type { Clock, Log } from "../../base/index.ts";
import { StoreError } from "../errors.ts";
import { compareKeys, type Granted, Versions } from "../memory/index.ts";
import type { Revision } from "../store.ts";
import { CheckpointReader } from "./checkpoint.ts";
import { CheckpointFiles, Coverage } from "./checkpoint-files.ts";
import type { Disk, DiskFile } from "./disk.ts";
import { checkpointIn, checkpointName, POSITION_FILE, segmentIn, segmentName, UNFINISHED_CHECKPOINT } from "./files.ts";
import {
  decodeHeader,
  decodePosition,
  encodeHeader,
  type FileHeader,
  FORMAT_VERSION,
  type Frame,
  frameAfter,
  frameAt,
  HEADER_BYTES,
  POSITION_BYTES,
  type Position,
} from "./format.ts";
import type { Segment } from "./log.ts";
import { readRecords } from "./records.ts";
import { RevisionTimes } from "./times.ts";

/**
 * A checkpoint is read in four pieces, larger ones in more. A piece stays in memory until nothing in it is wanted any more,
 * so small ones would be better; but memory outside of the heap drives the garbage collector, which goes through all that has
 * been read so far for every 64 MiB of it.
 */
const PIECES = 4;
const PIECE_BYTES_MIN = 1024 * 1024;
const PIECE_BYTES_MAX = 128 * 1024 * 1024;
const PROGRESS_INTERVAL_MS = 1000;

export interface Recovered {
  readonly versions: Versions;
  readonly leases: Iterable<Granted>;
  readonly times: RevisionTimes;
  /** Oldest first; the last one is to be written to. */
  readonly segments: Segment[];
  /** Sequence number of the next frame. */
  readonly sequence: number;
  readonly checkpoint: CheckpointFiles;
  /** Revisions up to here may have been seen, even where the log ends before. */
  readonly reserved: Revision;
}

interface RecoverOptions {
  readonly disk: Disk;
  readonly clock: Clock;
  readonly log: Log;
}

interface Candidate {
  readonly number: number;
  readonly sizeBytes: number;
  readonly header: FileHeader | undefined;
}

/** Reads back what a locked directory holds, and brings it in order: what is left over from a crash goes. */
export async function recover({ disk, clock, log }: RecoverOptions): Promise<Recovered> {
  const files = await disk.list();
  const versions = Versions.empty();
  const leases = new Map<number, Granted>();
  const times = new RevisionTimes();
  const checkpoints = files.filter(({ name }) => checkpointIn(name));
  const logs = files.filter(({ name }) => segmentIn(name) !== undefined);
  const progress = new Progress({ clock, log, files: [...logs, ...checkpoints] });
  const loaded = { versions, leases, times };
  const { coverage, reserved } = await loadCheckpoint({ disk, clock, progress }, checkpoints, loaded);
  const { revision } = coverage;
  const position = await readPosition(disk, files);
  const candidates = await findSegments({ disk, files, revision, position });
  const replay = new Replay({ disk, log, ...loaded, position, coverage, reserved });
  for (const [index, candidate] of candidates.entries()) {
    await replay.segment(candidate, candidates[index + 1]);
    progress.read(candidate.sizeBytes);
    while (versions.purge({ limit: 10_000 })) await clock.yield();
    await clock.yield();
  }
  if (versions.revision < coverage.newestRevision) throw missingLog(disk, versions.revision);
  const last = candidates.at(-1);
  if (replay.segments.length === 0) await replay.begin(last?.number ?? 1);
  else if (last!.header && last!.header.version < FORMAT_VERSION) await replay.begin(last!.number + 1);
  await removeLeftovers(disk, files, { segments: replay.segments, coverage });
  const { segments, sequence, reserved: reservedNow } = replay;
  return {
    versions,
    leases: leases.values(),
    times,
    segments,
    sequence,
    checkpoint: new CheckpointFiles(coverage.files),
    reserved: reservedNow,
  };
}

/** Says how far reading has come, when it takes long. */
class Progress {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #totalBytes: number;
  #readBytes = 0;
  #toldMs: number;

  constructor({ clock, log, files }: { clock: Clock; log: Log; files: readonly DiskFile[] }) {
    this.#clock = clock;
    this.#log = log;
    this.#totalBytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    this.#toldMs = clock.monotonicMs();
  }

  read(bytes: number): void {
    this.#readBytes += bytes;
    const nowMs = this.#clock.monotonicMs();
    if (nowMs - this.#toldMs < PROGRESS_INTERVAL_MS) return;
    this.#toldMs = nowMs;
    const [readBytes, totalBytes] = [this.#readBytes, this.#totalBytes];
    this.#log.info("Reading the store", { readBytes, totalBytes, percent: Math.floor((100 * readBytes) / totalBytes) });
  }
}

interface Loaded {
  readonly versions: Versions;
  readonly leases: Map<number, Granted>;
  readonly times: RevisionTimes;
}

/** Newest revision first; of each one, part by part. */
async function loadCheckpoint(
  { disk, clock, progress }: { readonly disk: Disk; readonly clock: Clock; readonly progress: Progress },
  checkpoints: readonly DiskFile[],
  { versions, leases, times }: Loaded,
) {
  const files = checkpoints
    .map((file) => ({ ...file, ...checkpointIn(file.name)! }))
    .sort((a, b) => b.revision - a.revision || a.part - b.part);
  const coverage = new Coverage();
  let reserved = 0;
  let reader: CheckpointReader | undefined;
  for await (const { file, piece, isFirst, isLast } of piecesOf(disk, files)) {
    if (isFirst) {
      if (coverage.isWhole && file.revision < coverage.revision) break;
      const floor = coverage.begin(file.revision);
      reader = new CheckpointReader(`${disk.name}/${file.name}`, {
        entry(entry) {
          if (floor === "" || compareKeys(entry.key, floor) >= 0) versions.load(entry);
        },
        lease: (lease) => leases.set(lease.id, lease),
        reserved: (through) => (reserved = through),
        moment: (moment) => times.note(moment),
      });
    }
    reader!.push(piece);
    progress.read(piece.length);
    await clock.yield();
    if (!isLast) continue;
    const { revision, ...part } = reader!.end();
    if (revision !== file.revision || !coverage.add({ ...file, ...part })) throw missingPart(disk, file.revision);
  }
  versions.loaded(coverage.isWhole ? coverage.revision : undefined);
  return { coverage, reserved };
}

/** Files one after the other, each from its start; the disk reads a piece while the one before it is looked through. */
async function* piecesOf<File extends DiskFile>(disk: Disk, files: readonly File[]) {
  const totalBytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const pieceBytes = Math.min(PIECE_BYTES_MAX, Math.max(PIECE_BYTES_MIN, Math.ceil(totalBytes / PIECES)));
  const places = files.flatMap((file) =>
    Array.from({ length: Math.max(1, Math.ceil(file.sizeBytes / pieceBytes)) }, (_, index) => ({
      file,
      offset: index * pieceBytes,
    })),
  );
  const read = (place: (typeof places)[number] | undefined) => {
    const piece = place && disk.read(place.file.name, place.offset, pieceBytes);
    piece?.catch(() => {});
    return piece;
  };
  let ahead = read(places[0]);
  for (const [index, { file, offset }] of places.entries()) {
    const piece = await ahead!;
    const next = places[index + 1];
    ahead = read(next);
    yield { file, piece: view(piece), isFirst: offset === 0, isLast: next?.file !== file };
  }
}

async function readPosition(disk: Disk, files: readonly DiskFile[]): Promise<Position | undefined> {
  if (!files.some(({ name }) => name === POSITION_FILE)) return undefined;
  return decodePosition(view(await disk.read(POSITION_FILE, 0, POSITION_BYTES)));
}

/** The segments that count, from the one that holds the first revision after the checkpoint. */
async function findSegments(options: {
  readonly disk: Disk;
  readonly files: readonly DiskFile[];
  readonly revision: Revision;
  readonly position: Position | undefined;
}): Promise<Candidate[]> {
  const { disk, files, revision, position } = options;
  const all: Candidate[] = [];
  for (const { name, sizeBytes } of files) {
    const number = segmentIn(name);
    if (number === undefined) continue;
    const header = decodeHeader(view(await disk.read(name, 0, HEADER_BYTES)), `${disk.name}/${name}`);
    all.push({ number, sizeBytes, header });
  }
  const holding = all.findLastIndex(({ header }) => header !== undefined && header.revision <= Math.max(revision, 1));
  // Leases make no revision: several files may begin at the same one, and the earlier ones count as well.
  const first = all.findIndex(
    ({ header }) => header !== undefined && header.revision === all[holding]?.header?.revision,
  );
  const needed = all.slice(Math.max(first, 0));
  const last = needed.at(-1)?.number ?? 0;
  // Without any, the directory is new; one without a header is new too, and its maker died.
  const fresh = revision === 0 && (all.length === 0 || (all.length === 1 && all[0]!.header === undefined));
  if (first < 0 && !fresh) throw missingLog(disk, revision);
  if (needed.some(({ number }, index) => number !== needed[0]!.number + index)) throw missingLog(disk, revision);
  if (position && position.segment > last) throw missingLog(disk, revision);
  return needed;
}

function missingLog(disk: Disk, revision: Revision): StoreError {
  return missing(disk, `a part of the log after revision ${revision}`);
}

function missingPart(disk: Disk, revision: Revision): StoreError {
  return missing(disk, `a part of the state at revision ${revision}`);
}

function missing(disk: Disk, what: string): StoreError {
  return new StoreError(
    "corrupt",
    `open store ${disk.name}: ${what} is missing; restore the directory from a backup or start with an empty one`,
  );
}

interface ReplayOptions extends Loaded {
  readonly disk: Disk;
  readonly log: Log;
  readonly position: Position | undefined;
  /** What the versions were loaded of; what the log says up to there is known. */
  readonly coverage: Coverage;
  /** What the checkpoint says of it; the log has the last word. */
  readonly reserved: Revision;
}

class Replay {
  readonly segments: Segment[] = [];
  /** Sequence number that the next frame must have. */
  sequence = 0;
  reserved: Revision;
  readonly #options: ReplayOptions;
  /** The revision that the log has come to; behind the versions' at first when there is a checkpoint. */
  #revision: Revision = 0;
  #ahead: Promise<Uint8Array> | undefined;

  constructor(options: ReplayOptions) {
    this.#options = options;
    this.reserved = options.reserved;
  }

  async segment(candidate: Candidate, next: Candidate | undefined): Promise<void> {
    const { disk } = this.#options;
    const name = segmentName(candidate.number);
    const bytes = view(await (this.#ahead ?? this.#read(candidate)));
    const last = next === undefined;
    // The disk reads the next one while this one is looked through.
    this.#ahead = next && this.#read(next);
    this.#ahead?.catch(() => {});
    const { header } = candidate;
    if (!header) {
      if (!last || this.#acknowledged(candidate.number, 0) || frameAfter(bytes, -1))
        throw this.#damaged(name, 0, bytes);
      // The process ended as it began this segment.
      return this.begin(candidate.number);
    }
    if (this.segments.length === 0) this.#start(header);
    else if (header.sequence !== this.sequence || header.revision !== this.#revision)
      throw this.#damaged(name, 0, bytes);
    let offset = HEADER_BYTES;
    for (let frame = frameAt(bytes, offset); frame; frame = frameAt(bytes, offset)) {
      if (frame.sequence !== this.sequence || frame.revision !== this.#revision)
        throw this.#damaged(name, offset, bytes);
      try {
        this.#replay(frame, header.version);
      } catch (cause) {
        // Its checksum is right, so this is no accident of the disk; it is refused the same.
        if (cause instanceof RangeError || cause instanceof StoreError)
          throw this.#damaged(name, offset, bytes, { cause });
        throw cause;
      }
      offset = frame.end;
    }
    const { position } = this.#options;
    const short = position?.segment === candidate.number && position.offset > offset;
    if (offset < bytes.length && last && !short && isZero(bytes, offset)) await disk.truncate(name, offset);
    else if (offset < bytes.length || short) await this.#cut({ candidate, bytes, offset, last });
    this.segments.push({ number: candidate.number, revision: header.revision, sizeBytes: offset });
    // What was read may not be on disk yet; nobody may act on it before it is.
    if (last) await disk.flush(name);
  }

  #read({ number, sizeBytes }: Candidate): Promise<Uint8Array> {
    return this.#options.disk.read(segmentName(number), 0, sizeBytes);
  }

  #start(header: FileHeader): void {
    this.sequence = header.sequence;
    this.#revision = header.revision;
  }

  /** Starts a segment where the last one ended. */
  async begin(number: number): Promise<void> {
    const { disk, versions } = this.#options;
    const revision = this.segments.length === 0 ? versions.revision : this.#revision;
    const name = segmentName(number);
    await disk.truncate(name, 0);
    await disk.write(name, 0, encodeHeader({ kind: "log", revision, sequence: this.sequence }));
    await disk.flush(name);
    await disk.flushDirectory();
    this.segments.push({ number, revision, sizeBytes: HEADER_BYTES });
  }

  /** The end of what can be read: either no more than a write that a crash tore, or damage. */
  async #cut(at: { candidate: Candidate; bytes: Buffer; offset: number; last: boolean }): Promise<void> {
    const { disk, log } = this.#options;
    const { candidate, bytes, offset, last } = at;
    const name = segmentName(candidate.number);
    // A frame is only written once the one before it is on disk: one that is intact proves that this one was.
    const next = frameAfter(bytes, offset);
    if (!last || this.#acknowledged(candidate.number, offset) || (next && next.sequence > this.sequence))
      throw this.#damaged(name, offset, bytes);
    log.warn("Cutting off a write that a crash tore and that was never acknowledged", {
      file: name,
      bytes: bytes.length - offset,
      revision: this.#revision,
    });
    await disk.truncate(name, offset);
  }

  /** Whether something after this place is known to have been acknowledged. */
  #acknowledged(segment: number, offset: number): boolean {
    const { position } = this.#options;
    return (
      position !== undefined &&
      (position.segment > segment || (position.segment === segment && position.offset > offset))
    );
  }

  #replay(frame: Frame, version: number): void {
    const { versions, leases, times, coverage } = this.#options;
    this.sequence++;
    for (const record of readRecords(frame.payload, version)) {
      if (record.type === "transaction") {
        const revision = ++this.#revision;
        if (revision > coverage.revision) versions.replay(coverage.unknown(record.writes, revision));
      } else if (record.type === "compact" && record.revision > versions.compactRevision)
        versions.compact(record.revision);
      else if (record.type === "lease") leases.set(record.lease.id, record.lease);
      else if (record.type === "revoke") leases.delete(record.id);
      else if (record.type === "reserve") this.reserved = record.revision;
      else if (record.type === "skip") this.#skip(record.revision);
      else if (record.type === "time") times.note(record.moment);
    }
  }

  #skip(revision: Revision): void {
    const { versions, coverage } = this.#options;
    if (revision <= this.#revision) throw new RangeError(`the log skips from ${this.#revision} to ${revision}`);
    this.#revision = revision;
    if (revision > coverage.revision) versions.skip(revision);
  }

  #damaged(name: string, offset: number, bytes: Buffer, options?: ErrorOptions): StoreError {
    const { disk } = this.#options;
    const next = frameAfter(bytes, offset);
    const lost = next
      ? `revisions ${this.#revision + 1} to ${next.revision}`
      : `what follows revision ${this.#revision}`;
    const state = `${disk.name}/${name} is damaged at byte ${offset}, ${lost} cannot be read`;
    const wanted = "restore the directory from a backup";
    const loss = `to go on without anything after revision ${this.#revision}, truncate the file there, and remove the log files after it and the file ${POSITION_FILE}`;
    return new StoreError("corrupt", `open store: ${state}; ${wanted}, or, ${loss}`, options);
  }
}

async function removeLeftovers(
  disk: Disk,
  files: readonly DiskFile[],
  { segments, coverage }: { segments: readonly Segment[]; coverage: Coverage },
): Promise<void> {
  const first = segments[0]!.number;
  const kept = new Set(coverage.files.map(({ revision, part }) => checkpointName(revision, part)));
  const stale = files.filter(({ name }) => {
    if (name === UNFINISHED_CHECKPOINT) return true;
    const segment = segmentIn(name);
    if (segment !== undefined) return segment < first;
    return checkpointIn(name) !== undefined && !kept.has(name);
  });
  // A process that was killed may have left names that are not on disk yet: nothing may be built on them, and what a
  // checkpoint replaces must not go before it is there.
  await disk.flushDirectory();
  for (const { name } of stale) await disk.remove(name);
  if (stale.length > 0) await disk.flushDirectory();
}

/** Whether nothing but zeros lies behind a place: what was made ready for frames that never came. */
function isZero(bytes: Buffer, offset: number): boolean {
  for (let at = offset; at < bytes.length; at++) if (bytes[at] !== 0) return false;
  return true;
}

function view(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
