import type { Revision } from "../store.ts";
import type { LoggedWrite } from "./records.ts";

/** Revisions that are reserved ahead. After a crash the counter goes on behind them. */
const RESERVED_REVISIONS = 10_000;

interface EarlyWrite {
  readonly revision: Revision;
  readonly writes: readonly LoggedWrite[];
}

/**
 * Writes that may be answered before they are on disk: those whose keys all lie below certain prefixes. They are in the log
 * at their place like all others, only nobody waits for it; so what a crash takes is the newest of them, and never a write
 * that something on disk has seen. Their revisions were seen, though, and must not be given again: revisions are reserved on
 * disk before they are used so, and a store that was not closed goes on behind what it had reserved.
 */
export class RelaxedWrites {
  readonly #prefixes: readonly string[];
  /** Answered, and not on disk yet: everything that is visible and not durable. */
  #early: EarlyWrite[] = [];
  #reserved: Revision;
  /** The disk has just failed: what it does not take is not to grow. */
  #isStrained = false;

  constructor(prefixes: readonly string[], reserved: Revision) {
    this.#prefixes = prefixes;
    this.#reserved = reserved;
  }

  get isOn(): boolean {
    return this.#prefixes.length > 0;
  }

  /** Up to which revision a store that is at one reserves. */
  ceiling(revision: Revision): Revision {
    return this.isOn ? revision + RESERVED_REVISIONS : revision;
  }

  /** What the next frame should reserve; undefined when there is enough. */
  wanted(revision: Revision): Revision | undefined {
    return this.isOn && this.#reserved < revision + RESERVED_REVISIONS / 2 ? this.ceiling(revision) : undefined;
  }

  /** Whether a transaction may be answered before it is on disk. */
  allows(writes: readonly LoggedWrite[], revision: Revision): boolean {
    if (!this.isOn || this.#isStrained || revision > this.#reserved) return false;
    return writes.every(({ key }) => this.#prefixes.some((prefix) => key.startsWith(prefix)));
  }

  /** Notes that one was answered. */
  answered(revision: Revision, writes: readonly LoggedWrite[]): void {
    this.#early.push({ revision, writes });
  }

  /** Everything up to a revision is on disk, and perhaps a new reservation. */
  flushed(through: Revision, reserved: Revision | undefined): void {
    const left = this.#early.findIndex(({ revision }) => revision > through);
    this.#early = left < 0 ? [] : this.#early.slice(left);
    this.#reserved = reserved ?? this.#reserved;
    this.#isStrained = false;
  }

  /** The disk has not taken a frame: what was answered already has to be written again. */
  failed(): readonly EarlyWrite[] {
    this.#isStrained = true;
    return this.#early;
  }

  get reserved(): Revision {
    return this.#reserved;
  }
}
