/** Something whose derived forms can be made again. */
export interface Warm {
  cool(): void;
}

/** Stored bytes of objects whose derived forms are kept; the forms take a few times as much. */
const WARM_BYTES_MAX = 32 * 1024 * 1024;

let young: Warm[] = [];
let youngBytes = 0;
let old: readonly Warm[] = [];

/**
 * Keeps what was derived last, of all caches together, and lets go of the rest, so that a hundred thousand objects cost
 * their bytes and no more. Called when an object gets its first derived form; `bytes` is the size of what is stored.
 */
export function warmed(one: Warm, bytes: number): void {
  young.push(one);
  youngBytes += bytes;
  if (youngBytes < WARM_BYTES_MAX / 2) return;
  for (const former of old) former.cool();
  old = young;
  young = [];
  youngBytes = 0;
}
