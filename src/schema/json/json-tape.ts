/** Where the values of a JSON text stand, in the order of the text: a value's parts follow it, up to {@link JsonTape.after}. */
export class JsonTape {
  #bytes: Uint8Array = new Uint8Array(0);
  #starts = new Int32Array(1024);
  /** Behind the last byte. */
  #ends = new Int32Array(1024);
  #afters = new Int32Array(1024);
  #escapes = new Uint8Array(1024);
  #count = 0;
  /** Lists and objects that are open. */
  readonly #open: number[] = [];

  get bytes(): Uint8Array {
    return this.#bytes;
  }

  start(token: number): number {
    return this.#starts[token]!;
  }

  end(token: number): number {
    return this.#ends[token]!;
  }

  /** The token behind a value and all its parts. Those of an object are keys and values in turn. */
  after(token: number): number {
    return this.#afters[token]!;
  }

  /** The first byte, which says what a value is. */
  byte(token: number): number {
    return this.#bytes[this.#starts[token]!]!;
  }

  escapes(token: number): Escapes {
    return this.#escapes[token]! as Escapes;
  }

  /** Whether a string without escapes is this one. */
  isText(token: number, text: Uint8Array): boolean {
    const start = this.#starts[token]! + 1;
    if (this.#ends[token]! - 1 - start !== text.length) return false;
    const bytes = this.#bytes;
    for (let index = 0; index < text.length; index++) if (bytes[start + index] !== text[index]) return false;
    return true;
  }

  /**
   * Reads a text that is known to be JSON, such as one that was written here: it finds where values begin and end, not
   * whether they are right. Throws when an object, a list or a string doesn't end.
   */
  read(bytes: Uint8Array, from: number, to: number): void {
    this.#bytes = bytes;
    this.#count = 0;
    this.#open.length = 0;
    let at = from;
    while (at < to) {
      const byte = bytes[at]!;
      if (byte === COMMA || byte === COLON) at++;
      else if (byte === QUOTE) {
        const token = this.#add(at);
        at = this.#stringEnd(token, at + 1);
        this.#ends[token] = at;
      } else if (byte === OBJECT || byte === LIST) this.#open.push(this.#add(at++));
      else if (byte === OBJECT_END || byte === LIST_END) this.#close(++at);
      else if (byte <= SPACE) at++;
      else {
        const token = this.#add(at);
        at = this.#plainEnd(at + 1, to);
        this.#ends[token] = at;
      }
    }
    if (this.#open.length > 0 || at > to) throw new Error("read JSON: it ends in the middle of a value");
  }

  #add(start: number): number {
    const token = this.#count++;
    if (token === this.#starts.length) this.#grow();
    this.#starts[token] = start;
    this.#afters[token] = token + 1;
    this.#escapes[token] = NO_ESCAPES;
    return token;
  }

  #close(end: number): void {
    const token = this.#open.pop();
    if (token === undefined) throw new Error("read JSON: it ends what never began");
    this.#ends[token] = end;
    this.#afters[token] = this.#count;
  }

  /** Behind the closing quote. Beyond the end of the text when there is none. */
  #stringEnd(token: number, start: number): number {
    const bytes = this.#bytes;
    const length = bytes.length;
    for (let at = start; at < length; at++) {
      const byte = bytes[at]!;
      if (byte === QUOTE) return at + 1;
      if (byte !== BACKSLASH) continue;
      if (bytes[++at] === LETTER_U) this.#escapes[token] = CODED;
      else if (this.#escapes[token] === NO_ESCAPES) this.#escapes[token] = SHORT;
    }
    return length + 1;
  }

  /** Of a number or a word. */
  #plainEnd(start: number, to: number): number {
    const bytes = this.#bytes;
    let at = start;
    while (at < to) {
      const byte = bytes[at]!;
      if (byte === COMMA || byte === OBJECT_END || byte === LIST_END || byte <= SPACE) break;
      at++;
    }
    return at;
  }

  #grow(): void {
    const grown = (old: Int32Array) => {
      const larger = new Int32Array(old.length * 2);
      larger.set(old);
      return larger;
    };
    this.#starts = grown(this.#starts);
    this.#ends = grown(this.#ends);
    this.#afters = grown(this.#afters);
    const escapes = new Uint8Array(this.#escapes.length * 2);
    escapes.set(this.#escapes);
    this.#escapes = escapes;
  }
}

/** Whether a string is written with escapes, and whether some are codes of characters ("\u003c"). */
export type Escapes = typeof NO_ESCAPES | typeof SHORT | typeof CODED;

export const NO_ESCAPES = 0;
const SHORT = 1;
export const CODED = 2;

export const QUOTE = 0x22;
export const OBJECT = 0x7b;
export const LIST = 0x5b;
const OBJECT_END = 0x7d;
const LIST_END = 0x5d;
const COMMA = 0x2c;
const COLON = 0x3a;
const SPACE = 0x20;
const BACKSLASH = 0x5c;
const LETTER_U = 0x75;
