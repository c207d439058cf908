/** The names of the store's files. Numbers have a fixed width, so that names sort as they do. */

/** How far the log was known to be on disk; a hint that lags a little. */
export const POSITION_FILE = "position";
/** A checkpoint that is being written; worthless until it is renamed. */
export const UNFINISHED_CHECKPOINT = "checkpoint.unfinished";

const DIGITS = 16;

export function segmentName(number: number): string {
  return `log-${String(number).padStart(DIGITS, "0")}`;
}

export function checkpointName(revision: number): string {
  return `checkpoint-${String(revision).padStart(DIGITS, "0")}`;
}

/** The number in a name that starts with a word; undefined for other names. */
export function numberIn(word: "log" | "checkpoint", name: string): number | undefined {
  const digits = name.startsWith(`${word}-`) ? name.slice(word.length + 1) : "";
  return /^\d{16}$/.test(digits) ? Number(digits) : undefined;
}
