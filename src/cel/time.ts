import { isTimeZone, wallTime, own } from "../base/index.ts";
import { EvaluationError } from "./errors.ts";
import { Duration, Timestamp } from "./values.ts";

const NANOS = 1_000_000_000n;
const MINUTE_NANOS = 60n * NANOS;
const STAMP = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:[.,](\d+))?(?:(Z)|([+-])(\d{2}):(\d{2}))$/;

/** A time as RFC 3339 writes it; undefined for other texts. */
export function parseTimestamp(text: string): Timestamp | undefined {
  const match = STAMP.exec(text);
  if (!match) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number);
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  const isReal = date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  if (!isReal || hour > 23 || minute > 59 || second > 59) return undefined;
  date.setUTCHours(hour, minute, second);
  const fraction = BigInt((match[7] ?? "").padEnd(9, "0").slice(0, 9));
  const minutes = match[8] ? 0 : (match[9] === "-" ? -1 : 1) * (Number(match[10]) * 60 + Number(match[11]));
  return timestampOf(BigInt(date.getTime() / 1000 - minutes * 60) * NANOS + fraction, minutes);
}

/** undefined where no timestamp reaches. */
export function timestampOf(nanos: bigint, offsetMinutes = 0): Timestamp | undefined {
  try {
    return new Timestamp(nanos, offsetMinutes);
  } catch {
    return undefined;
  }
}

export function showTimestamp({ nanos, offsetMinutes }: Timestamp): string {
  const local = nanos + BigInt(offsetMinutes) * MINUTE_NANOS;
  const seconds = floorDiv(local, NANOS);
  const date = new Date(Number(seconds) * 1000).toISOString().slice(0, 19);
  const fraction = String(local - seconds * NANOS)
    .padStart(9, "0")
    .replace(/0+$/, "");
  return `${date}${fraction === "" ? "" : `.${fraction}`}${showOffset(offsetMinutes)}`;
}

function showOffset(minutes: number): string {
  if (minutes === 0) return "Z";
  const pad = (part: number) => String(part).padStart(2, "0");
  const all = Math.abs(minutes);
  return `${minutes < 0 ? "-" : "+"}${pad(Math.floor(all / 60))}:${pad(all % 60)}`;
}

function floorDiv(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a % b < 0n ? quotient - 1n : quotient;
}

const UNITS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1000n,
  µs: 1000n,
  μs: 1000n,
  ms: 1_000_000n,
  s: NANOS,
  m: 60n * NANOS,
  h: 3600n * NANOS,
};
const DURATION = /^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/;
const DURATION_PART = /(\d*)\.?(\d*)(ns|us|µs|μs|ms|s|m|h)/g;
const DURATION_LENGTH_MAX = 1000;

/** A duration such as 1h30m; undefined for other texts and for what doesn't fit. */
export function parseDuration(text: string): Duration | undefined {
  if (/^[+-]?0$/.test(text)) return new Duration(0n);
  if (text.length > DURATION_LENGTH_MAX || !DURATION.test(text)) return undefined;
  let nanos = 0n;
  for (const [, whole = "", fraction = "", unit = "s"] of text.matchAll(DURATION_PART)) {
    const size = own(UNITS, unit) as bigint;
    nanos += BigInt(whole || "0") * size + (BigInt(fraction || "0") * size) / 10n ** BigInt(fraction.length);
  }
  try {
    return new Duration(text.startsWith("-") ? -nanos : nanos);
  } catch {
    return undefined;
  }
}

export function showDuration({ nanos }: Duration): string {
  const all = nanos < 0n ? -nanos : nanos;
  const fraction = String(all % NANOS)
    .padStart(9, "0")
    .replace(/0+$/, "");
  return `${nanos < 0n ? "-" : ""}${all / NANOS}${fraction === "" ? "" : `.${fraction}`}s`;
}

/** What the calendar and clock show at a time, in a zone or where it was written. */
export function calendarOf({ nanos }: Timestamp, zone = "UTC"): { date: Date; nanos: bigint } {
  const seconds = floorDiv(nanos, NANOS);
  const atMs = Number(seconds) * 1000;
  const date = new Date(atMs + offsetMs(atMs, zone));
  return { date, nanos: nanos - seconds * NANOS };
}

const OFFSET = /^([+-]?)(\d{1,2}):(\d{2})$/;

function offsetMs(atMs: number, zone: string): number {
  if (zone === "UTC" || zone === "") return 0;
  const match = OFFSET.exec(zone);
  if (match) return (match[1] === "-" ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3])) * 60_000;
  if (!isTimeZone(zone)) throw new EvaluationError(`unknown time zone ${zone}`);
  const { year, month, day, hour, minute } = wallTime(atMs, zone);
  return Date.UTC(year, month - 1, day, hour, minute) - Math.floor(atMs / 60_000) * 60_000;
}
