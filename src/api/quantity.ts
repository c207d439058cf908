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
const BINARY = ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
const DECIMAL: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, "": 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const PATTERN = /^([+-]?)(\d{0,40})(?:\.(\d{0,40}))?(Ki|Mi|Gi|Ti|Pi|Ei|[numkMGTPE]|[eE][+-]?\d{1,3})?$/;
const MAX_NANOS = (2n ** 63n - 1n) * NANO;

/** Thrown for text that is no quantity. */
export class QuantityError extends Error {
  override readonly name = "QuantityError";
}

/** What Kubernetes says of text that is no quantity. */
export const QUANTITY_MESSAGE =
  "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

/** Reads a quantity; throws {@link QuantityError}. */
export function parseQuantity(text: string): Quantity {
  const match = PATTERN.exec(text);
  if (!match || ((match[2] ?? "") === "" && (match[3] ?? "") === "")) throw new QuantityError(QUANTITY_MESSAGE);
  const [, sign, whole = "", fraction = "", suffix = ""] = match;
  const digits = BigInt(whole + fraction || "0");
  const binary = BINARY.indexOf(suffix);
  const exponent = binary >= 0 ? 0 : /^[eE][+-]?\d/.test(suffix) ? Number(suffix.slice(1)) : DECIMAL[suffix]!;
  const scaled = scale(binary >= 0 ? digits * 1024n ** BigInt(binary + 1) : digits, exponent + 9 - fraction.length);
  const limited = scaled > MAX_NANOS ? MAX_NANOS : scaled;
  const format = binary >= 0 ? "binarySI" : /^[eE][+-]?\d/.test(suffix) ? "decimalExponent" : "decimalSI";
  return { nanos: sign === "-" ? -limited : limited, format };
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
  return `${sign}${digits}${Object.keys(DECIMAL).find((suffix) => DECIMAL[suffix] === exponent)}`;
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

/** The text in canonical form; throws {@link QuantityError}. */
export function canonicalQuantity(text: string): string {
  return formatQuantity(parseQuantity(text));
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
