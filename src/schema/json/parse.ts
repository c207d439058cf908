import { faultInNumber, faultInString, type JsonFault } from "../json-fault.ts";
/** Text that is no JSON; the message is what Kubernetes says. */
export class JsonError extends Error {
  override readonly name = "JsonError";
}

export interface ParsedJson {
  readonly value: unknown;
  /** Paths of keys that an object has twice, each path once, {@link DUPLICATES_MAX} at most; the last value counts. */
  readonly duplicates: readonly string[];
}

/** As many complaints about a document as the original makes. */
const DUPLICATES_MAX = 100;

export interface ParseLimits {
  /** Objects and lists inside one another. */
  readonly depthMax: number;
}

/** So deep into data functions call themselves; what lies deeper waits until they are back. */
export const DEPTH_OF_CALLS = 256;

const DEFAULT_PARSE_LIMITS: ParseLimits = { depthMax: 10_000 };

/**
 * Reads JSON with what JSON.parse does not tell: keys given twice, and whole numbers beyond 2^53, which are kept as they
 * are written. `__proto__` is a key like any other.
 */
export function parseJson(text: string, limits: ParseLimits = DEFAULT_PARSE_LIMITS): ParsedJson {
  return maybePlainJson(text, limits) ?? parseJsonFully(text, limits);
}

/** The value alone, for who doesn't ask for keys given twice. */
export function parseJsonValue(text: string): unknown {
  const { depthMax } = DEFAULT_PARSE_LIMITS;
  const value = mayBePlain(text, { depthMax }) ? plainValue(text) : NO_VALUE;
  return value !== NO_VALUE && keysOf(value, depthMax) >= 0 ? value : parseJsonFully(text).value;
}

/** The same of a long text, in several steps, none of which takes long: `turn` is awaited between them. */
export async function parseJsonInSteps(text: string, turn: () => Promise<void>): Promise<ParsedJson> {
  const { depthMax } = DEFAULT_PARSE_LIMITS;
  if (mayBePlain(text, { depthMax, valuesMax: STEP_VALUES_MAX })) {
    await turn();
    const value = plainValue(text);
    await turn();
    if (value !== NO_VALUE && hasAllKeys(text, value, depthMax)) return { value, duplicates: NONE };
  }
  const reader = new Reader(text, DEFAULT_PARSE_LIMITS);
  do await turn();
  while (!reader.read(TURN_VALUES));
  return reader.parsed;
}

/** The same by our own reader alone. */
export function parseJsonFully(text: string, limits: ParseLimits = DEFAULT_PARSE_LIMITS): ParsedJson {
  const reader = new Reader(text, limits);
  while (!reader.read(Number.POSITIVE_INFINITY));
  return reader.parsed;
}

/** JSON.parse can't be interrupted: from more values than this our own reader takes turns, and ten times as long. */
const STEP_VALUES_MAX = 40_000;
/** Values that are read in one turn: some milliseconds. */
const TURN_VALUES = 4096;

/** Digits that may be a whole number beyond 2^53; halves of characters. */
const SPECIAL = /\d{16}|\\u[dD][89a-fA-F]/;

/**
 * What JSON.parse makes of the text, which takes a tenth of the time, unless there may be something in it that JSON.parse
 * doesn't tell. Keys that were given twice show in their number: the text has more than the value.
 */
function maybePlainJson(text: string, { depthMax }: ParseLimits): ParsedJson | undefined {
  if (!mayBePlain(text, { depthMax })) return undefined;
  const value = plainValue(text);
  return value !== NO_VALUE && hasAllKeys(text, value, depthMax) ? { value, duplicates: NONE } : undefined;
}

function mayBePlain(text: string, limits: PlainLimits): boolean {
  if (SPECIAL.test(text) || !text.isWellFormed()) return false;
  return text.length <= LONG_TEXT || !exceeds(text, limits);
}

interface PlainLimits extends ParseLimits {
  readonly valuesMax?: number;
}

/** Our own reader says what is wrong, in the words of Kubernetes. */
function plainValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return NO_VALUE;
    throw error;
  }
}

function hasAllKeys(text: string, value: unknown, depthMax: number): boolean {
  const count = keysOf(value, depthMax);
  return count >= 0 && count === keysIn(text);
}

const NO_VALUE = Symbol("no value");
const NONE: readonly string[] = [];

/** Characters from which on a text is looked through for its depth first: JSON.parse would build every level of it. */
const LONG_TEXT = 65_536;

/** Whether objects and lists are opened inside one another more often than allowed, or there are more values. */
function exceeds(text: string, { depthMax, valuesMax = Number.POSITIVE_INFINITY }: PlainLimits): boolean {
  let depth = 0;
  let values = 1;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === QUOTE) {
      index = text.indexOf('"', index + 1);
      while (isEscaped(text, index)) index = text.indexOf('"', index + 1);
      if (index < 0) return false;
    } else if (code === OPEN_LIST || code === OPEN_OBJECT) {
      if (++depth > depthMax || ++values > valuesMax) return true;
    } else if (code === CLOSE_LIST || code === CLOSE_OBJECT) depth--;
    else if (code === COMMA && ++values > valuesMax) return true;
  }
  return false;
}

/** How many keys the objects in a value have; less than none when it is nested too deep. */
function keysOf(value: unknown, depthMax: number): number {
  let count = 0;
  let round = [value];
  for (let depth = 0; round.length > 0; depth += DEPTH_OF_CALLS) {
    if (depth > depthMax) return Number.NEGATIVE_INFINITY;
    const deeper: unknown[] = [];
    const levels = Math.min(DEPTH_OF_CALLS, depthMax - depth);
    for (const one of round) count += keysAbove(one, levels, deeper);
    if (levels < DEPTH_OF_CALLS && deeper.length > 0) return Number.NEGATIVE_INFINITY;
    round = deeper;
  }
  return count;
}

/** Those so many levels deep at most; what lies deeper waits. */
function keysAbove(value: unknown, levels: number, deeper: unknown[]): number {
  if (typeof value !== "object" || value === null) return 0;
  if (levels === 0) {
    deeper.push(value);
    return 0;
  }
  let count = 0;
  if (Array.isArray(value)) {
    for (const element of value) if (typeof element === "object") count += keysAbove(element, levels - 1, deeper);
    return count;
  }
  for (const key in value) {
    const inner = (value as Record<string, unknown>)[key];
    count++;
    if (typeof inner === "object") count += keysAbove(inner, levels - 1, deeper);
  }
  return count;
}

/** How many keys a JSON text has: texts in quotes with a colon behind them. */
function keysIn(text: string): number {
  let count = 0;
  for (let start = text.indexOf('"'); start >= 0; ) {
    let end = text.indexOf('"', start + 1);
    while (isEscaped(text, end)) end = text.indexOf('"', end + 1);
    let next = end + 1;
    // Nothing but white space is as low: it is JSON, as JSON.parse has found.
    while (text.charCodeAt(next) <= SPACE) next++;
    if (text.charCodeAt(next) === COLON) count++;
    start = text.indexOf('"', next);
  }
  return count;
}

/** Whether an odd number of backslashes stands before a place. */
function isEscaped(text: string, at: number): boolean {
  let first = at;
  while (text.charCodeAt(first - 1) === BACKSLASH) first--;
  return (at - first) % 2 === 1;
}

const TAB = 0x09;
const NEWLINE = 0x0a;
const RETURN = 0x0d;
const SPACE = 0x20;
const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const LETTER_F = 0x66;
const LETTER_N = 0x6e;
const LETTER_T = 0x74;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const BACKSLASH = 0x5c;

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;

/** An object or a list that has not ended yet. */
interface Open {
  readonly outer: Open | undefined;
  readonly depth: number;
  readonly list: unknown[] | undefined;
  readonly object: Record<string, unknown> | undefined;
  /** Of the object, what the value that is read belongs to. */
  key: string;
  /** Keys whose being there twice has been noted. */
  noted: Set<string> | undefined;
}

/** In place of a value whose parts are still to come. */
const OPENED = Symbol("opened");

/** Reads a text bit by bit. What is open lies in a list of its own: the depth is no matter of this thread's stack. */
class Reader {
  #value: unknown;
  readonly #duplicates = new Set<string>();
  readonly #text: string;
  readonly #depthMax: number;
  #at = 0;
  /** The innermost that is open. */
  #open: Open | undefined;

  constructor(text: string, { depthMax }: ParseLimits) {
    this.#text = text;
    this.#depthMax = depthMax;
  }

  /** Once all has been read. */
  get parsed(): ParsedJson {
    return { value: this.#value, duplicates: [...this.#duplicates] };
  }

  /** Reads on, so many values at most; says whether all has been read. */
  read(valuesMax: number): boolean {
    for (let left = valuesMax; left > 0; left--) {
      const value = this.#next();
      if (value !== OPENED && this.#put(value)) return true;
    }
    return false;
  }

  #next(): unknown {
    this.#space();
    switch (this.#text.charCodeAt(this.#at)) {
      case OPEN_OBJECT: {
        const object = {};
        const open = this.#enter(undefined, object);
        if (this.#text.charCodeAt(this.#at) === CLOSE_OBJECT) return this.#leave(object);
        this.#key(open);
        return OPENED;
      }
      case OPEN_LIST: {
        const list: unknown[] = [];
        this.#enter(list, undefined);
        return this.#text.charCodeAt(this.#at) === CLOSE_LIST ? this.#leave(list) : OPENED;
      }
      case QUOTE:
        return this.#string();
      case LETTER_T:
        return this.#word("true", true);
      case LETTER_F:
        return this.#word("false", false);
      case LETTER_N:
        return this.#word("null", null);
      default:
        return this.#number();
    }
  }

  /** Puts a value where it belongs, and what it ends as well; says whether that was all. */
  #put(value: unknown): boolean {
    for (let put = value; ; ) {
      const open = this.#open;
      if (!open) {
        this.#end(put);
        return true;
      }
      const { list, object } = open;
      if (list) list.push(put);
      else this.#set(open, put);
      this.#space();
      const next = this.#text.charCodeAt(this.#at);
      if (next === COMMA) {
        this.#at++;
        if (object) this.#key(open);
        return false;
      }
      if (next !== (list ? CLOSE_LIST : CLOSE_OBJECT))
        this.#fail(list ? "after array element" : "after object key:value pair");
      put = this.#leave(list ?? object);
    }
  }

  #end(value: unknown): void {
    this.#space();
    if (this.#at < this.#text.length) this.#fail("after top-level value");
    this.#value = value;
  }

  #key(open: Open): void {
    this.#space();
    if (this.#text.charCodeAt(this.#at) !== QUOTE) this.#fail("looking for beginning of object key string");
    open.key = this.#string();
    this.#space();
    if (this.#text.charCodeAt(this.#at) !== COLON) this.#fail("after object key");
    this.#at++;
  }

  #set(open: Open, value: unknown): void {
    const { key } = open;
    const object = open.object!;
    if (Object.hasOwn(object, key) && !open.noted?.has(key)) {
      open.noted ??= new Set();
      open.noted.add(key);
      this.#noteDuplicate();
    }
    setOwn(object, key, value);
  }

  #noteDuplicate(): void {
    if (this.#duplicates.size >= DUPLICATES_MAX) return;
    let steps = "";
    let outermost: Open | undefined;
    for (let open = this.#open; open; open = open.outer) {
      steps = (open.list ? `[${open.list.length}]` : `.${open.key}`) + steps;
      outermost = open;
    }
    this.#duplicates.add(outermost?.list ? steps : steps.slice(1));
  }

  /** Goes into an object or a list, to what comes first in it. */
  #enter(list: unknown[] | undefined, object: Record<string, unknown> | undefined): Open {
    const outer = this.#open;
    const depth = outer ? outer.depth + 1 : 1;
    if (depth > this.#depthMax) this.#fail("exceeded max depth");
    const open: Open = { outer, depth, list, object, key: "", noted: undefined };
    this.#open = open;
    this.#at++;
    this.#space();
    return open;
  }

  #leave<T>(value: T): T {
    this.#open = this.#open?.outer;
    this.#at++;
    return value;
  }

  #string(): string {
    const end = this.#plainStringEnd();
    if (end >= 0) {
      const plain = this.#text.slice(this.#at + 1, end);
      this.#at = end + 1;
      return plain;
    }
    STRING.lastIndex = this.#at;
    if (!STRING.test(this.#text)) this.#failAt(faultInString(this.#text, this.#at));
    const start = this.#at;
    this.#at = STRING.lastIndex;
    // Half a character, which only an escape can write, is none.
    return (JSON.parse(this.#text.slice(start, this.#at)) as string).toWellFormed();
  }

  /** The closing quote of a string without escapes; less than none for any other. */
  #plainStringEnd(): number {
    const text = this.#text;
    for (let at = this.#at + 1; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === QUOTE) return at;
      if (code === BACKSLASH || code < SPACE) return -1;
    }
    return -1;
  }

  #number(): unknown {
    NUMBER.lastIndex = this.#at;
    const end = NUMBER.test(this.#text) ? NUMBER.lastIndex : this.#at;
    const fault = faultInNumber(this.#text, this.#at, end);
    if (fault) this.#failAt(fault);
    const digits = this.#text.slice(this.#at, end);
    this.#at = end;
    const value = Number(digits);
    if (Number.isSafeInteger(value) || !/^-?\d+$/.test(digits)) return value;
    return rawNumber(digits);
  }

  #word<T>(word: string, value: T): T {
    // The first letter is known to fit, or nothing does.
    if (this.#text[this.#at] !== word[0]) this.#fail("looking for beginning of value");
    for (const letter of word) {
      if (this.#text[this.#at] !== letter)
        this.#failAt({ at: this.#at, where: `in literal ${word} (expecting '${letter}')` });
      this.#at++;
    }
    return value;
  }

  #space(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== SPACE && code !== NEWLINE && code !== RETURN && code !== TAB) return;
      this.#at++;
    }
  }

  /** Within a value the end of the text counts as a space, which may be what is wrong. */
  #failAt({ at, where }: JsonFault): never {
    this.#at = at;
    if (at >= this.#text.length && where !== "" && !where.startsWith("looking"))
      throw new JsonError(`invalid character ' ' ${where}`);
    this.#fail(where);
  }

  #fail(where: string): never {
    const character = this.#text[this.#at];
    if (character === undefined) throw new JsonError("unexpected end of JSON input");
    // The original looks at bytes.
    const byte =
      character > "\x7f" ? String.fromCharCode(Buffer.from(this.#text.slice(this.#at, this.#at + 2))[0]!) : character;
    throw new JsonError(`invalid character ${quoted(byte)} ${where}`);
  }
}

function quoted(character: string): string {
  if (character === "'") return `'\\''`;
  if (character === '"') return `'"'`;
  const escaped = JSON.stringify(character).slice(1, -1);
  return `'${escaped.replace(/^\\u00(?=[01])/, "\\x")}'`;
}

/** Counts as the nearest number that a double holds, so that it can be compared with others; JSON.stringify writes it as it was. */
class LongNumber extends Number {
  readonly #digits: string;

  constructor(digits: string) {
    super(digits);
    this.#digits = digits;
  }

  get digits(): string {
    return this.#digits;
  }

  toJSON(): unknown {
    return (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(this.#digits);
  }
}

/** A whole number that a double can't hold. */
export function rawNumber(digits: string): unknown {
  return new LongNumber(digits);
}

/** The digits of a number that {@link parseJson} kept as written; undefined for anything else. */
export function rawDigits(value: unknown): string | undefined {
  return value instanceof LongNumber ? value.digits : undefined;
}

/** Sets a key, whatever its name, without running a setter. */
export function setOwn(object: Record<string, unknown>, key: string, value: unknown): void {
  if (key === "__proto__")
    Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
  else object[key] = value;
}
