import { own } from "../base/index.ts";

/**
 * Quantities: exact decimal numbers with a scale, such as "100m", "1Gi" or "1e3". Compared and added without rounding;
 * written in the canonical form of the format they came in.
 */
export interface Quantity {
  /** value = amount / 10^9; finer parts are rounded up, as Kubernetes does. */
  readonly nanos: bigint;
  readonly format: "decimalSI" | "binarySI" | "decimalExponent";
}

const NANO = 1_000_000_000n;
const MILLI_NANOS = 1_000_000n;
const BINARY = ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
const DECIMAL: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, "": 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const PATTERN = /^([+-]?)(\d*)(?:\.(\d*))?([eEinumkKMGTP]*[+-]?\d*)$/;
const EXPONENT = /^[eE]([+-]?\d{1,9})$/;
const LENGTH_MAX = 400;
const EXPONENT_MAX = 400;
const BINARY_MAX_NANOS = (2n ** 63n - 1n) * NANO;
/** Digits of a number that is kept as it was written. */
const KEPT_DIGITS_MAX = 18;

/** Thrown for text that is no quantity. */
export class QuantityError extends Error {
  override readonly name = "QuantityError";
}

/** What Kubernetes says of text that is no quantity. */
export const QUANTITY_MESSAGE =
  "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
const SUFFIX_MESSAGE = "unable to parse quantity's suffix";

/** A quantity's text in parts; value = digits * 10^exponent, or times a power of 1024. */
interface Parts {
  readonly negative: boolean;
  readonly digits: string;
  readonly exponent: number;
  /** Power of 1024; 0 for decimal ones. */
  readonly binary: number;
  readonly format: Quantity["format"];
}

function partsOf(text: string): Parts {
  const trimmed = text.trim();
  const match = trimmed.length <= LENGTH_MAX ? PATTERN.exec(trimmed) : null;
  if (!match || trimmed === "") throw new QuantityError(QUANTITY_MESSAGE);
  const [, sign, whole = "", fraction = "", suffix = ""] = match;
  const { exponent, binary, format } = suffixOf(suffix);
  const digits = (whole.replace(/^0+/, "") || "0") + fraction;
  return { negative: sign === "-", digits, exponent: exponent - fraction.length, binary, format };
}

function suffixOf(suffix: string): Pick<Parts, "exponent" | "binary" | "format"> {
  const power = EXPONENT.exec(suffix)?.[1];
  if (power !== undefined && Math.abs(Number(power)) <= EXPONENT_MAX)
    return { exponent: Number(power), binary: 0, format: "decimalExponent" };
  const binary = BINARY.indexOf(suffix) + 1;
  if (binary > 0) return { exponent: 0, binary, format: "binarySI" };
  const exponent = own(DECIMAL, suffix);
  if (exponent === undefined) throw new QuantityError(SUFFIX_MESSAGE);
  return { exponent, binary: 0, format: "decimalSI" };
}

/** Reads a quantity; throws {@link QuantityError}. */
export function parseQuantity(text: string): Quantity {
  const { negative, digits, exponent, binary, format } = partsOf(text);
  const size = scale(BigInt(digits) * 1024n ** BigInt(binary), exponent + 9);
  const limited = format === "binarySI" && size > BINARY_MAX_NANOS ? BINARY_MAX_NANOS : size;
  const small = format === "binarySI" && limited > 0n && limited < NANO;
  return { nanos: negative ? -limited : limited, format: small ? "decimalSI" : format };
}

/** amount * 10^power, rounded up. */
function scale(amount: bigint, power: number): bigint {
  if (power >= 0) return amount * 10n ** BigInt(power);
  const divisor = 10n ** BigInt(-power);
  return (amount + divisor - 1n) / divisor;
}

/** The canonical text: the largest suffix that leaves a whole number. */
export function formatQuantity({ nanos, format }: Quantity): string {
  if (nanos === 0n) return "0";
  const sign = nanos < 0n ? "-" : "";
  const size = nanos < 0n ? -nanos : nanos;
  if (format === "binarySI" && size >= 1024n * NANO && size % NANO === 0n) return sign + formatBinary(size / NANO);
  let digits = size;
  let exponent = -9;
  while (digits % 1000n === 0n && exponent < (format === "decimalExponent" ? Number.POSITIVE_INFINITY : 18)) {
    digits /= 1000n;
    exponent += 3;
  }
  if (format === "decimalExponent") return `${sign}${digits}${exponent === 0 ? "" : `e${exponent}`}`;
  return `${sign}${digits}${Object.entries(DECIMAL).find(([, one]) => one === exponent)?.[0]}`;
}

function formatBinary(units: bigint): string {
  let value = units;
  let power = 0;
  while (value % 1024n === 0n && power < BINARY.length) {
    value /= 1024n;
    power++;
  }
  return power === 0 ? formatQuantity({ nanos: value * NANO, format: "decimalSI" }) : `${value}${BINARY[power - 1]}`;
}

/**
 * The text as Kubernetes keeps it; throws {@link QuantityError}. Canonical, except that a decimal number whose digits and
 * scale are the canonical ones keeps its spelling, such as "+1", "1E3" or "12345.678".
 */
export function canonicalQuantity(text: string): string {
  const { digits, exponent, binary } = partsOf(text);
  const spelt = binary === 0 && digits.length <= KEPT_DIGITS_MAX && exponent >= -9 && exponent % 3 === 0;
  if (spelt && digits[0] !== "0" && !digits.endsWith("000")) return text.trim();
  return formatQuantity(parseQuantity(text));
}

/** The text with what is finer than thousandths rounded up, as lists of resources hold it. */
export function roundedQuantity(text: string): string {
  const { nanos, format } = parseQuantity(text);
  if (nanos % MILLI_NANOS === 0n) return text;
  // Up means away from zero.
  const milli = nanos / MILLI_NANOS + (nanos > 0n ? 1n : -1n);
  return formatQuantity({ nanos: milli * MILLI_NANOS, format });
}

/** Rounds amounts that are finer than thousandths up, in place. */
export function roundAmounts(amounts: Record<string, string> | undefined): void {
  for (const [name, amount] of Object.entries(amounts ?? {})) amounts![name] = roundedQuantity(amount);
}

/** The value as a number; large ones lose precision. */
export function quantityToNumber(text: string): number {
  const { nanos } = parseQuantity(text);
  return Number(nanos / NANO) + Number(nanos % NANO) / 1e9;
}

/** The value in thousandths, rounded up. */
export function quantityToMilli(text: string): number {
  const { nanos } = parseQuantity(text);
  const milli = nanos / 1_000_000n;
  return Number(nanos % 1_000_000n > 0n ? milli + 1n : milli);
}

/** a + b, in a's format. */
export function addQuantities(a: string, b: string): string {
  const first = parseQuantity(a);
  return formatQuantity({
    nanos: first.nanos + parseQuantity(b).nanos,
    format: first.nanos === 0n ? parseQuantity(b).format : first.format,
  });
}

/** Negative, zero or positive as a is less than, equal to or more than b. */
export function compareQuantities(a: string, b: string): number {
  const difference = parseQuantity(a).nanos - parseQuantity(b).nanos;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}
