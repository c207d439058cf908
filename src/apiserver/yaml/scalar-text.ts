import { own } from "../../base/index.ts";
import { type ScalarStyle, SPECIAL } from "./scalar-style.ts";

/** Where a text begins, and how far its further lines are indented; `isKey` keeps it on one line. */
export interface TextPlace {
  readonly column: number;
  readonly indent: number;
  readonly isKey: boolean;
}

const LINE_MAX = 80;
const BREAKS = "\n\r\u0085\u2028\u2029";
const MARK = "\ufeff";

/** A text in a style, from its first character to its last. */
export function styled(text: string, style: ScalarStyle, place: TextPlace): string {
  switch (style) {
    case "plain":
      return place.isKey || fits(text, place) ? text : folded(text, place);
    case "single": {
      const quoted = text.replaceAll("'", "''");
      return `'${place.isKey || fits(text, place) ? quoted : folded(text, inQuotes(place), "'")}'`;
    }
    case "double":
      return `"${doubleQuoted(text, inQuotes(place))}"`;
    case "literal":
      return literal(text, place);
    default:
      return style satisfies never;
  }
}

const inQuotes = (place: TextPlace): TextPlace => ({ ...place, column: place.column + 1 });

/** Most texts are short and on one line. */
function fits(text: string, { column }: TextPlace): boolean {
  return column + text.length <= LINE_MAX && !/[\u2028\u2029]/.test(text);
}

/** Cuts a long line at spaces that stand alone; in quotes not at the first and last character. */
function folded(text: string, { column, indent }: TextPlace, quote = ""): string {
  const pad = " ".repeat(indent);
  const characters = [...text];
  let result = "";
  let at = column;
  let isBroken = false;
  for (const [index, character] of characters.entries()) {
    const isWithin = quote === "" || (index > 0 && index < characters.length - 1);
    const standsAlone = characters[index - 1] !== " " && characters[index + 1] !== " ";
    if (character === " " && at > LINE_MAX && standsAlone && isWithin) {
      result += `\n${pad}`;
      at = indent;
    } else if (BREAKS.includes(character)) {
      result += character;
      at = 0;
      isBroken = true;
    } else {
      if (isBroken) result += pad;
      at += 1 + (isBroken ? indent : 0);
      isBroken = false;
      result += character === quote ? character + character : character;
      if (character === quote) at++;
    }
  }
  return result;
}

function doubleQuoted(text: string, { column, indent, isKey }: TextPlace): string {
  // Of what begins with a mark of the byte order the original takes each character for one.
  const isMarked = text.startsWith(MARK);
  const characters = [...text];
  let result = "";
  let at = column;
  let wasSpace = false;
  for (const [index, character] of characters.entries()) {
    const isSpace = character === " " && !isMarked;
    if (isSpace && !isKey && !wasSpace && at > LINE_MAX && index > 0 && index < characters.length - 1) {
      const isNextSpace = characters[index + 1] === " ";
      result += `\n${" ".repeat(indent)}${isNextSpace ? "\\" : ""}`;
      at = indent + (isNextSpace ? 1 : 0);
    } else {
      const written = isMarked || NEEDS_ESCAPE.test(character) ? escaped(character) : character;
      result += written;
      at += written === character ? 1 : written.length;
    }
    wasSpace = isSpace;
  }
  return result;
}

const NEEDS_ESCAPE = new RegExp(`["\\\\\\n\\u2028\\u2029]|${SPECIAL.source}`);

const ESCAPES: Readonly<Record<string, string>> = {
  "\0": "\\0",
  "\u0007": "\\a",
  "\b": "\\b",
  "\t": "\\t",
  "\n": "\\n",
  "\v": "\\v",
  "\f": "\\f",
  "\r": "\\r",
  "\u001b": "\\e",
  '"': '\\"',
  "\\": "\\\\",
  "\u0085": "\\N",
  "\u00a0": "\\_",
  "\u2028": "\\L",
  "\u2029": "\\P",
};

function escaped(character: string): string {
  const short = own(ESCAPES, character);
  if (short) return short;
  const code = character.codePointAt(0)!;
  if (code > 0xffff) return `\\U${hex(code, 8)}`;
  return code < 0x100 ? `\\x${hex(code, 2)}` : `\\u${hex(code, 4)}`;
}

function hex(code: number, digits: number): string {
  return code.toString(16).toUpperCase().padStart(digits, "0");
}

/** Lines as they are; what ends the last one shows in the head, and whether the first begins with a space. */
function literal(text: string, { indent }: TextPlace): string {
  const pad = " ".repeat(indent);
  const hint = /^[ \n\r\u0085\u2028\u2029]/.test(text) ? "2" : "";
  const [before = "", last = ""] = [...text.slice(-2)];
  const end = last === "" ? before : last;
  const chomping = !BREAKS.includes(end) ? "-" : last === "" || BREAKS.includes(before) ? "+" : "";
  return `|${hint}${chomping}\n${text.replace(/(^|[\n\r\u0085\u2028\u2029])(?=[^\n\r\u0085\u2028\u2029])/g, `$1${pad}`)}`;
}
