/** Raised for a path that can't be read. */
export class JsonPathError extends Error {
  override readonly name = "JsonPathError";
}

/** One step of a path. */
export type PathNode =
  | { readonly kind: "field"; readonly name: string }
  /** All elements, values or bytes. */
  | { readonly kind: "children" }
  /** A value and all below it. */
  | { readonly kind: "descend" }
  /** What it is said to be, whatever there is. */
  | { readonly kind: "literal"; readonly value: string | number | boolean }
  /** A word of a language that columns don't speak. */
  | { readonly kind: "word" }
  /** `to` is "next" for one element. */
  | {
      readonly kind: "slice";
      readonly from: number | undefined;
      readonly to: number | "next" | undefined;
      readonly by: number | undefined;
    }
  | { readonly kind: "union"; readonly paths: readonly (readonly PathNode[])[] }
  | {
      readonly kind: "filter";
      readonly left: readonly PathNode[];
      readonly operator: string;
      readonly right: readonly PathNode[];
    };

const SLICE = /^(-?\d*)(:-?\d*)?(:-?\d*)?$/;
const KEY = /^'([^']*)'$/;
const COMPARISON = /^([^!<>=]+)([!<>=]+)(.+?)$/;
/** What ends a name. */
const TERMINATORS = " \t\r\n.,[]$@{}";

/** The steps of a path; throws {@link JsonPathError} where it can't be read. */
export function readPath(text: string): readonly PathNode[] {
  return new Reader(text).nodes();
}

class Reader {
  readonly #text: string;
  readonly #nodes: PathNode[] = [];
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  nodes(): readonly PathNode[] {
    while (this.#at < this.#text.length) this.#step();
    return this.#nodes;
  }

  #step(): void {
    const rest = this.#text.slice(this.#at);
    const [character = ""] = rest;
    if (character === "}") this.#end();
    else if (rest.startsWith("[?(")) this.#filter();
    else if (rest.startsWith("..")) this.#descend();
    else if (" @$".includes(character)) this.#at++;
    else if (character === "[") this.#bracket();
    else if (character === '"' || character === "'") this.#quoted(character);
    else if (character === ".") this.#field(1);
    else if (/[+\-\p{Nd}]/u.test(character)) this.#number();
    else if (/[\p{L}_]/u.test(character)) this.#word();
    else throw new JsonPathError(`unrecognized character in path: ${character}`);
  }

  /** What follows is another text, in which there may be other paths that have to be paths. */
  #end(): void {
    const rest = this.#text.slice(this.#at + 1);
    const next = rest.indexOf("{");
    if (next >= 0) readPath(rest.slice(next + 1));
    this.#at = this.#text.length;
  }

  #field(skipped: number): void {
    const start = (this.#at += skipped);
    while (this.#at < this.#text.length && !TERMINATORS.includes(this.#text[this.#at]!))
      this.#at += this.#text[this.#at] === "\\" ? 2 : 1;
    const name = this.#text.slice(start, this.#at);
    this.#nodes.push(name === "*" ? { kind: "children" } : { kind: "field", name: name.replaceAll("\\", "") });
  }

  #descend(): void {
    if (this.#nodes.at(-1)?.kind === "descend") throw new JsonPathError("invalid multiple recursive descent");
    this.#at += 2;
    this.#nodes.push({ kind: "descend" });
    if (/[\p{L}\p{Nd}_]/u.test(this.#text[this.#at] ?? "")) this.#field(0);
  }

  #number(): void {
    const [digits = ""] = /^[+-]?[\p{Nd}.]*/u.exec(this.#text.slice(this.#at)) ?? [];
    this.#at += digits.length;
    if (!/^[+-]?(\d+\.?\d*|\.\d+)$/.test(digits)) throw new JsonPathError(`cannot parse number ${digits}`);
    this.#nodes.push({ kind: "literal", value: Number(digits) });
  }

  #word(): void {
    const start = this.#at;
    while (this.#at < this.#text.length && !TERMINATORS.includes(this.#text[this.#at]!)) this.#at++;
    const word = this.#text.slice(start, this.#at);
    const isTruth = word === "true" || word === "false";
    this.#nodes.push(isTruth ? { kind: "literal", value: word === "true" } : { kind: "word" });
  }

  #quoted(quote: string): void {
    const start = ++this.#at;
    while (this.#text[this.#at] !== quote || this.#text[this.#at - 1] === "\\") {
      if (this.#at >= this.#text.length || this.#text[this.#at] === "\n")
        throw new JsonPathError("unterminated quoted string");
      this.#at++;
    }
    this.#nodes.push({ kind: "literal", value: unquoted(this.#text.slice(start, this.#at++), quote) });
  }

  #bracket(): void {
    const end = this.#text.indexOf("]", this.#at);
    const inner = end < 0 ? "\n" : this.#text.slice(this.#at + 1, end);
    if (inner.includes("\n")) throw new JsonPathError("unterminated array");
    this.#at = end + 1;
    const parts = inner.split(",");
    if (parts.length > 1) {
      const paths = parts.map((part) => readPath(`[${part.replace(/^ +| +$/g, "")}]`));
      this.#nodes.push({ kind: "union", paths });
      return;
    }
    const [, key] = KEY.exec(inner) ?? [];
    // A key is read as a path, so that dots in it lead further.
    if (key === undefined) this.#nodes.push(sliceIn(inner === "*" ? ":" : inner));
    else this.#nodes.push(...readPath(`.${key}`));
  }

  #filter(): void {
    const start = (this.#at += "[?(".length);
    this.#at = this.#filterEnd();
    if (this.#text[this.#at + 1] !== "]") throw new JsonPathError("unclosed array expect ]");
    const text = this.#text.slice(start, this.#at);
    this.#at += 2;
    const [, left, operator, right] = COMPARISON.exec(text) ?? [];
    this.#nodes.push({
      kind: "filter",
      left: readPath(left ?? text),
      operator: operator ?? "exists",
      right: right === undefined ? [] : readPath(right),
    });
  }

  /** Where the parenthesis is that ends a filter: behind a text in quotes if there is one. */
  #filterEnd(): number {
    let quote = "";
    let isClosed = false;
    for (let at = this.#at; at < this.#text.length && this.#text[at] !== "\n"; at++) {
      const character = this.#text[at]!;
      if (character === '"' || character === "'") {
        if (quote === "") quote = character;
        else if (character === quote && this.#text[at - 1] !== "\\") isClosed = true;
      } else if (character === ")" && (quote === "" || isClosed)) return at;
    }
    throw new JsonPathError("unterminated filter");
  }
}

function sliceIn(text: string): PathNode {
  const parts = SLICE.exec(text)?.slice(1);
  if (!parts) throw new JsonPathError(`invalid array index ${text}`);
  const numbers = parts.map((part, index) => {
    const digits = index > 0 ? (part ?? "").slice(1) : (part ?? "");
    if (digits === "-") throw new JsonPathError(`array index ${digits} is not a number`);
    return digits === "" ? undefined : Number(digits);
  });
  const [from, to, by] = numbers;
  return { kind: "slice", from, to: parts[1] === undefined ? "next" : to, by };
}

const ESCAPES: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "\\": "\\",
};

function unquoted(text: string, quote: string): string {
  return text.replace(/\\(x[\da-fA-F]{2}|u[\da-fA-F]{4}|[0-7]{3}|[\s\S])?/g, (all, escape: string | undefined) => {
    if (escape === quote) return quote;
    if (escape !== undefined && /^[xu]./.test(escape))
      return String.fromCodePoint(Number.parseInt(escape.slice(1), 16));
    if (escape !== undefined && escape.length === 3) return String.fromCodePoint(Number.parseInt(escape, 8));
    const known = escape !== undefined && Object.hasOwn(ESCAPES, escape) ? ESCAPES[escape] : undefined;
    if (known === undefined) throw new JsonPathError(`unquote string: invalid escape ${all}`);
    return known;
  });
}
