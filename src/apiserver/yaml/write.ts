import { own } from "../../base/index.ts";
import { rawDigits } from "../../schema/index.ts";

const LINE_MAX = 80;

/** A JSON value as YAML, in the style of the original: keys in order, lists not indented, text quoted where it must be. */
export function yamlText(value: unknown): string {
  const lines: string[] = [];
  writeBlock(value, { indent: 0, lines, lead: "" });
  return `${lines.join("\n")}\n`;
}

interface Place {
  readonly indent: number;
  readonly lines: string[];
  /** What the first line begins with, such as "key: " or "- ". */
  readonly lead: string;
}

function writeBlock(value: unknown, place: Place): void {
  if (Array.isArray(value) && value.length > 0) writeList(value, place);
  else if (isMap(value) && keysOf(value).length > 0) writeMap(value, place);
  else if (typeof value === "string") writeText(value, place);
  else place.lines.push(place.lead + scalarText(value));
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && rawDigits(value) === undefined;
}

/** Keys with a value: what has none isn't there, as in JSON. */
function keysOf(map: Readonly<Record<string, unknown>>): string[] {
  return Object.keys(map).filter((key) => map[key] !== undefined);
}

function scalarText(value: unknown): string {
  if (Array.isArray(value)) return "[]";
  if (isMap(value)) return "{}";
  if (value === null || value === undefined) return "null";
  return rawDigits(value) ?? numberText(value);
}

/** Large and small numbers in the exponent form of the original. */
function numberText(value: unknown): string {
  if (typeof value !== "number" || Number.isInteger(value) || (Math.abs(value) >= 1e-4 && Math.abs(value) < 1e21))
    return String(value);
  return value.toExponential().replace(/e([+-])(\d)$/, "e$10$2");
}

function writeMap(map: Readonly<Record<string, unknown>>, { indent, lines, lead }: Place): void {
  const pad = " ".repeat(indent);
  let head = lead;
  for (const key of keysOf(map).sort(compareKeys)) {
    const name = `${head}${inlineText(key, true)}:`;
    head = pad;
    const value = map[key];
    if (Array.isArray(value) && value.length > 0) {
      lines.push(name);
      writeList(value, { indent, lines, lead: pad });
    } else if (isMap(value) && keysOf(value).length > 0) {
      lines.push(name);
      writeMap(value, { indent: indent + 2, lines, lead: " ".repeat(indent + 2) });
    } else writeBlock(value, { indent: indent + 2, lines, lead: `${name} ` });
  }
}

function writeList(list: readonly unknown[], { indent, lines, lead }: Place): void {
  const pad = " ".repeat(indent);
  let head = lead;
  for (const element of list) {
    writeBlock(element, { indent: indent + 2, lines, lead: `${head}- ` });
    head = pad;
  }
}

function writeText(text: string, { indent, lines, lead }: Place): void {
  if (text.includes("\n") && canBeLiteral(text)) return writeLiteral(text, { indent, lines, lead });
  const pad = " ".repeat(indent);
  const [first = "", ...rest] = folded(inlineText(text, false), { lead: lead.length, indent });
  lines.push(lead + first, ...rest.map((line) => pad + line));
}

function canBeLiteral(text: string): boolean {
  return !UNPRINTABLE.test(text) && !/ \n/.test(text) && !text.endsWith(" ");
}

function writeLiteral(text: string, { indent, lines, lead }: Place): void {
  const hint = /^[ \n]/.test(text) ? "2" : "";
  const chomp = !text.endsWith("\n") ? "-" : text.endsWith("\n\n") || text === "\n" ? "+" : "";
  lines.push(`${lead}|${hint}${chomp}`);
  const body = text.endsWith("\n") ? text.slice(0, -1) : text;
  for (const line of body.split("\n")) lines.push(line === "" ? "" : " ".repeat(indent) + line);
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const UNPRINTABLE = /[\u0000-\u0008\u000b-\u001f\u007f\u0080-\u009f\ufeff\ud800-\udfff]|\t/;
const RESOLVED =
  /^(?:y|Y|yes|Yes|YES|n|N|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF|~|null|Null|NULL|<<|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;
const NUMERIC =
  /^(?:[-+]?(?:0b[01_]+|0x[0-9a-fA-F_]+|0o?[0-7_]+|[0-9][0-9_]*)|[-+]?(?:\.[0-9_]+|[0-9][0-9_]*(?:\.[0-9_]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?)$/;
const TIMESTAMP =
  /^\d{4}-\d{1,2}-\d{1,2}(?:(?:[Tt]|[ \t]+)\d{1,2}:\d{2}:\d{2}(?:\.\d*)?(?:[ \t]*(?:Z|[-+]\d{1,2}(?::?\d{2})?))?)?$/;

/** Text on one line: plain, in single or in double quotes, whichever comes first that reads back as it. */
function inlineText(text: string, isKey: boolean): string {
  if (text === "" || RESOLVED.test(text) || NUMERIC.test(text) || TIMESTAMP.test(text)) return doubleQuoted(text);
  if (text.includes("\n") || [...text].some((one) => UNPRINTABLE.test(one))) return doubleQuoted(text);
  if (/^[\s]|\s$/.test(text) || /^[#,[\]{}&*!|>'"%@`]/.test(text)) return singleQuoted(text);
  if (/^[-?:](?:\s|$)/.test(text) || /^(?:---|\.\.\.)/.test(text)) return singleQuoted(text);
  if (/:(?:\s|$)/.test(text) || /\s#/.test(text)) return singleQuoted(text);
  return isKey && text.length > 128 ? singleQuoted(text) : text;
}

function singleQuoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

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
  "\ufeff": "\\uFEFF",
};

function doubleQuoted(text: string): string {
  return `"${[...text].map(escaped).join("")}"`;
}

function escaped(character: string): string {
  const short = own(ESCAPES, character);
  if (short) return short;
  const code = character.codePointAt(0)!;
  if (!UNPRINTABLE.test(character)) return character;
  if (code > 0xffff) return `\\U${hex(code, 8)}`;
  return code < 0x100 ? `\\x${hex(code, 2)}` : `\\u${hex(code, 4)}`;
}

function hex(code: number, digits: number): string {
  return code.toString(16).toUpperCase().padStart(digits, "0");
}

/** Cuts a long line at spaces that stand alone. */
function folded(text: string, { lead, indent }: { readonly lead: number; readonly indent: number }): string[] {
  if (lead + text.length <= LINE_MAX) return [text];
  const lines: string[] = [];
  let line = "";
  let column = lead;
  for (let index = 0; index < text.length; index++) {
    const isCut = text[index] === " " && text[index - 1] !== " " && text[index + 1] !== " " && column > LINE_MAX;
    if (!isCut || index === 0 || index === text.length - 1) {
      line += text[index];
      column++;
      continue;
    }
    lines.push(line);
    line = "";
    column = indent;
  }
  return [...lines, line];
}

/** Keys as people sort them: digits by their number, letters behind other characters. */
function compareKeys(a: string, b: string): number {
  const [left, right] = [[...a], [...b]];
  let digits = false;
  for (let index = 0; index < left.length && index < right.length; index++) {
    const [one, other] = [left[index]!, right[index]!];
    if (one === other) {
      digits = /\d/.test(one);
      continue;
    }
    const [isLetter, isOther] = [/\p{L}/u.test(one), /\p{L}/u.test(other)];
    if (isLetter && isOther) return one < other ? -1 : 1;
    if (isLetter || isOther) return (digits ? isLetter : isOther) ? -1 : 1;
    const [number, second] = [leading(left, index), leading(right, index)];
    if (number !== second) return number < second ? -1 : 1;
    return one < other ? -1 : 1;
  }
  return left.length - right.length;
}

function leading(text: readonly string[], from: number): number {
  let number = 0;
  for (let index = from; index < text.length && /\d/.test(text[index]!); index++)
    number = number * 10 + Number(text[index]);
  return number;
}
