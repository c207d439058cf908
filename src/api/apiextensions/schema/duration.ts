import { parseDuration } from "../../../cel/index.ts";

/** Nanoseconds of each unit, and its names: longer ones may begin with the last. */
const UNITS: readonly (readonly [nanos: bigint, ...names: string[]])[] = [
  [1n, "ns", "nano"],
  [1_000n, "us", "µs", "micro"],
  [1_000_000n, "ms", "milli"],
  [1_000_000_000n, "s", "sec"],
  [60_000_000_000n, "m", "min"],
  [3_600_000_000_000n, "h", "hr", "hour"],
  [86_400_000_000_000n, "d", "day"],
  [604_800_000_000_000n, "w", "wk", "week"],
];
// From an amount's first digit only: from each of its digits, a long number without a unit would take the square of its length.
const PART = /(?<!\d)(\d+)\s*([A-Za-zµ]+)/g;

/** A duration as programs write it ("1h30m"), or the sum of amounts with units as people write them ("1 day"), in nanoseconds. */
export function durationNanos(text: string): bigint | undefined {
  const written = parseDuration(text)?.nanos;
  if (written !== undefined) return written;
  const parts = [...text.matchAll(PART)].flatMap(([, amount, unit]) => {
    const nanos = nanosOf(unit!.toLowerCase());
    return nanos === undefined ? [] : [BigInt(amount!) * nanos];
  });
  return parts.length === 0
    ? undefined
    : BigInt.asIntN(
        64,
        parts.reduce((sum, part) => sum + part),
      );
}

function nanosOf(unit: string): bigint | undefined {
  return UNITS.find(([, ...names]) => names.includes(unit) || unit.startsWith(names.at(-1)!))?.[0];
}
