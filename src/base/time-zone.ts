const NAME = /^[A-Z][\w+-]*(\/[A-Z][\w+-]*)*$/;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** The wall clock at an instant in some place. */
export interface WallTime {
  readonly year: number;
  /** 1 to 12 */
  readonly month: number;
  readonly day: number;
  /** 0 is Sunday. */
  readonly weekday: number;
  readonly hour: number;
  readonly minute: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();
const FORMATS_MAX = 1000;

/** Whether there is a time zone of this name, written exactly so. */
export function isTimeZone(name: string): boolean {
  if (!NAME.test(name)) return false;
  try {
    const resolved = formatOf(name).resolvedOptions().timeZone;
    return resolved === name || resolved.toLowerCase() !== name.toLowerCase();
  } catch {
    return false;
  }
}

/** What the clocks show in a time zone at an instant. */
export function wallTime(atMs: number, zone: string): WallTime {
  const local = zone === "UTC" || zone === "Etc/UTC" ? atMs : atMs + offsetMs(atMs, zone);
  const days = Math.floor(local / DAY_MS);
  const minutes = Math.floor((local - days * DAY_MS) / MINUTE_MS);
  // The first of January 1970 was a Thursday.
  const weekday = (((days + 4) % 7) + 7) % 7;
  return { ...civilDate(days), weekday, hour: Math.floor(minutes / 60), minute: minutes % 60 };
}

/** How far a zone's clocks are ahead of UTC at an instant, in whole minutes. */
function offsetMs(atMs: number, zone: string): number {
  const parts = Object.fromEntries(
    formatOf(zone)
      .formatToParts(atMs)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const days = dayNumber(parts.year!, parts.month!, parts.day!);
  const local = days * DAY_MS + (parts.hour! * 60 + parts.minute!) * MINUTE_MS;
  return local - Math.floor(atMs / MINUTE_MS) * MINUTE_MS;
}

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    calendar: "gregory",
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
  });
  if (formats.size < FORMATS_MAX) formats.set(zone, format);
  return format;
}

const DAYS_BEFORE = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];

function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

function daysBeforeYear(year: number): number {
  const past = year - 1;
  return past * 365 + Math.floor(past / 4) - Math.floor(past / 100) + Math.floor(past / 400);
}

function daysBeforeMonth(year: number, month: number): number {
  return DAYS_BEFORE[month - 1]! + (month > 2 && isLeap(year) ? 1 : 0);
}

/** Days since the first of January 1970 in the Gregorian calendar. */
function dayNumber(year: number, month: number, day: number): number {
  return daysBeforeYear(year) - daysBeforeYear(1970) + daysBeforeMonth(year, month) + day - 1;
}

function civilDate(days: number): Pick<WallTime, "year" | "month" | "day"> {
  let year = 1970 + Math.floor(days / 365.2425);
  while (dayNumber(year, 1, 1) > days) year--;
  while (dayNumber(year + 1, 1, 1) <= days) year++;
  const ofYear = days - dayNumber(year, 1, 1);
  let month = 12;
  while (daysBeforeMonth(year, month) > ofYear) month--;
  return { year, month, day: ofYear - daysBeforeMonth(year, month) + 1 };
}
