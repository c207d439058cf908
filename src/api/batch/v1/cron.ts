import { wallTime, type WallTime, own } from "../../../base/index.ts";
import { durationMs } from "../../duration.ts";

/** When something is due: at the minutes that five fields name, or after a fixed delay. */
export type CronSchedule =
  | { readonly type: "fields"; readonly fields: CronFields; readonly zone: string | undefined }
  | { readonly type: "every"; readonly everyMs: number };

export interface CronFields {
  readonly minute: CronField;
  readonly hour: CronField;
  readonly dayOfMonth: CronField;
  readonly month: CronField;
  readonly dayOfWeek: CronField;
}

export interface CronField {
  readonly values: ReadonlySet<number>;
  /** Given as "*" or "?": then the other field of days decides alone. */
  readonly any: boolean;
}

/** A schedule that can't be read; the message is what Kubernetes says. */
export class CronError extends Error {
  override readonly name = "CronError";
}

interface Bounds {
  readonly min: number;
  readonly max: number;
  readonly names?: readonly string[];
}

const BOUNDS = {
  minute: { min: 0, max: 59 },
  hour: { min: 0, max: 23 },
  dayOfMonth: { min: 1, max: 31 },
  month: { min: 1, max: 12, names: ["", ..."jan feb mar apr may jun jul aug sep oct nov dec".split(" ")] },
  dayOfWeek: { min: 0, max: 6, names: "sun mon tue wed thu fri sat".split(" ") },
} as const satisfies Record<keyof CronFields, Bounds>;

const DESCRIPTORS: Readonly<Record<string, string>> = {
  "@yearly": "0 0 1 1 *",
  "@annually": "0 0 1 1 *",
  "@monthly": "0 0 1 * *",
  "@weekly": "0 0 * * 0",
  "@daily": "0 0 * * *",
  "@midnight": "0 0 * * *",
  "@hourly": "0 * * * *",
};

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
const YEARS_AHEAD_MAX = 5;

/** Reads the text of a schedule; throws {@link CronError}. */
export function parseCron(text: string): CronSchedule {
  if (text === "") throw new CronError("empty spec string");
  const zoned = /^(?:CRON_)?TZ=(\S*)\s+(.*)$/s.exec(text);
  const zone = zoned?.[1];
  const spec = (zoned ? zoned[2]! : text).trimEnd();
  if (spec.startsWith("@")) return parseDescriptor(spec, zone);
  const parts = spec.split(/\s+/).filter((part) => part !== "");
  if (parts.length !== 5) throw new CronError(`expected exactly 5 fields, found ${parts.length}: [${parts.join(" ")}]`);
  const [minute, hour, dayOfMonth, month, dayOfWeek] = parts as [string, string, string, string, string];
  const fields = {
    minute: parseField(minute, BOUNDS.minute),
    hour: parseField(hour, BOUNDS.hour),
    dayOfMonth: parseField(dayOfMonth, BOUNDS.dayOfMonth),
    month: parseField(month, BOUNDS.month),
    dayOfWeek: parseField(dayOfWeek, BOUNDS.dayOfWeek),
  };
  return { type: "fields", fields, zone };
}

function parseDescriptor(text: string, zone: string | undefined): CronSchedule {
  const fields = own(DESCRIPTORS, text);
  if (fields) return { ...parseCron(fields), ...(zone !== undefined && { zone }) } as CronSchedule;
  if (!text.startsWith("@every ")) throw new CronError(`unrecognized descriptor: ${text}`);
  const duration = text.slice("@every ".length);
  const ms = durationMs(duration);
  if (typeof ms === "string") throw new CronError(`failed to parse duration ${text}: ${ms}`);
  return { type: "every", everyMs: Math.max(1000, Math.floor(ms / 1000) * 1000) };
}

function parseField(text: string, bounds: Bounds): CronField {
  const values = new Set<number>();
  let any = false;
  for (const part of text.split(",").filter((one) => one !== "")) {
    const range = parseRange(part, bounds);
    any ||= range.any;
    for (let value = range.start; value <= range.end; value += range.step) values.add(value);
  }
  return { values, any };
}

interface Range {
  readonly start: number;
  readonly end: number;
  readonly step: number;
  readonly any: boolean;
}

/** One part of a field: a number, a range or everything, with or without a step. */
function parseRange(text: string, bounds: Bounds): Range {
  const [limits = "", stepText, ...moreSteps] = text.split("/");
  const [first = "", second, ...moreLimits] = limits.split("-");
  const isAny = first === "*" || first === "?";
  let start = bounds.min;
  let end = bounds.max;
  if (!isAny) {
    start = parseValue(first, bounds);
    if (moreLimits.length > 0) throw new CronError(`too many hyphens: ${text}`);
    end = second === undefined ? start : parseValue(second, bounds);
  }
  if (moreSteps.length > 0) throw new CronError(`too many slashes: ${text}`);
  const step = stepText === undefined ? 1 : parseNumber(stepText);
  // "5/10" means from 5 to the end.
  if (stepText !== undefined && second === undefined) end = bounds.max;
  const { min, max } = bounds;
  if (start < min) throw new CronError(`beginning of range (${start}) below minimum (${min}): ${text}`);
  if (end > max) throw new CronError(`end of range (${end}) above maximum (${max}): ${text}`);
  if (start > end) throw new CronError(`beginning of range (${start}) beyond end of range (${end}): ${text}`);
  if (step === 0) throw new CronError(`step of range should be a positive number: ${text}`);
  return { start, end, step, any: isAny && step === 1 };
}

function parseValue(text: string, { names }: Bounds): number {
  const named = text === "" ? -1 : (names?.indexOf(text.toLowerCase()) ?? -1);
  return named >= 0 ? named : parseNumber(text);
}

function parseNumber(text: string): number {
  if (!/^[-+]?\d+$/.test(text))
    throw new CronError(
      `failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`,
    );
  const number = Number(text);
  if (number > Number.MAX_SAFE_INTEGER)
    throw new CronError(
      `failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}: value out of range`,
    );
  if (number < 0) throw new CronError(`negative number (${number}) not allowed: ${text}`);
  return number;
}

/**
 * The first time after an instant when a schedule is due; undefined when it isn't within five years. Wall times that a
 * clock skips in spring never come; those that it shows twice in autumn are due twice, as with Kubernetes.
 */
export function nextCronTime(schedule: CronSchedule, afterMs: number, zone = "UTC"): number | undefined {
  if (schedule.type === "every") return Math.floor(afterMs / 1000) * 1000 + schedule.everyMs;
  const place = schedule.zone ?? zone;
  let at = Math.floor(afterMs / MINUTE_MS) * MINUTE_MS + MINUTE_MS;
  const lastYear = wallTime(at, place).year + YEARS_AHEAD_MAX;
  for (;;) {
    const wall = wallTime(at, place);
    if (wall.year > lastYear) return undefined;
    if (!dayMatches(schedule.fields, wall)) at = nextMidnight(at, wall, place);
    else if (!schedule.fields.hour.values.has(wall.hour)) at += (60 - wall.minute) * MINUTE_MS;
    else if (!schedule.fields.minute.values.has(wall.minute)) at += MINUTE_MS;
    else return at;
  }
}

/** With days of both kinds given, either may match. */
function dayMatches({ month, dayOfMonth, dayOfWeek }: CronFields, wall: WallTime): boolean {
  if (!month.values.has(wall.month)) return false;
  const [ofMonth, ofWeek] = [dayOfMonth.values.has(wall.day), dayOfWeek.values.has(wall.weekday)];
  return dayOfMonth.any || dayOfWeek.any ? ofMonth && ofWeek : ofMonth || ofWeek;
}

/** The beginning of the next day, which a change of the clocks may bring an hour sooner or later. */
function nextMidnight(at: number, { day, hour, minute }: WallTime, zone: string): number {
  const next = at + DAY_MS - hour * HOUR_MS - minute * MINUTE_MS;
  const there = wallTime(next, zone);
  if (there.day === day || (there.hour === 0 && there.minute === 0)) return next;
  const sooner = next - there.hour * HOUR_MS - there.minute * MINUTE_MS;
  return wallTime(sooner, zone).day === there.day ? sooner : next;
}
