const LETTER = /\p{L}/u;
const DIGIT = /\p{Nd}/u;

/** Keys as people sort them: digits by their number, letters behind other characters. */
export function compareKeys(a: string, b: string): number {
  const [left, right] = [[...a], [...b]];
  for (let index = 0; index < left.length && index < right.length; index++) {
    const [one, other] = [left[index]!, right[index]!];
    if (one === other) continue;
    const [isLetter, isOther] = [LETTER.test(one), LETTER.test(other)];
    if (isLetter && isOther) return byCode(one, other);
    if (isLetter || isOther) return isOther ? -1 : 1;
    return byNumber([left, right], index) || byCode(one, other);
  }
  return left.length - right.length;
}

function byCode(one: string, other: string): number {
  return one.codePointAt(0)! - other.codePointAt(0)!;
}

/** By the numbers that begin at a place, then by how many digits they have. */
function byNumber(texts: readonly (readonly string[])[], at: number): number {
  // Noughts count as digits of the number that they go on with, if that has begun.
  const isWithin = texts.some((text) => text[at] === "0") && /[^0]/.test(digitsBefore(texts[0]!, at));
  const [first, second] = texts.map((text) => digitsFrom(text, at)) as [string, string];
  const [one, other] = [first, second].map((digits) => numberOf((isWithin ? "1" : "0") + digits)) as [bigint, bigint];
  if (one !== other) return one < other ? -1 : 1;
  return first.length - second.length;
}

function digitsBefore(text: readonly string[], at: number): string {
  let start = at;
  while (start > 0 && DIGIT.test(text[start - 1]!)) start--;
  return text.slice(start, at).join("");
}

function digitsFrom(text: readonly string[], at: number): string {
  let end = at;
  while (end < text.length && DIGIT.test(text[end]!)) end++;
  return text.slice(at, end).join("");
}

/** As far as 64 bits have room for it, as the original counts. */
function numberOf(digits: string): bigint {
  return BigInt.asIntN(64, BigInt(digits.replace(/\D/g, "0")));
}
