/** Where a value of JSON goes wrong, and in what. */
export interface JsonFault {
  readonly at: number;
  readonly where: string;
}

/** The first fault of a string that has one, and begins at `start`; of one that only doesn't end, its end. */
export function faultInString(text: string, start: number): JsonFault {
  for (let at = start + 1; ; at++) {
    const character = text[at];
    if (character === undefined) return { at, where: "" };
    if (character < " ") return { at, where: "in string literal" };
    if (character !== "\\") continue;
    const escape = text[++at] ?? "";
    if (escape === "u") {
      for (let digit = 0; digit < 4; digit++)
        if (!/[0-9a-fA-F]/.test(text[++at] ?? "")) return { at, where: "in \\u hexadecimal character escape" };
    } else if (!/["\\/bfnrt]/.test(escape)) return { at, where: "in string escape code" };
  }
}

/** What is wrong with what begins as a number does, of which the part up to `end` is one; undefined when that is all of it. */
export function faultInNumber(text: string, start: number, end: number): JsonFault | undefined {
  if (end === start)
    return text[start] === "-"
      ? { at: start + 1, where: "in numeric literal" }
      : { at: start, where: "looking for beginning of value" };
  const number = text.slice(start, end);
  const next = text[end];
  if (next === "." && !/[.eE]/.test(number)) return { at: end + 1, where: "after decimal point in numeric literal" };
  if ((next !== "e" && next !== "E") || /[eE]/.test(number)) return undefined;
  const isSigned = text[end + 1] === "+" || text[end + 1] === "-";
  return { at: end + (isSigned ? 2 : 1), where: "in exponent of numeric literal" };
}
