import { Cursor, END, isBlankOrEnd, isBlank, isBreak } from "./cursor.ts";
import { takeDirective, takeName, takeTag } from "./properties.ts";
import { takeBlock, takePlain, takeQuoted } from "./scalars.ts";
import type { Source } from "./source.ts";
import type { Token, TokenKind } from "./token.ts";

/** What may turn out to be a key when a colon follows. */
interface MaybeKey {
  /** Which token it would begin with, counted from the first of all. */
  readonly token: number;
  readonly at: number;
  readonly line: number;
  readonly column: number;
  /** Nothing else may stand there. */
  readonly isRequired: boolean;
}

/** A key that isn't announced ends on its line, before so many characters. */
const KEY_CHARACTERS_MAX = 1024;
/** Brackets, and indented blocks, inside one another. */
const DEPTH_MAX = 10_000;
const DEPTH_PROBLEM = `exceeded max depth of ${DEPTH_MAX}`;
const NO_COLON = "could not find expected ':'";
/** Tokens that have been taken and still lie in the queue. */
const TAKEN_MAX = 1024;

/** Takes a text apart into tokens. Blocks and keys that indentation alone tells of get tokens of their own. */
export class Scanner {
  readonly #cursor: Cursor;
  #tokens: Token[] = [];
  /** Of the next token: in the queue, and among all that there were. */
  #head = 0;
  #taken = 0;
  #isHeadKnown = false;
  #indent = -1;
  readonly #outerIndents: number[] = [];
  /** For each level of brackets, the outermost first. */
  readonly #keys: (MaybeKey | undefined)[] = [undefined];
  /** The same by their first tokens. */
  readonly #keysByToken = new Map<number, number>();
  /** For each level the token that a key was last thought to begin with; at first the bracket. */
  readonly #lastTokens: number[] = [0];
  #mayBeKey = true;

  constructor(source: Source) {
    this.#cursor = new Cursor(source);
  }

  /** The next token. */
  peek(): Token {
    if (!this.#isHeadKnown) {
      while (this.#head === this.#tokens.length || this.#mayHeadBeKey()) this.#fetch();
      this.#isHeadKnown = true;
    }
    return this.#tokens[this.#head]!;
  }

  skip(): void {
    this.#isHeadKnown = false;
    this.#taken++;
    if (++this.#head === this.#tokens.length) this.#tokens.length = this.#head = 0;
    else if (this.#head === TAKEN_MAX) {
      this.#tokens = this.#tokens.slice(this.#head);
      this.#head = 0;
    }
  }

  /** Before the next token goes out it must be known whether a key begins with it. */
  #mayHeadBeKey(): boolean {
    const level = this.#keysByToken.get(this.#taken);
    return level !== undefined && this.#stillMaybeKey(level) !== undefined;
  }

  /** What may be a key on a level, unless it has become too long by now. */
  #stillMaybeKey(level: number): MaybeKey | undefined {
    const key = this.#keys[level];
    if (!key) return undefined;
    const cursor = this.#cursor;
    if (key.line === cursor.line && !cursor.hasMoreThan(KEY_CHARACTERS_MAX, key.at)) return key;
    this.#dropKey(level);
    return undefined;
  }

  /** Nothing more can make a key of it. */
  #dropKey(level: number): void {
    const key = this.#keys[level];
    if (!key) return;
    if (key.isRequired) this.#cursor.fail(NO_COLON);
    this.#forgetKey(level);
  }

  #forgetKey(level: number): void {
    const key = this.#keys[level];
    if (key) this.#keysByToken.delete(key.token);
    this.#keys[level] = undefined;
  }

  /** Notes that a key may begin here. */
  #noteKey(): void {
    if (!this.#mayBeKey) return;
    const { at, line, column } = this.#cursor;
    const isRequired = this.#level === 0 && this.#indent === column;
    this.#dropKey(this.#level);
    const token = this.#nextToken;
    this.#lastTokens[this.#level] = token;
    this.#keys[this.#level] = { token, at, line, column, isRequired };
    this.#keysByToken.set(token, this.#level);
  }

  /** The number of the token that comes into the queue next. */
  get #nextToken(): number {
    return this.#taken + this.#tokens.length - this.#head;
  }

  get #level(): number {
    return this.#keys.length - 1;
  }

  #add(kind: TokenKind, line = this.#cursor.line): void {
    this.#tokens.push({ kind, line, text: "", suffix: "" });
  }

  /** Goes over white space and comments. */
  #toNext(): void {
    const cursor = this.#cursor;
    for (;;) {
      cursor.mustReach(1);
      if (cursor.at === 0 && cursor.code() === MARK) cursor.at++;
      // What tabs would indent by is unknown.
      if (this.#level > 0 || !this.#mayBeKey) cursor.skipBlanks();
      else while (cursor.code() === SPACE) cursor.at++;
      cursor.skipComment();
      if (!isBreak(cursor.code())) return;
      cursor.takeBreak();
      if (this.#level === 0) this.#mayBeKey = true;
    }
  }

  #fetch(): void {
    const cursor = this.#cursor;
    this.#toNext();
    this.#endBlocks(cursor.column);
    cursor.mustReach(4);
    const code = cursor.code();
    if (code === END && cursor.isAtEnd()) return this.#endStream();
    if (cursor.column === 0 && code === PERCENT) return this.#directive();
    if (cursor.isAtDocument("---")) return this.#documentMark("documentStart");
    if (cursor.isAtDocument("...")) return this.#documentMark("documentEnd");
    switch (code) {
      case OPEN_LIST:
        return this.#openFlow("flowListStart");
      case OPEN_MAP:
        return this.#openFlow("flowMapStart");
      case CLOSE_LIST:
        return this.#closeFlow("flowListEnd");
      case CLOSE_MAP:
        return this.#closeFlow("flowMapEnd");
      case COMMA:
        return this.#flowEntry();
      case ASTERISK:
        return this.#property(takeName(this.#beforeKey(), "alias"));
      case AMPERSAND:
        return this.#property(takeName(this.#beforeKey(), "anchor"));
      case EXCLAMATION:
        return this.#property(takeTag(this.#beforeKey()));
      case SINGLE:
      case DOUBLE:
        return this.#quoted();
      default:
        return this.#other(code);
    }
  }

  #other(code: number): void {
    const inFlow = this.#level > 0;
    const standsAlone = isBlankOrEnd(this.#cursor.code(1));
    if (code === MINUS && standsAlone) return this.#blockEntry();
    if (code === QUESTION && (inFlow || standsAlone)) return this.#key();
    if (code === COLON && (inFlow || standsAlone)) return this.#value();
    if ((code === PIPE || code === GREATER) && !inFlow) return this.#block();
    if (!isReserved(code) || (code === MINUS && !isBlank(this.#cursor.code(1)))) return this.#plain();
    if (!inFlow && (code === QUESTION || code === COLON)) return this.#plain();
    this.#cursor.fail("found character that cannot start any token");
  }

  /** What is less indented has ended. */
  #endBlocks(column: number): void {
    if (this.#level > 0) return;
    while (this.#indent > column) {
      this.#add("blockEnd");
      this.#indent = this.#outerIndents.pop()!;
    }
  }

  /** A block begins where something is indented further; its token goes before others that are there already. */
  #beginBlock(kind: TokenKind, place: { column: number; line: number; index?: number }): void {
    const { column, line, index = this.#tokens.length } = place;
    if (this.#level > 0 || this.#indent >= column) return;
    this.#outerIndents.push(this.#indent);
    this.#indent = column;
    if (this.#outerIndents.length > DEPTH_MAX) this.#cursor.fail(DEPTH_PROBLEM);
    this.#insert(kind, line, index);
  }

  /** Puts a token before others, unless they have been taken by now. */
  #insert(kind: TokenKind, line: number, index: number): void {
    const token = { kind, line, text: "", suffix: "" };
    const tokens = this.#tokens;
    let at = tokens.push(token) - 1;
    if (index < this.#head) return;
    for (; at > index; at--) tokens[at] = tokens[at - 1]!;
    tokens[index] = token;
  }

  #endStream(): void {
    this.#cursor.endLine();
    this.#endAll();
    this.#add("streamEnd");
  }

  #endAll(): void {
    this.#endBlocks(-1);
    this.#dropKey(this.#level);
    this.#mayBeKey = false;
  }

  #directive(): void {
    this.#endAll();
    this.#tokens.push(takeDirective(this.#cursor));
  }

  #documentMark(kind: TokenKind): void {
    this.#endAll();
    this.#add(kind);
    this.#cursor.at += 3;
  }

  #openFlow(kind: TokenKind): void {
    this.#noteKey();
    this.#keys.push(undefined);
    this.#lastTokens.push(this.#nextToken);
    if (this.#level > DEPTH_MAX) this.#cursor.fail(DEPTH_PROBLEM);
    this.#mayBeKey = true;
    this.#mark(kind);
  }

  #closeFlow(kind: TokenKind): void {
    this.#dropKey(this.#level);
    if (this.#level > 0) {
      this.#forgetKey(this.#level);
      this.#keys.pop();
      // Of brackets with nothing in them the original forgets that they may be a key, before it sees the colon.
      this.#keysByToken.delete(this.#lastTokens.pop()!);
    }
    this.#mayBeKey = false;
    this.#mark(kind);
  }

  /** A token of one character. */
  #mark(kind: TokenKind): void {
    this.#add(kind);
    this.#cursor.at++;
  }

  #flowEntry(): void {
    this.#dropKey(this.#level);
    this.#mayBeKey = true;
    this.#mark("flowEntry");
  }

  #blockEntry(): void {
    if (this.#level === 0) {
      if (!this.#mayBeKey) this.#cursor.fail("block sequence entries are not allowed in this context");
      this.#beginBlock("blockListStart", this.#cursor);
    }
    this.#dropKey(this.#level);
    this.#mayBeKey = true;
    this.#mark("blockEntry");
  }

  #key(): void {
    if (this.#level === 0) {
      if (!this.#mayBeKey) this.#cursor.fail("mapping keys are not allowed in this context");
      this.#beginBlock("blockMapStart", this.#cursor);
    }
    this.#dropKey(this.#level);
    this.#mayBeKey = this.#level === 0;
    this.#mark("key");
  }

  #value(): void {
    const key = this.#stillMaybeKey(this.#level);
    if (key) {
      const index = this.#head + key.token - this.#taken;
      this.#insert("key", key.line, index);
      this.#beginBlock("blockMapStart", { column: key.column, line: key.line, index });
      this.#forgetKey(this.#level);
      this.#mayBeKey = false;
    } else {
      if (this.#level === 0) {
        if (!this.#mayBeKey) this.#cursor.fail("mapping values are not allowed in this context");
        this.#beginBlock("blockMapStart", this.#cursor);
      }
      this.#mayBeKey = this.#level === 0;
    }
    this.#mark("value");
  }

  #beforeKey(): Cursor {
    this.#noteKey();
    this.#mayBeKey = false;
    return this.#cursor;
  }

  #property(token: Token): void {
    this.#tokens.push(token);
  }

  #quoted(): void {
    const cursor = this.#beforeKey();
    const { line } = cursor;
    this.#tokens.push({ kind: "quoted", line, text: takeQuoted(cursor), suffix: "" });
  }

  #plain(): void {
    const cursor = this.#beforeKey();
    const { line } = cursor;
    const { text, endsLine } = takePlain(cursor, { indent: this.#indent + 1, inFlow: this.#level > 0 });
    this.#tokens.push({ kind: "plain", line, text, suffix: "" });
    if (endsLine) this.#mayBeKey = true;
  }

  #block(): void {
    this.#dropKey(this.#level);
    this.#mayBeKey = true;
    const { line } = this.#cursor;
    this.#tokens.push({ kind: "quoted", line, text: takeBlock(this.#cursor, this.#indent), suffix: "" });
  }
}

const SPACE = 0x20;
const MARK = 0xfeff;
const EXCLAMATION = 0x21;
const DOUBLE = 0x22;
const PERCENT = 0x25;
const AMPERSAND = 0x26;
const SINGLE = 0x27;
const ASTERISK = 0x2a;
const COMMA = 0x2c;
const MINUS = 0x2d;
const COLON = 0x3a;
const GREATER = 0x3e;
const QUESTION = 0x3f;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_MAP = 0x7b;
const PIPE = 0x7c;
const CLOSE_MAP = 0x7d;

/** What text without quotes doesn't begin with, except … */
const RESERVED = new Set([..."-?:,[]{}#&*!|>'\"%@`"].map((character) => character.charCodeAt(0)));

function isReserved(code: number): boolean {
  return RESERVED.has(code) || isBlankOrEnd(code);
}
