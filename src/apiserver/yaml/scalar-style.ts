import { isBase60, isTextAlone } from "./resolve.ts";

/** How a text can be written. */
export type ScalarStyle = "plain" | "single" | "double" | "literal";

/** What a text is like, as far as it bears on how it can be written. */
export interface Analysis {
  readonly isMultiline: boolean;
  readonly allows: Readonly<Record<ScalarStyle, boolean>>;
}

const INDICATORS = /^(?:[#,[\]{}&*!|>'"%@`]|[?:-](?=[ \t]|$)|---|\.\.\.)|:(?=[ \t]|$)|[ \t\n\r\0\u0085\u2028\u2029]#/;
/** What has no form but an escape: tabs, characters that can't be seen, and those beyond 16 bits. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
export const SPECIAL = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\ud800-\udfff\ufeff\ufffe\uffff]/;
const BREAK = /[\n\r\u0085\u2028\u2029]/;
const OUTER_BREAK = /^[\n\r\u0085\u2028\u2029]|[\n\r\u0085\u2028\u2029]$/;
const BREAK_SPACE = /[\n\r\u0085\u2028\u2029] /;
const SPACE_BREAK = / [\n\r\u0085\u2028\u2029]/;

export function analysed(text: string): Analysis {
  const isMultiline = BREAK.test(text);
  if (text === "") return { isMultiline, allows: { plain: true, single: true, double: true, literal: false } };
  const hasOuterSpace = text.startsWith(" ") || text.endsWith(" ");
  const isOdd = SPECIAL.test(text) || SPACE_BREAK.test(text);
  const single = !isOdd && !BREAK_SPACE.test(text);
  const plain = single && !isMultiline && !hasOuterSpace && !OUTER_BREAK.test(text) && !INDICATORS.test(text);
  return { isMultiline, allows: { plain, single, double: true, literal: !isOdd && !text.endsWith(" ") } };
}

/** The style of a text: the one that it would have alone, or the next that is allowed. */
export function styleOf(text: string, { allows, isMultiline }: Analysis, place: "value" | "key"): ScalarStyle {
  if (place === "key" && isMultiline) return "double";
  if (text.includes("\n")) return allows.literal && place === "value" ? "literal" : "double";
  if (!isTextAlone(text) || isBase60(text)) return "double";
  if (allows.plain && !(place === "key" && text === "")) return "plain";
  return allows.single ? "single" : "double";
}
