import { goUtf8 } from "../../schema/index.ts";
import type { YamlNode } from "./node.ts";
import { YamlError } from "./problem.ts";

/** What a scalar is: numbers keep apart whole ones, which JSON doesn't. */
export type Scalar = string | boolean | bigint | number | null;

const PREFIX = "tag:yaml.org,2002:";
const RESOLVABLE = ["", "str", "bool", "int", "float", "null", "timestamp"];

const WORDS: ReadonlyMap<string, Scalar> = new Map<string, Scalar>([
  ...["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"].map((word) => [word, true] as const),
  ...["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"].map((word) => [word, false] as const),
  ...["", "~", "null", "Null", "NULL"].map((word) => [word, null] as const),
  ...[".nan", ".NaN", ".NAN"].map((word) => [word, Number.NaN] as const),
  ...[".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"].map((word) => [word, Number.POSITIVE_INFINITY] as const),
  ...["-.inf", "-.Inf", "-.INF"].map((word) => [word, Number.NEGATIVE_INFINITY] as const),
]);

/** What a scalar's text and tag mean; throws when they don't go together. */
export function resolveScalar({ text, tag, isPlain }: YamlNode): Scalar {
  if (tag === "" && !isPlain) return text;
  if (tag === `${PREFIX}binary`) return textOfBinary(text);
  const wanted = tag.startsWith(PREFIX) ? tag.slice(PREFIX.length) : tag;
  if (wanted === "str" || !RESOLVABLE.includes(wanted)) return text;
  const value = resolveText(text);
  if (wanted === "") return value;
  const found = tagOf(value);
  if (found === wanted) return value;
  if (wanted === "float" && typeof value === "bigint" && value <= INT64_MAX) return Number(value);
  if (wanted === "timestamp" && found === "str" && isTime(text)) return text;
  throw new YamlError(`yaml: cannot decode !!${found} \`${text}\` as a !!${wanted}`);
}

function tagOf(value: Scalar): string {
  if (value === null) return "null";
  if (typeof value === "number") return "float";
  if (typeof value === "bigint") return "int";
  return typeof value === "boolean" ? "bool" : "str";
}

/** Whether a text without quotes and tag is read as that text. */
export function isTextAlone(text: string): boolean {
  return resolveText(text) === text && !(/^\d/.test(text) && isTime(text));
}

const BASE60 = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/;

/** Whether others read a number to the base of sixty in it. */
export function isBase60(text: string): boolean {
  return BASE60.test(text);
}

const SIMPLE_INTEGER = /^-?(?:0|[1-9]\d{0,17})$/;
/** Characters that anything but text begins with. */
const HINT = /^[-+.\d~yYnNtTfFoO]/;

function resolveText(text: string): Scalar {
  if (text !== "" && !HINT.test(text)) return text;
  const word = WORDS.get(text);
  if (word !== undefined) return word;
  const first = text[0]!;
  if (first === ".") return FRACTION.test(text) ? (decimal(text.replaceAll("_", "")) ?? text) : text;
  if (!/[-+\d]/.test(first)) return text;
  if (SIMPLE_INTEGER.test(text)) return BigInt(text);
  const plain = text.replaceAll("_", "");
  return integer(plain) ?? styledDecimal(plain) ?? text;
}

const INTEGER = /^([-+]?)(0[xX][0-9a-fA-F]+|0[oO][0-7]+|0[bB][01]+|0[0-7]*|[1-9]\d*)$/;
const INT64_MIN = -(2n ** 63n);
export const INT64_MAX = 2n ** 63n - 1n;
const UINT64_MAX = 2n ** 64n - 1n;

/** A whole number that has room in 64 bits, in any base; a sign says that one of them is its own. */
function integer(text: string): bigint | undefined {
  const match = INTEGER.exec(text);
  if (!match) return undefined;
  const [, sign, digits] = match as unknown as [string, string, string];
  const amount = BigInt(/^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits.toLowerCase());
  const value = sign === "-" ? -amount : amount;
  const max = sign === "" ? UINT64_MAX : INT64_MAX;
  return value >= INT64_MIN && value <= max ? value : undefined;
}

/** Of what begins with a point: underscores stand between digits only. */
const FRACTION = /^\.\d+(?:_\d+)*(?:[eE][-+]?\d+(?:_\d+)*)?$/;
const DECIMAL = /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/;

function styledDecimal(text: string): number | undefined {
  return DECIMAL.test(text) ? decimal(text) : undefined;
}

/** Undefined for what is none, and for what is too large to be one. */
function decimal(text: string): number | undefined {
  if (!DECIMAL.test(text)) return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}

const DATE =
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?:(?:[Tt]| )(\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,]\d+)?(Z|[-+]\d{2}:\d{2})?)?$/;

function isTime(text: string): boolean {
  const match = DATE.exec(text);
  if (!match) return false;
  const [year, month, day, hour = 0, minute = 0, second = 0] = match
    .slice(1, 7)
    .map((one) => (one ? Number(one) : undefined)) as number[];
  const last = new Date(Date.UTC(year! === 0 ? 4 : year!, month!, 0)).getUTCDate();
  const isDay = month! >= 1 && month! <= 12 && day! >= 1 && day! <= last;
  return isDay && hour <= 23 && minute <= 59 && second <= 59 && /[Tt]/.test(text) === (match[7] !== undefined);
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Binary data become text on their way to JSON. */
function textOfBinary(text: string): string {
  const base64 = text.replace(/[\r\n]/g, "");
  if (!BASE64.test(base64)) throw new YamlError("yaml: !!binary value contains invalid base64 data");
  return goUtf8(Buffer.from(base64, "base64"));
}
