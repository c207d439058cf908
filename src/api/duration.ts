import { own } from "../base/index.ts";

const UNITS_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/** A duration such as "1h30m" in milliseconds, or what is wrong with it. */
export function durationMs(text: string): number | string {
  const quoted = JSON.stringify(text);
  const body = text.replace(/^[-+]/, "");
  if (body === "0") return 0;
  if (body === "") return `time: invalid duration ${quoted}`;
  let rest = body;
  let total = 0;
  while (rest !== "") {
    const match = /^(\d+\.?\d*|\.\d+)([^\d.]*)/.exec(rest);
    if (!match) return `time: invalid duration ${quoted}`;
    const [all, amount, unit] = match as unknown as [string, string, string];
    if (unit === "") return `time: missing unit in duration ${quoted}`;
    const unitMs = own(UNITS_MS, unit);
    if (unitMs === undefined) return `time: unknown unit ${JSON.stringify(unit)} in duration ${quoted}`;
    total += Number(amount) * unitMs;
    rest = rest.slice(all.length);
  }
  // More nanoseconds than the original can count.
  if (total * 1e6 >= 2 ** 63) return `time: invalid duration ${quoted}`;
  return text.startsWith("-") ? -total : total;
}
