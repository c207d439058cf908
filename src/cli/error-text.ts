const CAUSES_MAX = 5;

/** What an error says, and each of its causes that says more. */
export function errorText(error: unknown): string {
  let text = "";
  let at: unknown = error;
  for (let count = 0; at instanceof Error && count < CAUSES_MAX; count++, at = at.cause)
    // Whoever wrapped it may have told it already.
    if (text === "") text = at.message;
    else if (!text.endsWith(at.message)) text += `: ${at.message}`;
  return text === "" ? String(error) : text;
}

/** Where a fault of this program's own is, since its message alone won't lead there; undefined for what the world does to it. */
export function faultPlace(error: unknown): string | undefined {
  for (let at: unknown = error, count = 0; at instanceof Error && count < CAUSES_MAX; count++, at = at.cause)
    if (FAULTS.some((fault) => at instanceof fault)) return at.stack;
  return undefined;
}

const FAULTS = [TypeError, RangeError, ReferenceError];
