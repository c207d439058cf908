import { own } from "../base/index.ts";

/** A time that can't be read; the message is what Kubernetes says. */
export class TimeError extends Error {
  override readonly name = "TimeError";
}

/** A time in UTC, and the digits of its fraction of a second as they were written. */
export interface ReadTime {
  readonly ms: number;
  readonly fraction: string;
}

const SECONDS = ["2006", "-", "01", "-", "02", "T", "15", ":", "04", ":", "05"];
const ZONE = "Z07:00";
const MICROS = ".000000";
const MICRO_DIGITS = 6;

/** Reads RFC 3339, with any fraction of a second, as the original does: an hour may have one digit. */
export function readTime(text: string): ReadTime {
  return new Reader(text, [...SECONDS, ZONE]).read();
}

/** Reads a date. */
export function readDate(text: string): ReadTime {
  return new Reader(text, SECONDS.slice(0, SECONDS.indexOf("T"))).read();
}

/** Reads a time without a zone, which counts as one in UTC. */
export function readLocalTime(text: string): ReadTime {
  return new Reader(text, SECONDS).read();
}

/** Reads RFC 3339 with microseconds. */
export function readMicroTime(text: string): ReadTime {
  return new Reader(text, [...SECONDS, MICROS, ZONE]).read();
}

/** Values of the parts of a layout that are numbers: how many digits they have at least, and the first that is too large. */
const NUMBERS: Readonly<Record<string, { readonly digitsMin: number; readonly what: string; readonly limit: number }>> =
  {
    "01": { digitsMin: 2, what: "month", limit: 13 },
    "02": { digitsMin: 2, what: "", limit: 100 },
    "15": { digitsMin: 1, what: "hour", limit: 24 },
    "04": { digitsMin: 2, what: "minute", limit: 60 },
    "05": { digitsMin: 2, what: "second", limit: 60 },
  };

/** Walks through a text by the parts of a layout; each consumes what it can read. */
class Reader {
  readonly #text: string;
  readonly #layout: readonly string[];
  readonly #values: Record<string, number> = {};
  #fraction = "";
  #offsetMinutes = 0;
  #rest: string;

  constructor(text: string, layout: readonly string[]) {
    this.#text = text;
    this.#layout = layout;
    this.#rest = text;
  }

  read(): ReadTime {
    for (const part of this.#layout) this.#part(part);
    if (this.#rest !== "") throw this.#error(`extra text: ${quote(this.#rest)}`);
    const { "2006": year, "01": month, "02": day, "15": hour = 0, "04": minute = 0, "05": second = 0 } = this.#values;
    const date = new Date(0);
    date.setUTCFullYear(year!, month! - 1, day!);
    if (date.getUTCDate() !== day) throw this.#error("day out of range");
    date.setUTCHours(hour, minute - this.#offsetMinutes, second);
    return { ms: date.getTime(), fraction: this.#fraction };
  }

  #part(part: string): void {
    const { digitsMin, what, limit } = own(NUMBERS, part) ?? {};
    if (limit !== undefined) {
      const [digits] = /^\d{1,2}/.exec(this.#rest) ?? [""];
      if (digits.length < digitsMin!) throw this.#unreadable(part);
      this.#take(digits);
      this.#values[part] = Number(digits);
      if (what && (Number(digits) >= limit || (part === "01" && Number(digits) === 0)))
        throw this.#error(`${what} out of range`);
      if (part === "05" && !this.#layout.includes(MICROS)) this.#anyFraction();
    } else if (part === "2006") this.#year();
    else if (part === MICROS) this.#micros();
    else if (part === ZONE) this.#zone();
    else if (this.#rest.startsWith(part)) this.#take(part);
    else throw this.#unreadable(part);
  }

  #year(): void {
    const digits = this.#rest.slice(0, 4);
    if (!/^\d{4}$/.test(digits)) throw this.#unreadable("2006");
    this.#values["2006"] = Number(digits);
    this.#take(digits);
  }

  #anyFraction(): void {
    const [whole, digits] = /^[.,](\d+)/.exec(this.#rest) ?? [];
    if (whole === undefined) return;
    this.#fraction = digits!;
    this.#take(whole);
  }

  #micros(): void {
    const part = this.#rest.slice(0, MICRO_DIGITS + 1);
    if (!/^[.,]\d{6}$/.test(part)) throw this.#unreadable(MICROS);
    this.#fraction = part.slice(1);
    this.#take(part);
  }

  #zone(): void {
    if (this.#rest.startsWith("Z")) return this.#take("Z");
    const [whole, sign, hours, minutes] = /^([+-])(\d\d):(\d\d)/.exec(this.#rest) ?? [];
    if (whole === undefined) throw this.#unreadable(ZONE);
    if (Number(hours) > 24) throw this.#error("time zone offset hour out of range");
    if (Number(minutes) > 60) throw this.#error("time zone offset minute out of range");
    this.#offsetMinutes = (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
    this.#take(whole);
  }

  #take(part: string): void {
    this.#rest = this.#rest.slice(part.length);
  }

  #unreadable(part: string): TimeError {
    const layout = this.#layout.join("");
    return new TimeError(
      `parsing time ${quote(this.#text)} as "${layout}": cannot parse ${quote(this.#rest)} as "${part}"`,
    );
  }

  #error(why: string): TimeError {
    return new TimeError(`parsing time ${quote(this.#text)}: ${why}`);
  }
}

/** Text in quotes; bytes that aren't printable ASCII by their numbers. */
function quote(text: string): string {
  const shown = [...Buffer.from(text)].map((byte) => {
    if (byte === 0x22 || byte === 0x5c) return `\\${String.fromCharCode(byte)}`;
    return byte < 0x20 || byte >= 0x80 ? `\\x${byte.toString(16).padStart(2, "0")}` : String.fromCharCode(byte);
  });
  return `"${shown.join("")}"`;
}
