import { own } from "../../../base/index.ts";
import { isObject } from "../../../schema/index.ts";

/** One step of a path: what it finds below a value. */
type Step = (value: unknown) => unknown[];

/** A path through JSON, as columns use it; finds any number of values. */
export interface JsonPath {
  find(value: unknown): unknown[];
}

/** Raised for a path that can't be read. */
export class JsonPathError extends Error {
  override readonly name = "JsonPathError";
}

/** Reads `.spec.list[0].name`, `.status.conditions[?(@.type=="Ready")].status`, `.spec.*`, `..name`, `['a','b']` and slices. */
export function parseJsonPath(text: string): JsonPath {
  const reader = new PathReader(text);
  const steps: Step[] = [];
  while (!reader.done) steps.push(reader.step());
  return { find: (value) => steps.reduce<unknown[]>((found, step) => found.flatMap(step), [value]) };
}

class PathReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text.startsWith("$") ? text.slice(1) : text;
  }

  get done(): boolean {
    return this.#at >= this.#text.length;
  }

  step(): Step {
    const rest = this.#text.slice(this.#at);
    if (rest.startsWith("..")) {
      this.#at += 2;
      const name = this.#name();
      return name === "" ? everything : (value) => everything(value).flatMap(field(name));
    }
    if (rest.startsWith(".")) {
      this.#at++;
      if (this.done || this.#text[this.#at] === "[") return (value) => [value];
      const name = this.#name();
      return name === "*" ? children : field(name);
    }
    if (rest.startsWith("[")) return this.#bracket();
    throw new JsonPathError(`unrecognized character in path: ${rest[0]}`);
  }

  /** A name up to the next dot or bracket; a backslash takes what follows it as it is. */
  #name(): string {
    let name = "";
    while (!this.done && this.#text[this.#at] !== "." && this.#text[this.#at] !== "[") {
      if (this.#text[this.#at] === "\\") this.#at++;
      name += this.#text[this.#at++] ?? "";
    }
    return name;
  }

  #bracket(): Step {
    const end = this.#bracketEnd();
    const inner = this.#text.slice(this.#at + 1, end).trim();
    this.#at = end + 1;
    if (inner === "*") return children;
    if (inner.startsWith("?(") && inner.endsWith(")")) return filter(inner.slice(2, -1));
    const names = quotedNames(inner);
    if (names) return (value) => names.flatMap((name) => field(name)(value));
    const parts = inner.split(",").map((part) => indices(part.trim()));
    return (value) => parts.flatMap((part) => part(value));
  }

  #bracketEnd(): number {
    let quote = "";
    for (let at = this.#at + 1; at < this.#text.length; at++) {
      const character = this.#text[at]!;
      if (quote) {
        if (character === quote) quote = "";
      } else if (character === "'" || character === '"') quote = character;
      else if (character === "]") return at;
    }
    throw new JsonPathError("unterminated array");
  }
}

function field(name: string): Step {
  return (value) => (isObject(value) && Object.hasOwn(value, name) ? [value[name]] : []);
}

function children(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  if (!isObject(value)) return [];
  return Object.keys(value)
    .sort()
    .map((key) => value[key]);
}

/** A value and all below it. */
function everything(value: unknown): unknown[] {
  return [value, ...children(value).flatMap(everything)];
}

function quotedNames(text: string): string[] | undefined {
  const names = [...text.matchAll(/'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"/g)];
  if (names.length === 0 || !/^['"]/.test(text)) return undefined;
  return names.map(([, single, double]) => (single ?? double ?? "").replace(/\\(.)/g, "$1"));
}

/** An index, or a slice such as 1:3, -1: or ::2. */
function indices(text: string): Step {
  const slice = /^(-?\d*):(-?\d*)(?::(\d*))?$/.exec(text);
  if (slice) {
    const [, from, to, by] = slice;
    const step = by ? Number(by) : 1;
    return (value) =>
      Array.isArray(value)
        ? value.slice(from ? Number(from) : 0, to ? Number(to) : undefined).filter((_, index) => index % step === 0)
        : [];
  }
  if (!/^-?\d+$/.test(text)) throw new JsonPathError(`invalid array index ${text}`);
  const index = Number(text);
  return (value) => {
    if (!Array.isArray(value)) return [];
    const at = index < 0 ? value.length + index : index;
    return at >= 0 && at < value.length ? [value[at]] : [];
  };
}

const OPERATORS: Readonly<Record<string, (a: unknown, b: unknown) => boolean>> = {
  "==": (a, b) => a === b,
  "!=": (a, b) => a !== b,
  "<": (a, b) => typeof a === typeof b && (a as number) < (b as number),
  "<=": (a, b) => typeof a === typeof b && (a as number) <= (b as number),
  ">": (a, b) => typeof a === typeof b && (a as number) > (b as number),
  ">=": (a, b) => typeof a === typeof b && (a as number) >= (b as number),
};

/** Elements for which a condition holds: a path that exists, or a comparison. */
function filter(text: string): Step {
  const parts = /^(.*?)\s*(==|!=|<=|>=|<|>)\s*(.*)$/.exec(text.trim());
  if (!parts) {
    const path = operand(text.trim());
    return (value) => children(value).filter((one) => path(one).length > 0);
  }
  const [, left = "", operator = "", right = ""] = parts;
  const [a, b] = [operand(left), operand(right)];
  return (value) =>
    (Array.isArray(value) ? value : []).filter((one) => {
      const [first] = a(one);
      const [second] = b(one);
      return first !== undefined && second !== undefined && own(OPERATORS, operator)!(first, second);
    });
}

function operand(text: string): Step {
  if (text.startsWith("@")) {
    const path = parseJsonPath(text.slice(1));
    return (value) => path.find(value);
  }
  const quoted = /^'(.*)'$|^"(.*)"$/.exec(text);
  if (quoted) return () => [quoted[1] ?? quoted[2] ?? ""];
  if (text === "true" || text === "false") return () => [text === "true"];
  if (text !== "" && !Number.isNaN(Number(text))) return () => [Number(text)];
  throw new JsonPathError(`unrecognized operand ${text}`);
}
