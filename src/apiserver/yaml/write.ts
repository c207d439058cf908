import { goJson, rawDigits, showFloat } from "../../schema/index.ts";
import { compareKeys } from "./key-order.ts";
import { readYaml } from "./read.ts";
import { analysed, styleOf } from "./scalar-style.ts";
import { styled } from "./scalar-text.ts";

/** Keys that are longer, in bytes, are announced by a question mark. */
const SIMPLE_KEY_BYTES_MAX = 128;
const INDENT = 2;

/** What YAML reads otherwise than JSON, or not at all. */
const READ_OTHERWISE = /[\u007f-\u009f\ufeff\ufffe\uffff]|"(?:[^"\\]|\\.){1000,}":/;

/**
 * A JSON value as YAML, in the style of the original: keys in order, lists not indented, text quoted where it must be. The
 * original writes JSON first and reads that as YAML, which it isn't always: throws a {@link YamlError} then.
 */
export function yamlText(value: unknown): string {
  const json = goJson(value) ?? "null";
  const read = READ_OTHERWISE.test(json) ? readYaml(Buffer.from(json)).value : value;
  return new Writer().write(read);
}

/** Whether a value is written as it is: only then is one written as part of another as it would be alone. */
export function isPlainYaml(value: unknown): boolean {
  return !READ_OTHERWISE.test(goJson(value) ?? "null");
}

type Json = Record<string, unknown>;

/** A list or map that is being written. */
interface Frame {
  readonly list: readonly unknown[] | undefined;
  readonly map: Json | undefined;
  readonly keys: readonly string[];
  readonly indent: number;
  next: number;
  /** Its first part goes on the line that is there. */
  goesOn: boolean;
}

/** What a value stands behind. */
type Lead = "nothing" | "key" | "mark";

/** What is open lies in a list: depth is no matter of this thread's stack. */
class Writer {
  #text = "";
  /** Characters on the last line. */
  #column = 0;
  readonly #frames: Frame[] = [];

  write(value: unknown): string {
    this.#value(value, "nothing");
    for (let frame = this.#frames.at(-1); frame; frame = this.#frames.at(-1)) {
      if (frame.next === (frame.list ?? frame.keys).length) this.#frames.pop();
      else if (frame.list) this.#element(frame);
      else this.#entry(frame);
    }
    this.#endLine();
    return this.#text;
  }

  #put(text: string): void {
    this.#text += text;
    const lineAt = text.search(/[\n\u2028\u2029][^\n\u2028\u2029]*$/);
    const tail = text.slice(lineAt + 1);
    let length = tail.length;
    if (/[\ud800-\udbff]/.test(tail)) length = [...tail].length;
    this.#column = lineAt < 0 ? this.#column + length : length;
  }

  #endLine(): void {
    if (this.#column > 0) this.#put("\n");
  }

  /** Where the next part of a list or map is written. */
  #goTo(frame: Frame): void {
    if (!frame.goesOn) this.#endLine();
    frame.goesOn = false;
    if (this.#column < frame.indent) this.#put(" ".repeat(frame.indent - this.#column));
  }

  #element(frame: Frame): void {
    this.#goTo(frame);
    this.#put("-");
    this.#value(frame.list![frame.next++], "mark");
  }

  #entry(frame: Frame): void {
    const key = frame.keys[frame.next++]!;
    this.#goTo(frame);
    const analysis = analysed(key);
    if (!analysis.isMultiline && Buffer.byteLength(key) <= SIMPLE_KEY_BYTES_MAX) {
      const place = { column: this.#column, indent: 0, isKey: true };
      this.#put(`${styled(key, styleOf(key, analysis, "key"), place)}:`);
      return this.#value(frame.map![key], "key");
    }
    this.#put("?");
    this.#string(key);
    this.#endLine();
    this.#goTo(frame);
    this.#put(":");
    this.#value(frame.map![key], "mark");
  }

  get #indent(): number {
    return this.#frames.at(-1)?.indent ?? -INDENT;
  }

  #value(value: unknown, lead: Lead): void {
    if (typeof value === "string") return this.#string(value);
    const goesOn = lead !== "key";
    if (Array.isArray(value) && value.length > 0) {
      // Lists are no further indented than the key that they belong to.
      const indent = lead === "key" ? this.#indent : this.#indent + INDENT;
      this.#frames.push({ list: value, map: undefined, keys: NONE, indent, next: 0, goesOn });
    } else if (isMap(value)) {
      const keys = keysOf(value).sort(compareKeys);
      if (keys.length === 0) this.#scalar("{}");
      else this.#frames.push({ list: undefined, map: value, keys, indent: this.#indent + INDENT, next: 0, goesOn });
    } else this.#scalar(scalarText(value));
  }

  #string(text: string): void {
    const style = styleOf(text, analysed(text), "value");
    const space = this.#column > 0 ? 1 : 0;
    const place = { column: this.#column + space, indent: Math.max(this.#indent, 0) + INDENT, isKey: false };
    this.#scalar(styled(text, style, place));
  }

  #scalar(text: string): void {
    this.#put(this.#column > 0 ? ` ${text}` : text);
  }
}

const NONE: readonly string[] = [];

function isMap(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value) && rawDigits(value) === undefined;
}

/** Keys with a value: what has none isn't there, as in JSON. */
function keysOf(map: Readonly<Json>): string[] {
  return Object.keys(map).filter((key) => map[key] !== undefined);
}

const UINT64_MAX = 2n ** 64n - 1n;
const INT64_MIN = -(2n ** 63n);

function scalarText(value: unknown): string {
  if (Array.isArray(value)) return "[]";
  if (value === null || value === undefined) return "null";
  if (typeof value !== "number" && rawDigits(value) === undefined) return String(value);
  const digits = rawDigits(value) ?? String(value);
  if (!/^-?\d+$/.test(digits)) return showFloat(Number(digits));
  const whole = BigInt(digits);
  // What has no room in 64 bits is a float like any other.
  return whole >= INT64_MIN && whole <= UINT64_MAX ? String(whole) : showFloat(Number(digits));
}
