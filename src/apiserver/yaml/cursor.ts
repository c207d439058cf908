import { problemInText, YamlError } from "./problem.ts";
import type { Source } from "./source.ts";

export const END = 0;
const TAB = 0x09;
const NEWLINE = 0x0a;
const RETURN = 0x0d;
const SPACE = 0x20;
const NEXT_LINE = 0x85;
const LINE_SEPARATOR = 0x2028;
const PARAGRAPH_SEPARATOR = 0x2029;

/** Characters that are looked at together. */
const AHEAD_MAX = 4;

/** A place in a text, which knows its line and column. */
export class Cursor {
  readonly text: string;
  at = 0;
  line = 0;
  /** Where the line begins. */
  #start = 0;
  readonly #length: number;
  readonly #problem: string | undefined;
  /** Whether there are characters that take two units. */
  readonly #hasPairs: boolean;

  constructor({ text, problem }: Source) {
    // No character of a text is the one that tells its end.
    this.text = text + "\0".repeat(AHEAD_MAX);
    this.#length = text.length;
    this.#hasPairs = /[\ud800-\udfff]/.test(text);
    this.#problem = problem;
  }

  /** Whether more characters than these lie between a place and this one. */
  hasMoreThan(charactersMax: number, from: number): boolean {
    if (this.at - from <= charactersMax) return false;
    if (!this.#hasPairs || this.at - from > 2 * charactersMax) return true;
    let count = 0;
    for (const _ of this.text.slice(from, this.at)) count++;
    return count > charactersMax;
  }

  get column(): number {
    return this.at - this.#start;
  }

  /** The character that is `ahead` of this place. */
  code(ahead = 0): number {
    return this.text.charCodeAt(this.at + ahead);
  }

  /** Throws when fewer characters can be read than are looked at. */
  mustReach(ahead: number): void {
    if (this.#problem !== undefined && this.at + ahead > this.#length) throw new YamlError(`yaml: ${this.#problem}`);
  }

  /** Whether the text ends here; throws when it only can't be read further. */
  isAtEnd(): boolean {
    if (this.at < this.#length) return false;
    this.mustReach(1);
    return true;
  }

  /** Goes behind a line's end; returns what it counts as in a text. */
  takeBreak(): string {
    const code = this.code();
    this.at += code === RETURN && this.code(1) === NEWLINE ? 2 : 1;
    this.line++;
    this.#start = this.at;
    return code === LINE_SEPARATOR || code === PARAGRAPH_SEPARATOR ? String.fromCharCode(code) : "\n";
  }

  /** What ends a document counts as on a line of its own. */
  endLine(): void {
    if (this.column === 0) return;
    this.line++;
    this.#start = this.at;
  }

  skipBlanks(): void {
    while (isBlank(this.code())) this.at++;
  }

  skipComment(): void {
    if (this.code() === 0x23) while (!isBreakOrEnd(this.code())) this.at++;
  }

  /** Whether a line begins here with the marks that begin or end a document. */
  isAtDocument(mark: "---" | "..."): boolean {
    return this.column === 0 && this.text.startsWith(mark, this.at) && isBlankOrEnd(this.code(3));
  }

  fail(problem: string): never {
    throw problemInText(this.line, problem);
  }
}

export function isBlank(code: number): boolean {
  return code === SPACE || code === TAB;
}

export function isBreak(code: number): boolean {
  return (
    code === NEWLINE || code === RETURN || code === NEXT_LINE || code === LINE_SEPARATOR || code === PARAGRAPH_SEPARATOR
  );
}

export function isBreakOrEnd(code: number): boolean {
  return code === END || isBreak(code);
}

export function isBlankOrEnd(code: number): boolean {
  return code === SPACE || code === TAB || code === END || isBreak(code);
}

/** Letters of the names of anchors, tags and directives. */
export function isWordCharacter(code: number): boolean {
  return (
    (code >= 0x61 && code <= 0x7a) ||
    (code >= 0x41 && code <= 0x5a) ||
    (code >= 0x30 && code <= 0x39) ||
    code === 0x5f ||
    code === 0x2d
  );
}
