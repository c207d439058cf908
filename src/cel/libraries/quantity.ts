import { own } from "../../base/index.ts";
import type { Library } from "../environment.ts";
import { EvaluationError } from "../errors.ts";
import { type Implementation, overload } from "../signature.ts";
import { opaque } from "../types.ts";
import { INT_MAX, INT_MIN, Opaque, type Value } from "../values.ts";

const QUANTITY = opaque("kubernetes.Quantity");
const NANO = 1_000_000_000n;
const MESSAGE = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
const SUFFIX_MESSAGE = "unable to parse quantity's suffix";
const PATTERN = /^([+-]?)(\d*)(?:\.(\d*))?([eEinumkKMGTP]*[-+]?\d*)$/;
const LENGTH_MAX = 400;
const EXPONENT_MAX = 400;
const DECIMAL: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, "": 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const BINARY = ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];

/** A quantity in billionths; finer parts are rounded away from zero. */
function parse(text: string): bigint {
  const match = text.length <= LENGTH_MAX ? PATTERN.exec(text) : null;
  const [, sign, whole = "", fraction = "", suffix = ""] = match ?? [];
  if (!match || whole + fraction === "") throw new EvaluationError(MESSAGE);
  const digits = BigInt(whole + fraction);
  const { exponent, factor } = scaleOf(suffix);
  const power = exponent - fraction.length + 9;
  const scaled = digits * factor;
  const divisor = 10n ** BigInt(Math.max(0, -power));
  const nanos = power >= 0 ? scaled * 10n ** BigInt(power) : (scaled + divisor - 1n) / divisor;
  return sign === "-" ? -nanos : nanos;
}

function scaleOf(suffix: string): { exponent: number; factor: bigint } {
  const power = /^[eE]([+-]?\d{1,4})$/.exec(suffix)?.[1];
  if (power !== undefined && Math.abs(Number(power)) <= EXPONENT_MAX) return { exponent: Number(power), factor: 1n };
  const binary = BINARY.indexOf(suffix) + 1;
  if (binary > 0) return { exponent: 0, factor: 1024n ** BigInt(binary) };
  if (!Object.hasOwn(DECIMAL, suffix)) throw new EvaluationError(SUFFIX_MESSAGE);
  return { exponent: own(DECIMAL, suffix) as number, factor: 1n };
}

const make = (nanos: bigint): Value => new Opaque(QUANTITY, nanos, String(nanos));
const nanosOf = ({ content }: Opaque) => content as bigint;
const isWhole = (nanos: bigint) => nanos % NANO === 0n && nanos / NANO <= INT_MAX && nanos / NANO >= INT_MIN;
const order = (a: bigint, b: bigint) => (a < b ? -1n : a > b ? 1n : 0n);

/** A quantity from its text. */
export const quantityValue = (text: string): Value => make(parse(text));

function asInteger(quantity: Opaque): bigint {
  const nanos = nanosOf(quantity);
  if (!isWhole(nanos)) throw new EvaluationError("cannot convert value to integer");
  return nanos / NANO;
}

function isQuantity(text: string): boolean {
  try {
    parse(text);
    return true;
  } catch {
    return false;
  }
}

const Q = QUANTITY.name;
const both =
  (work: (a: bigint, b: bigint) => Value): Implementation =>
  (a: Opaque, b: Opaque | bigint) =>
    work(nanosOf(a), typeof b === "bigint" ? b * NANO : nanosOf(b));
const add = both((a, b) => make(a + b));
const subtract = both((a, b) => make(a - b));

/** Amounts such as 500m or 2Gi. */
export const quantities: Library = {
  types: [QUANTITY],
  overloads: [
    overload(`quantity(string): ${Q}`, (text) => make(parse(text))),
    overload("isQuantity(string): bool", isQuantity),
    overload(`sign(${Q}): int`, (quantity) => order(nanosOf(quantity), 0n)),
    overload(`${Q}.asInteger(): int`, asInteger),
    overload(`${Q}.isInteger(): bool`, (quantity) => isWhole(nanosOf(quantity))),
    overload(`${Q}.asApproximateFloat(): double`, (quantity) => Number(nanosOf(quantity)) / 1e9),
    overload(`${Q}.add(${Q}): ${Q}`, add),
    overload(`${Q}.add(int): ${Q}`, add),
    overload(`${Q}.sub(${Q}): ${Q}`, subtract),
    overload(`${Q}.sub(int): ${Q}`, subtract),
    overload(
      `${Q}.isLessThan(${Q}): bool`,
      both((a, b) => a < b),
    ),
    overload(
      `${Q}.isGreaterThan(${Q}): bool`,
      both((a, b) => a > b),
    ),
    overload(`${Q}.compareTo(${Q}): int`, both(order)),
  ],
};
