/** The names of the store's files. Numbers have a fixed width, so that names sort as they do. */

/** How far the log was known to be on disk; a hint that lags a little. */
export const POSITION_FILE = "position";
/** A checkpoint that is being written; worthless until it is renamed. */
export const UNFINISHED_CHECKPOINT = "checkpoint.unfinished";

const DIGITS = 16;
const PART_DIGITS = 6;

export function segmentName(number: number): string {
  return `log-${String(number).padStart(DIGITS, "0")}`;
}

/** Part 0 is a checkpoint that is whole. */
export function checkpointName(revision: number, part: number): string {
  const name = `checkpoint-${String(revision).padStart(DIGITS, "0")}`;
  return part === 0 ? name : `${name}-${String(part).padStart(PART_DIGITS, "0")}`;
}

/** The number of a segment of the log; undefined for other names. */
export function segmentIn(name: string): number | undefined {
  const digits = /^log-(\d{16})$/.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** Which part of a checkpoint a file is; undefined for other names. */
export function checkpointIn(name: string): { readonly revision: number; readonly part: number } | undefined {
  const found = /^checkpoint-(\d{16})(?:-(\d{6}))?$/.exec(name);
  return found ? { revision: Number(found[1]), part: Number(found[2] ?? 0) } : undefined;
}
