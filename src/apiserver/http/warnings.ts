const TOTAL_MAX = 4096;
const SHORTENED_MAX = 256;
/** No header can hold such a warning, so nobody gets it. */
const UNSENDABLE = /\p{Cc}/u;

/**
 * The warnings that an answer has room for, in characters: each once, all of them whole if that fits; otherwise shortened,
 * and no more once there is no more room. What is sent decides how many there are, and clients limit their headers.
 */
export function fittingWarnings(warnings: readonly string[]): string[] {
  const whole: string[] = [];
  let total = 0;
  for (const text of sendable(warnings)) {
    total += characters(text).length;
    if (total > TOTAL_MAX) return shortened(sendable(warnings));
    whole.push(text);
  }
  return whole;
}

/** Each once. */
function* sendable(warnings: readonly string[]): Iterable<string> {
  const seen = new Set<string>();
  for (const text of warnings) {
    if (seen.has(text) || UNSENDABLE.test(text)) continue;
    seen.add(text);
    yield text;
  }
}

function shortened(warnings: Iterable<string>): string[] {
  const some: string[] = [];
  let total = 0;
  for (const text of warnings) {
    if (total >= TOTAL_MAX) break;
    const beginning = characters(text).slice(0, SHORTENED_MAX);
    total += beginning.length;
    some.push(beginning.join(""));
  }
  return some;
}

/** No more of them than decide anything. */
function characters(text: string): string[] {
  return Array.from(text.slice(0, 2 * (TOTAL_MAX + 1)));
}
