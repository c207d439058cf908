import { own } from "../base/index.ts";
import { EvaluationError } from "./errors.ts";
import { showFloat } from "../schema/index.ts";
import { showDuration, showTimestamp } from "./time.ts";
import { Duration, MapValue, Timestamp, TypeValue, typeNameOf, Uint, type Value } from "./values.ts";

const PRECISION_MAX = 1000;
const DEFAULT_PRECISION = 6;
/** Longer texts are not made. */
const LENGTH_MAX = 32 * 1024 * 1024;
const CLAUSE = /%(?:\.(\d*))?([\s\S]?)/gu;

const problem = (message: string) => new EvaluationError(message);

/** Fills in the clauses of a template. */
export function format(template: string, args: readonly Value[]): string {
  let next = 0;
  let length = 0;
  return template.replace(CLAUSE, (all, precision: string | undefined, verb: string) => {
    if (verb === "%" && precision === undefined) return "%";
    if (verb === "") throw problem("unexpected end of string");
    const digits = precision === undefined ? undefined : precisionOf(precision);
    if (next >= args.length) throw problem(`index ${next} out of range`);
    const text = clause(verb, args[next++] as Value, digits);
    length += text.length + all.length;
    if (length > LENGTH_MAX) throw problem("text is too long");
    return text;
  });
}

function precisionOf(text: string): number {
  const digits = Number(text);
  if (text === "") throw problem("error while parsing precision: could not find digits");
  if (digits > PRECISION_MAX) throw problem(`precision exceeds maximum allowed precision: ${PRECISION_MAX}`);
  return digits;
}

function clause(verb: string, value: Value, precision: number | undefined): string {
  switch (verb) {
    case "s":
      return textOf(value);
    case "d":
      return decimal(value);
    case "f":
      return number(value, "fixed-point", (plain) => plain.toFixed(Math.min(100, precision ?? DEFAULT_PRECISION)));
    case "e":
      return number(value, "scientific", (plain) => scientific(plain));
    case "b":
      return typeof value === "boolean"
        ? String(Number(value))
        : inBase(value, 2, "only integers and bools can be formatted as binary");
    case "o":
      return inBase(value, 8, "octal clause can only be used on integers");
    case "x":
      return hex(value);
    case "X":
      return hex(value).toUpperCase();
    default:
      throw problem(`could not parse formatting clause: unrecognized formatting clause "${verb}"`);
  }
}

function decimal(value: Value): string {
  if (typeof value === "bigint") return String(value);
  if (value instanceof Uint) return String(value.value);
  if (typeof value === "number" && !Number.isFinite(value)) return special(value);
  throw problem(`error during formatting: decimal clause can only be used on integers, was given ${typeNameOf(value)}`);
}

function number(value: Value, name: string, show: (plain: number) => string): string {
  if (typeof value === "number") return Number.isFinite(value) ? show(value) : special(value);
  if (typeof value === "bigint") return show(Number(value));
  if (value instanceof Uint) return show(Number(value.value));
  throw problem(`error during formatting: ${name} clause can only be used on doubles, was given ${typeNameOf(value)}`);
}

function special(value: number): string {
  return Number.isNaN(value) ? "NaN" : value > 0 ? "∞" : "-∞";
}

const RAISED: Readonly<Record<string, string>> = Object.fromEntries(
  [..."0123456789+-"].map((one, index) => [one, [..."⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻"][index] ?? ""]),
);

/** The digits behind the point are six whatever is asked for. */
function scientific(value: number): string {
  const [digits, exponent = "0"] = value.toExponential(DEFAULT_PRECISION).split("e");
  const power = Number(exponent);
  const text = `${power < 0 ? "-" : ""}${String(Math.abs(power)).padStart(2, "0")}`;
  return `${digits}×10${[...text].map((one) => own(RAISED, one)).join("")}`;
}

function inBase(value: Value, base: number, otherwise: string): string {
  if (typeof value === "bigint") return value.toString(base);
  if (value instanceof Uint) return value.value.toString(base);
  throw problem(`error during formatting: ${otherwise}, was given ${typeNameOf(value)}`);
}

function hex(value: Value): string {
  if (typeof value === "string") return Buffer.from(value, "utf8").toString("hex");
  if (value instanceof Uint8Array) return Buffer.from(value).toString("hex");
  return inBase(value, 16, "only integers, byte buffers, and strings can be formatted as hex");
}

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function textOfBytes(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes);
  } catch {
    throw problem("string contains invalid UTF-8");
  }
}

/** A value as %s shows it. */
function textOf(value: Value): string {
  if (typeof value === "string") return value;
  if (typeof value === "number") return showFloat(value);
  return nested(value);
}

/** A value inside another one: texts in quotes, doubles with all their digits. */
function nested(value: Value): string {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value);
    case "number":
      return Number.isFinite(value) ? value.toFixed(DEFAULT_PRECISION) : JSON.stringify(special(value));
    case "bigint":
    case "boolean":
      return String(value);
  }
  if (value === null) return "null";
  if (value instanceof Uint) return String(value.value);
  if (value instanceof Uint8Array) return textOfBytes(value);
  if (value instanceof Timestamp) return showTimestamp(value);
  if (value instanceof Duration) return showDuration(value);
  if (value instanceof TypeValue) return value.name;
  if (Array.isArray(value)) return `[${value.map(nested).join(", ")}]`;
  if (value instanceof MapValue) return showMap(value);
  throw problem(
    `error during formatting: string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps, was given ${typeNameOf(value)}`,
  );
}

function showMap(map: MapValue): string {
  const pairs = [...map.entries.values()].map(([key, value]) => [nested(key), nested(value)] as const);
  return `{${pairs
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}:${value}`)
    .join(", ")}}`;
}
