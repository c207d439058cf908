import { compareKeys } from "../memory/index.ts";
import type { Revision } from "../store.ts";
import { checkpointName } from "./files.ts";
import type { KeyPart, LoggedWrite } from "./records.ts";

/** A file that holds the state of some keys at a revision: a checkpoint, or a part of one. */
export interface CheckpointFile extends KeyPart {
  readonly revision: Revision;
  /** Parts of one revision count up from 1 in the order of their keys; 0 is all of it. */
  readonly part: number;
  readonly sizeBytes: number;
}

/**
 * The files that together hold the state of every key. While a new checkpoint is being written, its parts replace those of
 * the one before it bit by bit, so that the two never lie beside each other as a whole.
 */
export class CheckpointFiles {
  #files: readonly CheckpointFile[];

  constructor(files: readonly CheckpointFile[]) {
    this.#files = files;
  }

  /**
   * Of all that are there, however little of it. No checkpoint of an older one may be begun: its parts would replace the first
   * ones of this, and what is left of it would no longer reach from the first key on.
   */
  get newestRevision(): Revision {
    return this.#files.reduce((newest, { revision }) => Math.max(newest, revision), 0);
  }

  get sizeBytes(): number {
    return this.#files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  }

  /**
   * Where a checkpoint of a revision is to begin, or to go on after it was broken off: the state at a revision never changes.
   * Undefined when it is there already.
   */
  next(revision: Revision): { readonly start: string; readonly part: number } | undefined {
    const last = this.#files.findLast((file) => file.revision === revision);
    if (!last) return { start: "", part: 1 };
    return last.end === undefined ? undefined : { start: last.end, part: last.part + 1 };
  }

  /** Takes in the next part of a newer checkpoint, and lets go of the files that hold nothing else; says which. */
  replace(file: CheckpointFile): string[] {
    const isReplaced = ({ revision, end }: CheckpointFile) => revision !== file.revision && isWithin(end, file.end);
    const replaced = this.#files.filter(isReplaced);
    this.#files = [...this.#files.filter((one) => !isReplaced(one)), file];
    return replaced.map(({ revision, part }) => checkpointName(revision, part));
  }
}

/** Whether an end lies no further than another. */
function isWithin(end: string | undefined, other: string | undefined): boolean {
  return other === undefined || (end !== undefined && compareKeys(end, other) <= 0);
}

interface Reach extends KeyPart {
  readonly revision: Revision;
}

/** Which revision the state of each key was found at, as files are read from the newest revision to older ones. */
export class Coverage {
  readonly files: CheckpointFile[] = [];
  /** By falling revision; each reaches from where the one before it ends. */
  readonly #reaches: Reach[] = [];
  #last: CheckpointFile | undefined;
  /** Where the revision begins that is being read. */
  #floor = "";

  /** Nothing is missing any more. */
  get isWhole(): boolean {
    return this.#reaches.length > 0 && this.#reaches.at(-1)!.end === undefined;
  }

  /** The oldest revision in it: the log is needed from there on. From its start, where nothing is known of some keys. */
  get revision(): Revision {
    return this.isWhole ? this.#reaches.at(-1)!.revision : 0;
  }

  get newestRevision(): Revision {
    return this.#reaches[0]?.revision ?? 0;
  }

  /** Begins to read a file of a revision; what it says of keys below the result a newer one has said. */
  begin(revision: Revision): string {
    if (this.#last?.revision !== revision) this.#floor = this.#reaches.at(-1)?.end ?? "";
    return this.#floor;
  }

  /** Takes in a file that was read; false when a part between it and what there is is missing. */
  add(file: CheckpointFile): boolean {
    const { revision, start, end } = file;
    const last = this.#last?.revision === revision ? this.#last : undefined;
    if (last ? start !== last.end : compareKeys(start, this.#floor) > 0) return false;
    this.#last = file;
    if (end !== undefined && compareKeys(end, this.#floor) <= 0) return true;
    this.files.push(file);
    if (this.#reaches.at(-1)?.revision === revision) this.#reaches.pop();
    this.#reaches.push({ revision, start: this.#floor, end });
    return true;
  }

  /** What a revision wrote, without what was found to be newer. */
  unknown(writes: readonly LoggedWrite[], revision: Revision): readonly LoggedWrite[] {
    if (revision > this.newestRevision) return writes;
    return writes.filter(({ key }) => revision > this.#revisionOf(key));
  }

  #revisionOf(key: string): Revision {
    return this.#reaches.find(({ end }) => end === undefined || compareKeys(key, end) < 0)?.revision ?? 0;
  }
}
