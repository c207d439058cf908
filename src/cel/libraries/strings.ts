import { own } from "../../base/index.ts";
import { costOfBoth, lengthOf, traversal } from "../cost.ts";
import type { Library } from "../environment.ts";
import { EvaluationError } from "../errors.ts";
import { format } from "../format.ts";
import { overload } from "../signature.ts";
import type { Value } from "../values.ts";

/** What Go calls white space; JavaScript's own trim knows one more. */
const SPACE = "[\\t-\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]+";
const EDGES = new RegExp(`^${SPACE}|${SPACE}$`, "g");

const outOfRange = (index: bigint) => new EvaluationError(`index out of range: ${index}`);

function charAt(text: string, index: bigint): string {
  const points = [...text];
  if (index < 0n || index > points.length) throw outOfRange(index);
  return points[Number(index)] ?? "";
}

function indexOf(text: string, part: string, from = 0n): bigint {
  if (from < 0n) throw outOfRange(from);
  const points = [...text];
  if (from >= points.length) return part === "" && (from === 0n || from === BigInt(points.length)) ? from : -1n;
  const start = points.slice(0, Number(from)).join("").length;
  const found = text.indexOf(part, start);
  return found < 0 ? -1n : BigInt(lengthOf(text.slice(0, found)));
}

function lastIndexOf(text: string, part: string, from?: bigint): bigint {
  const points = [...text];
  if (from !== undefined && from < 0n) throw outOfRange(from);
  if (from !== undefined && from >= points.length) return part === "" && from === BigInt(points.length) ? from : -1n;
  const end = from === undefined ? Number.POSITIVE_INFINITY : points.slice(0, Number(from)).join("").length;
  const found = text.lastIndexOf(part, end);
  return found < 0 ? -1n : BigInt(lengthOf(text.slice(0, found)));
}

function substring(text: string, start: bigint, end?: bigint): string {
  const points = [...text];
  const last = end ?? BigInt(points.length);
  if (end !== undefined && start > end)
    throw new EvaluationError(`invalid substring range. start: ${start}, end: ${end}`);
  if (start < 0n || start > points.length) throw outOfRange(start);
  if (last < 0n || last > points.length) throw outOfRange(last);
  return points.slice(Number(start), Number(last)).join("");
}

function replace(text: string, from: string, to: string, count = -1n): string {
  // An empty text is found before every character and at the end.
  const parts = from === "" ? ["", ...text, ""] : text.split(from);
  const limit = count < 0n ? parts.length - 1 : Math.min(parts.length - 1, Number(count));
  if (limit * to.length > TEXT_LENGTH_MAX) throw new EvaluationError("text is too long");
  const joint = (index: number) => (index === 0 ? "" : index <= limit ? to : from);
  return parts.map((part, index) => joint(index) + part).join("");
}

/** Longer texts are not made. */
const TEXT_LENGTH_MAX = 32 * 1024 * 1024;

function split(text: string, separator: string, count = -1n): string[] {
  if (count === 0n) return [];
  const parts = separator === "" ? [...text] : text.split(separator);
  if (count < 0n || parts.length <= count) return parts;
  const kept = Number(count) - 1;
  return [...parts.slice(0, kept), parts.slice(kept).join(separator)];
}

function join(list: readonly Value[], separator = ""): string {
  const wrong = list.find((one) => typeof one !== "string");
  if (wrong !== undefined) throw new EvaluationError(`join: invalid input: ${wrong}`);
  return list.join(separator);
}

const ESCAPES: Readonly<Record<string, string>> = {
  "\x07": "\\a",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\v": "\\v",
  "\\": "\\\\",
  '"': '\\"',
};

function quote(text: string): string {
  return `"${[...text].map((point) => own(ESCAPES, point) ?? point).join("")}"`;
}

const upper = (text: string) => text.replace(/[a-z]/g, (letter) => letter.toUpperCase());
const lower = (text: string) => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
const whole = traversal(0);

function costOfJoin([list]: readonly Value[]): number {
  const texts = list as readonly Value[];
  return Math.ceil(texts.reduce<number>((sum, one) => sum + lengthOf(one), 0) * 0.1);
}

/** cel-go's extension of strings, as far as Kubernetes has it. */
export const strings: Library = {
  overloads: [
    overload("string.charAt(int): string", charAt, whole),
    overload("string.indexOf(string): int", indexOf, costOfBoth),
    overload("string.indexOf(string, int): int", indexOf, costOfBoth),
    overload("string.lastIndexOf(string): int", lastIndexOf, costOfBoth),
    overload("string.lastIndexOf(string, int): int", lastIndexOf, costOfBoth),
    overload("string.lowerAscii(): string", lower, whole),
    overload("string.upperAscii(): string", upper, whole),
    overload("string.replace(string, string): string", replace, whole),
    overload("string.replace(string, string, int): string", replace, whole),
    overload("string.split(string): list(string)", split, whole),
    overload("string.split(string, int): list(string)", split, whole),
    overload("string.substring(int): string", substring, whole),
    overload("string.substring(int, int): string", substring, whole),
    overload("string.trim(): string", (text: string) => text.replace(EDGES, ""), whole),
    overload("list(string).join(): string", join, costOfJoin),
    overload("list(string).join(string): string", join, costOfJoin),
    overload("string.format(list(dyn)): string", format, whole),
    overload("strings:quote(string): string", quote, whole),
  ],
};

/** Keys as pointers into JSON write them; only expressions that make patches need them. */
export const jsonPatch: Library = {
  overloads: [
    overload(
      "jsonpatch:escapeKey(string): string",
      (key: string) => key.replaceAll("~", "~0").replaceAll("/", "~1"),
      whole,
    ),
  ],
};
