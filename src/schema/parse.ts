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

const DEFAULT_PARSE_LIMITS: ParseLimits = { depthMax: 1000 };

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
  const value = mayBePlain(text, depthMax) ? plainValue(text) : NO_VALUE;
  return value !== NO_VALUE && keysOf(value, depthMax) >= 0 ? value : parseJsonFully(text).value;
}

/** The same of a long text, in several steps: `turn` is awaited between them. */
export async function parseJsonInSteps(text: string, turn: () => Promise<void>): Promise<ParsedJson> {
  const { depthMax } = DEFAULT_PARSE_LIMITS;
  if (mayBePlain(text, depthMax)) {
    await turn();
    const value = plainValue(text);
    await turn();
    if (value !== NO_VALUE && hasAllKeys(text, value, depthMax)) return { value, duplicates: NONE };
    await turn();
  }
  return parseJsonFully(text);
}

/** The same by our own reader alone. */
export function parseJsonFully(text: string, limits: ParseLimits = DEFAULT_PARSE_LIMITS): ParsedJson {
  const parser = new Parser(text, limits);
  return { value: parser.parse(), duplicates: [...parser.duplicates] };
}

/** Digits that may be a whole number beyond 2^53; halves of characters. */
const SPECIAL = /\d{16}|\\u[dD][89a-fA-F]/;

/**
 * What JSON.parse makes of the text, which takes a tenth of the time, unless there may be something in it that JSON.parse
 * doesn't tell. Keys that were given twice show in their number: the text has more than the value.
 */
function maybePlainJson(text: string, { depthMax }: ParseLimits): ParsedJson | undefined {
  if (!mayBePlain(text, depthMax)) return undefined;
  const value = plainValue(text);
  return value !== NO_VALUE && hasAllKeys(text, value, depthMax) ? { value, duplicates: NONE } : undefined;
}

function mayBePlain(text: string, depthMax: number): boolean {
  if (SPECIAL.test(text) || !text.isWellFormed()) return false;
  return text.length <= LONG_TEXT || !isNestedOver(text, depthMax);
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

/** Whether objects and lists are opened inside one another more often than allowed. */
function isNestedOver(text: string, depthMax: number): boolean {
  let depth = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === QUOTE) {
      index = text.indexOf('"', index + 1);
      while (isEscaped(text, index)) index = text.indexOf('"', index + 1);
      if (index < 0) return false;
    } else if (code === OPEN_LIST || code === OPEN_OBJECT) {
      if (++depth > depthMax) return true;
    } else if (code === CLOSE_LIST || code === CLOSE_OBJECT) depth--;
  }
  return false;
}

/** How many keys the objects in a value have; less than none when it is nested too deep. */
function keysOf(value: unknown, depthLeft: number): number {
  if (typeof value !== "object" || value === null) return 0;
  if (depthLeft === 0) return Number.NEGATIVE_INFINITY;
  let count = 0;
  if (Array.isArray(value)) {
    for (const element of value) if (typeof element === "object") count += keysOf(element, depthLeft - 1);
    return count;
  }
  for (const key in value) {
    const inner = (value as Record<string, unknown>)[key];
    count++;
    if (typeof inner === "object") count += keysOf(inner, depthLeft - 1);
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

class Parser {
  readonly duplicates = new Set<string>();
  readonly #text: string;
  readonly #depthMax: number;
  #at = 0;
  /** Keys and places of the objects and lists that are open. */
  readonly #path: (string | number)[] = [];

  constructor(text: string, { depthMax }: ParseLimits) {
    this.#text = text;
    this.#depthMax = depthMax;
  }

  parse(): unknown {
    const value = this.#value();
    this.#space();
    if (this.#at < this.#text.length) this.#fail("after top-level value");
    return value;
  }

  #value(): unknown {
    this.#space();
    switch (this.#text.charCodeAt(this.#at)) {
      case OPEN_OBJECT:
        return this.#object();
      case OPEN_LIST:
        return this.#list();
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

  #object(): Record<string, unknown> {
    const depth = this.#enter();
    const object: Record<string, unknown> = {};
    let noted: Set<string> | undefined;
    this.#at++;
    this.#space();
    if (this.#text.charCodeAt(this.#at) === CLOSE_OBJECT) return this.#leave(object);
    for (;;) {
      this.#space();
      if (this.#text.charCodeAt(this.#at) !== QUOTE) this.#fail("looking for beginning of object key string");
      const key = this.#string();
      this.#space();
      if (this.#text.charCodeAt(this.#at) !== COLON) this.#fail("after object key");
      this.#at++;
      this.#path[depth] = key;
      const value = this.#value();
      if (Object.hasOwn(object, key) && !noted?.has(key)) {
        noted ??= new Set();
        noted.add(key);
        this.#noteDuplicate();
      }
      setOwn(object, key, value);
      this.#space();
      const next = this.#text.charCodeAt(this.#at);
      if (next === CLOSE_OBJECT) return this.#leave(object);
      if (next !== COMMA) this.#fail("after object key:value pair");
      this.#at++;
    }
  }

  #noteDuplicate(): void {
    if (this.duplicates.size >= DUPLICATES_MAX) return;
    const steps = this.#path.map((step) => (typeof step === "number" ? `[${step}]` : `.${step}`)).join("");
    this.duplicates.add(typeof this.#path[0] === "number" ? steps : steps.slice(1));
  }

  #list(): unknown[] {
    const depth = this.#enter();
    const list: unknown[] = [];
    this.#at++;
    this.#space();
    if (this.#text.charCodeAt(this.#at) === CLOSE_LIST) return this.#leave(list);
    for (;;) {
      this.#path[depth] = list.length;
      list.push(this.#value());
      this.#space();
      const next = this.#text.charCodeAt(this.#at);
      if (next === CLOSE_LIST) return this.#leave(list);
      if (next !== COMMA) this.#fail("after array element");
      this.#at++;
    }
  }

  /** Goes into an object or a list; its index in the path. */
  #enter(): number {
    const depth = this.#path.push("") - 1;
    if (depth >= this.#depthMax) this.#fail("exceeded max depth");
    return depth;
  }

  #leave<T>(value: T): T {
    this.#path.pop();
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
    if (!STRING.test(this.#text)) {
      this.#at++;
      while (this.#at < this.#text.length && this.#text[this.#at] !== '"' && this.#text.charCodeAt(this.#at) >= 0x20)
        this.#at++;
      this.#fail("in string literal");
    }
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
    if (!NUMBER.test(this.#text)) this.#fail("looking for beginning of value");
    const digits = this.#text.slice(this.#at, NUMBER.lastIndex);
    this.#at = NUMBER.lastIndex;
    const value = Number(digits);
    if (Number.isSafeInteger(value) || !/^-?\d+$/.test(digits)) return value;
    return rawNumber(digits);
  }

  #word<T>(word: string, value: T): T {
    // The first letter is known to fit, or nothing does.
    if (this.#text[this.#at] !== word[0]) this.#fail("looking for beginning of value");
    for (const letter of word) {
      if (this.#text[this.#at] !== letter) this.#fail(`in literal ${word} (expecting '${letter}')`);
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
