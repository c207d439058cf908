import { type Cursor, END, isBlank, isBlankOrEnd, isBreak, isBreakOrEnd } from "./cursor.ts";

const TAB = 0x09;
const SPACE = 0x20;
const DOUBLE = 0x22;
const HASH = 0x23;
const SINGLE = 0x27;
const PLUS = 0x2b;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const PIPE = 0x7c;

/** White space between two parts of a text: what of it becomes part of the text is known when the second begins. */
class Gap {
  #blanks = "";
  #first = "";
  #further = "";
  hasBreak = false;

  take(cursor: Cursor): void {
    if (isBreak(cursor.code())) {
      if (this.hasBreak) this.#further += cursor.takeBreak();
      else {
        this.#first = cursor.takeBreak();
        this.hasBreak = true;
      }
      return;
    }
    const start = cursor.at;
    cursor.skipBlanks();
    if (!this.hasBreak) this.#blanks += cursor.text.slice(start, cursor.at);
  }

  /** One line's end folds into a space, of more all but the first stay. */
  folded(): string {
    if (!this.hasBreak) return this.#blanks;
    if (this.#first !== "\n") return this.#first + this.#further;
    return this.#further || " ";
  }
}

export interface PlainPlace {
  /** How far the text is indented at least. */
  readonly indent: number;
  /** Whether it stands within brackets. */
  readonly inFlow: boolean;
}

/** Text without quotes; says whether it ends at a line's beginning. */
export function takePlain(cursor: Cursor, { indent, inFlow }: PlainPlace): { text: string; endsLine: boolean } {
  let text = "";
  let gap: Gap | undefined;
  for (;;) {
    cursor.mustReach(4);
    if (cursor.isAtDocument("---") || cursor.isAtDocument("...") || cursor.code() === HASH) break;
    const start = cursor.at;
    cursor.at = plainEnd(cursor.text, start, inFlow);
    if (cursor.at > start) {
      text += (gap?.folded() ?? "") + cursor.text.slice(start, cursor.at);
      gap = undefined;
    }
    if (!isBlank(cursor.code()) && !isBreak(cursor.code())) break;
    gap ??= new Gap();
    takeGap(cursor, gap, indent);
    if (!inFlow && cursor.column < indent) break;
  }
  return { text, endsLine: gap?.hasBreak ?? false };
}

/** Where the part of a text without quotes ends that stands on one line. */
function plainEnd(text: string, start: number, inFlow: boolean): number {
  // Blanks are part of the text when more of it follows.
  let end = start;
  let at = start;
  for (;;) {
    const code = text.charCodeAt(at);
    if (code === COLON ? isBlankOrEnd(text.charCodeAt(at + 1)) : inFlow && isFlowIndicator(code)) return end;
    if (isBlank(code) && end > start) at++;
    else if (isBlankOrEnd(code) || (code === HASH && at > end)) return end;
    else end = ++at;
  }
}

/** `,`, `?`, and brackets. */
const isFlowIndicator = (code: number) =>
  code === 0x2c || code === 0x3f || code === 0x5b || code === 0x5d || code === 0x7b || code === 0x7d;

function takeGap(cursor: Cursor, gap: Gap, indent: number): void {
  while (isBlank(cursor.code()) || isBreak(cursor.code())) {
    if (gap.hasBreak && isBlank(cursor.code()))
      for (; isBlank(cursor.code()); cursor.at++)
        if (cursor.column < indent && cursor.code() === TAB)
          cursor.fail("found a tab character that violates indentation");
    if (isBlank(cursor.code()) || isBreak(cursor.code())) gap.take(cursor);
  }
}

/** Text in quotes, which the cursor stands before. */
export function takeQuoted(cursor: Cursor): string {
  const quote = cursor.code();
  cursor.at++;
  let text = "";
  for (;;) {
    cursor.mustReach(4);
    if (cursor.isAtDocument("---") || cursor.isAtDocument("...")) cursor.fail("found unexpected document indicator");
    if (cursor.isAtEnd()) cursor.fail("found unexpected end of stream");
    const part = takeQuotedPart(cursor, quote);
    text += part.text;
    if (cursor.code() === quote) break;
    const gap = new Gap();
    // A line's end behind a backslash counts for nothing, but is one.
    gap.hasBreak = part.isContinued;
    while (isBlank(cursor.code()) || isBreak(cursor.code())) gap.take(cursor);
    text += gap.folded();
  }
  cursor.at++;
  return text;
}

/** Up to white space or the closing quote. */
function takeQuotedPart(cursor: Cursor, quote: number): { text: string; isContinued: boolean } {
  let text = "";
  let start = cursor.at;
  const flush = () => {
    if (start < cursor.at) text += cursor.text.slice(start, cursor.at);
  };
  for (; !isBlankOrEnd(cursor.code()); cursor.at++) {
    const code = cursor.code();
    if (code === quote) {
      if (quote === DOUBLE || cursor.code(1) !== SINGLE) break;
      flush();
      start = ++cursor.at;
    } else if (code === BACKSLASH && quote === DOUBLE) {
      flush();
      if (isBreak(cursor.code(1))) {
        cursor.at++;
        cursor.takeBreak();
        return { text, isContinued: true };
      }
      text += takeEscape(cursor);
      start = cursor.at;
      cursor.at--;
    }
  }
  flush();
  return { text, isContinued: false };
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ["0", "\0"],
  ["a", "\u0007"],
  ["b", "\b"],
  ["t", "\t"],
  ["\t", "\t"],
  ["n", "\n"],
  ["v", "\v"],
  ["f", "\f"],
  ["r", "\r"],
  ["e", "\u001b"],
  [" ", " "],
  ['"', '"'],
  ["'", "'"],
  ["\\", "\\"],
  ["N", "\u0085"],
  ["_", "\u00a0"],
  ["L", "\u2028"],
  ["P", "\u2029"],
]);
const CODES: ReadonlyMap<string, number> = new Map([
  ["x", 2],
  ["u", 4],
  ["U", 8],
]);

function takeEscape(cursor: Cursor): string {
  const letter = cursor.text[cursor.at + 1]!;
  const plain = ESCAPES.get(letter);
  const digits = plain === undefined ? CODES.get(letter) : 0;
  if (digits === undefined) cursor.fail("found unknown escape character");
  cursor.at += 2;
  if (plain !== undefined) return plain;
  cursor.mustReach(digits);
  const hex = cursor.text.slice(cursor.at, cursor.at + digits);
  if (!/^[0-9a-fA-F]+$/.test(hex)) cursor.fail("did not find expected hexdecimal number");
  const code = Number.parseInt(hex, 16);
  if ((code >= 0xd800 && code <= 0xdfff) || code > 0x10ffff) cursor.fail("found invalid Unicode character escape code");
  cursor.at += digits;
  return String.fromCodePoint(code);
}

/** The head of a block: what becomes of the line ends behind it, and how far it is indented if that is said. */
interface BlockHead {
  readonly chomping: "strip" | "clip" | "keep";
  readonly increment: number;
}

/** Text whose lines stand as they are, or are folded; `outer` is how far what it is in is indented. */
export function takeBlock(cursor: Cursor, outer: number): string {
  const isLiteral = cursor.code() === PIPE;
  cursor.at++;
  const { chomping, increment } = takeBlockHead(cursor);
  const known = increment > 0 ? Math.max(outer, 0) + increment : 0;
  const beginning = takeBlockBreaks(cursor, { indent: known, outer });
  const { indent } = beginning;
  let { breaks } = beginning;
  let text = "";
  let lineEnd = "";
  let wasBlank = false;
  while (cursor.column === indent && !cursor.isAtEnd()) {
    const isMore = isBlank(cursor.code());
    if (isLiteral || lineEnd !== "\n" || wasBlank || isMore) text += lineEnd + breaks;
    else text += breaks || " ";
    wasBlank = isMore;
    const start = cursor.at;
    while (!isBreakOrEnd(cursor.code())) cursor.at++;
    text += cursor.text.slice(start, cursor.at);
    lineEnd = cursor.isAtEnd() ? "" : cursor.takeBreak();
    breaks = takeBlockBreaks(cursor, { indent, outer }).breaks;
  }
  if (chomping === "strip") return text;
  return chomping === "clip" ? text + lineEnd : text + lineEnd + breaks;
}

function takeBlockHead(cursor: Cursor): BlockHead {
  let chomping = takeChomping(cursor);
  let increment = 0;
  if (cursor.code() >= ZERO && cursor.code() <= NINE) {
    if (cursor.code() === ZERO) cursor.fail("found an indentation indicator equal to 0");
    increment = cursor.code() - ZERO;
    cursor.at++;
    chomping ??= takeChomping(cursor);
  }
  cursor.skipBlanks();
  cursor.skipComment();
  if (!isBreakOrEnd(cursor.code())) cursor.fail("did not find expected comment or line break");
  if (!cursor.isAtEnd()) cursor.takeBreak();
  return { chomping: chomping ?? "clip", increment };
}

function takeChomping(cursor: Cursor): BlockHead["chomping"] | undefined {
  const code = cursor.code();
  if (code !== PLUS && code !== MINUS) return undefined;
  cursor.at++;
  return code === PLUS ? "keep" : "strip";
}

interface BlockPlace {
  /** Nought when it isn't known yet: the first line that isn't empty tells. */
  readonly indent: number;
  readonly outer: number;
}

/** Empty lines, and the indentation of the next one. */
function takeBlockBreaks(cursor: Cursor, { indent, outer }: BlockPlace): { breaks: string; indent: number } {
  let breaks = "";
  let deepest = 0;
  for (;;) {
    while ((indent === 0 || cursor.column < indent) && cursor.code() === SPACE) cursor.at++;
    deepest = Math.max(deepest, cursor.column);
    if ((indent === 0 || cursor.column < indent) && cursor.code() === TAB)
      cursor.fail("found a tab character where an indentation space is expected");
    if (cursor.code() === END && cursor.isAtEnd()) break;
    if (!isBreak(cursor.code())) break;
    breaks += cursor.takeBreak();
  }
  return { breaks, indent: indent || Math.max(deepest, outer + 1, 1) };
}
