import { own } from "../base/index.ts";
import { EvaluationError } from "./errors.ts";
import { showFloat } from "../schema/index.ts";
import { showDuration, showTimestamp } from "./time.ts";
import type { Type } from "./types.ts";
import { Duration, MapValue, Timestamp, TypeValue, typeNameOf, Uint, type Value } from "./values.ts";

const PRECISION_MAX = 1000;
const DEFAULT_PRECISION = 6;
/** Longer texts are not made. */
const LENGTH_MAX = 32 * 1024 * 1024;
const CLAUSE = /%(?:\.(\d*))?([\s\S]?)/gu;

const problem = (message: string) => new EvaluationError(message);
const misfit = (verb: string, value: Value) => problem(misfitOf(verb, typeNameOf(value)));

/** What stands behind a percent sign, or why nothing can. */
interface Clause {
  readonly verb: string;
  readonly precision: number | undefined;
  readonly problem: string | undefined;
}

/** The clauses of a template, those that are but percent signs left out. */
export function clausesOf(template: string): readonly Clause[] {
  return [...template.matchAll(CLAUSE)].flatMap((match) => clauseOf(match) ?? []);
}

function clauseOf([all, digits, verb = ""]: readonly (string | undefined)[]): Clause | undefined {
  if (all === "%%") return undefined;
  const precision = digits === undefined ? undefined : Number(digits);
  return { verb, precision, problem: problemOf(all as string, digits, verb) };
}

function problemOf(all: string, digits: string | undefined, verb: string): string | undefined {
  if (all === "%") return "unexpected end of string";
  const unread = "could not parse formatting clause";
  if (verb === "") return `${unread}: error while parsing precision: could not find end of precision specifier`;
  if (digits === "")
    return `${unread}: error while parsing precision: error while converting precision to integer: strconv.Atoi: parsing "": invalid syntax`;
  return Object.hasOwn(CLAUSES, verb) ? undefined : `${unread}: unrecognized formatting clause "${verb}"`;
}

/** Fills in the clauses of a template. */
export function format(template: string, args: readonly Value[]): string {
  let next = 0;
  let length = 0;
  return template.replace(CLAUSE, (...match: string[]) => {
    const found = clauseOf(match);
    if (!found) return "%";
    if (next >= args.length) throw problem(`index ${next} out of range`);
    if (found.problem !== undefined) throw problem(found.problem);
    if ((found.precision ?? 0) > PRECISION_MAX) throw problem("text is too long");
    const text = clause(found.verb, args[next++] as Value, found.precision);
    length += text.length + match[0]!.length;
    if (length > LENGTH_MAX) throw problem("text is too long");
    return text;
  });
}

/** By verb: the types that it is for, by name, and what is said of others. */
const CLAUSES: Readonly<Record<string, { readonly types: readonly string[]; readonly wants: string }>> = (() => {
  const hex = {
    types: ["int", "uint", "string", "bytes"],
    wants: "only integers, byte buffers, and strings can be formatted as hex",
  };
  const floating = ["double", "string"];
  return {
    s: {
      types: [
        ...["list", "map", "int", "uint", "double", "bool", "string", "bytes", "type", "null_type"],
        ...["google.protobuf.Timestamp", "google.protobuf.Duration"],
      ],
      wants:
        "string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps",
    },
    d: { types: ["int", "uint"], wants: "decimal clause can only be used on integers" },
    f: { types: floating, wants: "fixed-point clause can only be used on doubles" },
    e: { types: floating, wants: "scientific clause can only be used on doubles" },
    b: { types: ["int", "uint", "bool"], wants: "only integers and bools can be formatted as binary" },
    o: { types: ["int", "uint"], wants: "octal clause can only be used on integers" },
    x: hex,
    X: hex,
  };
})();

/** Whether a clause can be for values of a type; of what may be anything only running tells. */
export function takes(verb: string, { kind, name }: Type): boolean {
  return kind === "dyn" || kind === "parameter" || (own(CLAUSES, verb)?.types.includes(name) ?? false);
}

/** What is said of a value of a type that a clause isn't for. */
export function misfitOf(verb: string, type: string): string {
  return `error during formatting: ${own(CLAUSES, verb)?.wants}, was given ${type}`;
}

function clause(verb: string, value: Value, precision: number | undefined): string {
  switch (verb) {
    case "s":
      return textOf(value);
    case "d":
      return decimal(value);
    case "f":
      return number(value, "f", (plain) => plain.toFixed(Math.min(100, precision ?? DEFAULT_PRECISION)));
    case "e":
      return number(value, "e", (plain) => scientific(plain));
    case "b":
      return typeof value === "boolean" ? String(Number(value)) : inBase(value, 2, "b");
    case "o":
      return inBase(value, 8, "o");
    case "x":
      return hex(value);
    case "X":
      return hex(value).toUpperCase();
    default:
      throw misfit(verb, value);
  }
}

function decimal(value: Value): string {
  if (typeof value === "bigint") return String(value);
  if (value instanceof Uint) return String(value.value);
  if (typeof value === "number" && !Number.isFinite(value)) return special(value);
  throw misfit("d", value);
}

function number(value: Value, verb: string, show: (plain: number) => string): string {
  if (typeof value === "number") return Number.isFinite(value) ? show(value) : special(value);
  if (typeof value === "bigint") return show(Number(value));
  if (value instanceof Uint) return show(Number(value.value));
  throw misfit(verb, value);
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

function inBase(value: Value, base: number, verb: string): string {
  if (typeof value === "bigint") return value.toString(base);
  if (value instanceof Uint) return value.value.toString(base);
  throw misfit(verb, value);
}

function hex(value: Value): string {
  if (typeof value === "string") return Buffer.from(value, "utf8").toString("hex");
  if (value instanceof Uint8Array) return Buffer.from(value).toString("hex");
  return inBase(value, 16, "x");
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
  throw misfit("s", value);
}

function showMap(map: MapValue): string {
  const pairs = [...map.entries.values()].map(([key, value]) => [nested(key), nested(value)] as const);
  return `{${pairs
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}:${value}`)
    .join(", ")}}`;
}
