import type { Entry, Expr, ExprNode, FieldEntry } from "./ast.ts";
import type { Issue } from "./errors.ts";
import { lex, type Token } from "./lex.ts";
import { literalOf } from "./literals.ts";
import type { Environment } from "./environment.ts";
import { expandBinding, expandMacro } from "./macros.ts";

/** Longer texts are not looked at. */
const EXPRESSION_POINTS_MAX = 100_000;
/** Expressions inside one another. */
const DEPTH_MAX = 250;
/** More problems than these are not reported. */
const ISSUES_MAX = 100;

export interface Parsed {
  readonly expr: Expr | undefined;
  readonly issues: readonly Issue[];
}

/** Reads a text as an expression, macros expanded. */
export function parse(source: string, { hasBindings }: Pick<Environment, "hasBindings">): Parsed {
  const points = source.length > EXPRESSION_POINTS_MAX ? [...source].length : source.length;
  if (points > EXPRESSION_POINTS_MAX) {
    const message = `expression code point size exceeds limit: size: ${points}, limit ${EXPRESSION_POINTS_MAX}`;
    return { expr: undefined, issues: [{ at: 0, message }] };
  }
  const { tokens, issues } = lex(source);
  const parser = new Parser({
    source,
    tokens,
    issues: [...issues],
    expandMore: hasBindings ? expandBinding : () => undefined,
  });
  const expr = parser.parse();
  return { expr: parser.issues.length > 0 ? undefined : expr, issues: parser.issues };
}

const RESERVED = new Set(
  "as break const continue else false for function if import in let loop package namespace null return true var void while".split(
    " ",
  ),
);
const KEYWORDS = new Set(["in", "true", "false", "null"]);
const RELATIONS = new Set(["<", "<=", ">", ">=", "==", "!=", "in"]);
const SUMS = new Set(["+", "-"]);
const PRODUCTS = new Set(["*", "/", "%"]);
/** What can follow an expression wherever it stands. */
const FOLLOW = new Set([".", "[", "?", "||", "&&", ...RELATIONS, ...SUMS, ...PRODUCTS]);
const OPENING = new Set(["[", "{", "(", ".", "-", "!", "true", "false", "null"]);
const CALL = [")", ","];
const BRACED = ["}", ","];
const LITERALS = new Set(["int", "uint", "float", "string", "bytes"]);

const STARTS = ["'['", "'{'", "'('", "'.'", "'-'", "'!'", "'true'", "'false'", "'null'"];
const TERMINALS = ["NUM_FLOAT", "NUM_INT", "NUM_UINT", "STRING", "BYTES", "IDENTIFIER"];
const EXPRESSION = `{${[...STARTS, ...TERMINALS].join(", ")}}`;
const INDEX = `{${["'['", "'{'", "'('", "'.'", "'-'", "'!'", "'?'", ...STARTS.slice(6), ...TERMINALS].join(", ")}}`;
const ARGUMENTS = `{${["'['", "'{'", "'('", "')'", ...STARTS.slice(3), ...TERMINALS].join(", ")}}`;
const ELEMENTS = `{${["'['", "']'", "'{'", "'('", "'.'", "','", "'-'", "'!'", "'?'", ...STARTS.slice(6), ...TERMINALS].join(", ")}}`;
const ENTRIES = `{${["'['", "'{'", "'}'", "'('", "'.'", "','", "'-'", "'!'", "'?'", ...STARTS.slice(6), ...TERMINALS].join(", ")}}`;
const FIELDS = "{'}', ',', '?', IDENTIFIER, ESC_IDENTIFIER}";

interface Lexed {
  readonly source: string;
  readonly tokens: readonly Token[];
  readonly issues: Issue[];
  readonly expandMore: typeof expandBinding;
}

class Parser {
  readonly issues: Issue[];
  readonly #tokens: readonly Token[];
  #index = 0;
  #depth = 0;
  /** After a mistake nothing more is reported until a token fits again. */
  #recovering = false;
  /** What may follow each of the expressions that are being read, the innermost last. */
  readonly #closers: (readonly string[])[] = [];

  readonly #expandMore: typeof expandBinding;

  readonly #source: string;

  constructor({ source, tokens, issues, expandMore }: Lexed) {
    this.#source = source;
    this.#tokens = tokens;
    this.#expandMore = expandMore;
    this.issues = issues;
  }

  parse(): Expr {
    const expr = this.#expression(EXPRESSION);
    const { kind, text } = this.#token;
    if (kind === "end") return expr;
    const isExtra = this.#peek(1).kind === "end";
    this.#syntax(this.#token.at, `${isExtra ? "extraneous" : "mismatched"} input '${text}' expecting <EOF>`);
    return expr;
  }

  get #token(): Token {
    return this.#peek(0);
  }

  #peek(ahead: number): Token {
    return this.#tokens[Math.min(this.#index + ahead, this.#tokens.length - 1)] as Token;
  }

  #take(): Token {
    const token = this.#token;
    this.#index++;
    this.#recovering = false;
    return token;
  }

  #is(text: string): boolean {
    const { kind, text: own } = this.#token;
    return own === text && (kind === "symbol" || (kind === "word" && KEYWORDS.has(text)));
  }

  #report(at: number, message: string): void {
    if (this.issues.length < ISSUES_MAX) this.issues.push({ at, message });
  }

  #syntax(at: number, message: string): void {
    if (!this.#recovering) this.#report(at, `Syntax error: ${message}`);
    this.#recovering = true;
  }

  /** Takes a symbol that must come now; whether reading can go on as if it had. */
  #expect(text: string): boolean {
    if (this.#is(text)) {
      this.#take();
      return true;
    }
    const { at, text: own } = this.#token;
    const next = this.#peek(1);
    if (next.kind === "symbol" && next.text === text) {
      this.#syntax(at, `extraneous input '${own}' expecting '${text}'`);
      this.#index += 2;
      return true;
    }
    if (text === ":" ? this.#startsExpression(this.#token) : this.#closesOuter()) {
      this.#syntax(at, `missing '${text}' at '${own}'`);
      return true;
    }
    this.#syntax(at, `mismatched input '${own}' expecting '${text}'`);
    if (text !== ":") this.#skip();
    return false;
  }

  /** Whether what comes now would fit if what is missing were there: it ends what is around. */
  #closesOuter(): boolean {
    const { kind, text } = this.#token;
    const closers = this.#closers.at(-1);
    return closers ? kind !== "string" && closers.includes(text) : kind === "end";
  }

  #startsExpression({ kind, text }: Token): boolean {
    if (kind === "word") return text !== "in";
    return LITERALS.has(kind) || (kind === "symbol" && OPENING.has(text));
  }

  /** Reads an expression that one of some symbols ends. */
  #within(closers: readonly string[], read: () => Expr): Expr {
    this.#closers.push(closers);
    try {
      return read();
    } finally {
      this.#closers.pop();
    }
  }

  /** Leaves out all up to what ends one of the expressions that are being read. */
  #skipToCloser(): void {
    const fits = ({ kind, text }: Token) =>
      kind !== "string" && this.#closers.some((closers) => closers.includes(text));
    while (this.#token.kind !== "end" && !fits(this.#token)) this.#index++;
  }

  /** Leaves out what can't follow any of the expressions that are being read. */
  #skip(): void {
    const fits = ({ kind, text }: Token) =>
      kind !== "string" && (FOLLOW.has(text) || this.#closers.some((closers) => closers.includes(text)));
    while (this.#token.kind !== "end" && !fits(this.#token)) this.#index++;
  }

  #expression(expected: string): Expr {
    this.#depth++;
    try {
      if (this.#depth > DEPTH_MAX) return this.#tooDeep();
      const condition = this.#binary(0, expected);
      if (!this.#is("?")) return condition;
      const { at } = this.#take();
      const yes = this.#within([":"], () => this.#binary(0, EXPRESSION));
      if (!this.#expect(":")) {
        this.#skipToCloser();
        return yes;
      }
      const no = this.#expression(EXPRESSION);
      return { kind: "call", name: "_?_:_", args: [condition, yes, no], at };
    } finally {
      this.#depth--;
    }
  }

  #tooDeep(): Expr {
    this.#report(this.#token.at, `expression recursion limit exceeded: ${DEPTH_MAX}`);
    this.#recovering = true;
    this.#index = this.#tokens.length - 1;
    return this.#nothing();
  }

  static readonly #levels: readonly ReadonlySet<string>[] = [
    new Set(["||"]),
    new Set(["&&"]),
    RELATIONS,
    SUMS,
    PRODUCTS,
  ];

  #binary(level: number, expected: string): Expr {
    const operators = Parser.#levels[level];
    if (!operators) return this.#unary(expected);
    let left = this.#binary(level + 1, expected);
    let count = 0;
    while (operators.has(this.#token.text) && this.#is(this.#token.text)) {
      const { text, at } = this.#take();
      if (++count > EXPRESSION_CHAIN_MAX && level > 1) return this.#tooDeep();
      const right = this.#binary(level + 1, EXPRESSION);
      left = { kind: "call", name: text === "in" ? "@in" : `_${text}_`, args: [left, right], at };
    }
    return left;
  }

  #unary(expected: string): Expr {
    const { text, at } = this.#token;
    if (!this.#is("!") && !this.#is("-")) return this.#member(expected);
    if (text === "-" && ["int", "uint", "float"].includes(this.#peek(1).kind) && this.#peek(1).kind !== "uint")
      return this.#member(expected);
    let count = 0;
    while (this.#is(text) && !(text === "-" && count > 0 && this.#isNegative())) {
      this.#take();
      count++;
    }
    if (this.#token.kind === "end" && text === "!") {
      this.#syntax(this.#token.at, `extraneous input '<EOF>' expecting ${EXPRESSION}`);
      return this.#nothing();
    }
    if (this.#token.kind === "end") this.#report(this.#token.at, "Syntax error: no viable alternative at input '-'");
    const operand = this.#member(EXPRESSION);
    return count % 2 === 0 ? operand : { kind: "call", name: `${text}_`, args: [operand], at };
  }

  /** A sign that belongs to the number behind it. */
  #isNegative(): boolean {
    return this.#is("-") && ["int", "float"].includes(this.#peek(1).kind);
  }

  #member(expected: string): Expr {
    let operand = this.#primary(expected);
    for (let count = 0; ; count++) {
      if (count > EXPRESSION_CHAIN_MAX) return this.#tooDeep();
      if (this.#is(".")) operand = this.#dot(operand);
      else if (this.#is("[")) operand = this.#subscript(operand);
      else return operand;
    }
  }

  #dot(operand: Expr): Expr {
    const { at } = this.#take();
    const isOptional = this.#is("?");
    if (isOptional) this.#take();
    const { kind, text, at: nameAt } = this.#token;
    if (kind === "quoted" || (kind === "word" && !KEYWORDS.has(text))) {
      this.#take();
      const name = kind === "quoted" ? text.slice(1, -1) : text;
      if (isOptional) return { kind: "call", name: "_?._", args: [operand, stringLiteral(nameAt, name)], at };
      if (this.#is("(") && kind === "word") return this.#call(name, operand);
      return { kind: "select", operand, field: name, test: false, at };
    }
    const isName = ({ kind, text }: Token) => kind === "quoted" || (kind === "word" && !KEYWORDS.has(text));
    if (isOptional) {
      const isExtra = isName(this.#peek(1));
      const what = isExtra ? "extraneous" : "mismatched";
      this.#syntax(nameAt, `${what} input '${text}' expecting {IDENTIFIER, ESC_IDENTIFIER}`);
      if (!isExtra) this.#skip();
      else this.#index += 2;
      return operand;
    }
    if (kind === "word" && text !== "in" && operand.kind === "ident")
      this.#syntax(nameAt, `mismatched input '${text}' expecting IDENTIFIER`);
    else {
      this.#syntax(nameAt, `no viable alternative at input '.${kind === "end" ? "" : this.#blanks(at) + text}'`);
    }
    this.#skip();
    return operand;
  }

  #subscript(operand: Expr): Expr {
    const { at } = this.#take();
    const isOptional = this.#is("?");
    if (isOptional) this.#take();
    const index = this.#within(["]"], () => this.#expression(isOptional ? EXPRESSION : INDEX));
    this.#expect("]");
    return { kind: "call", name: isOptional ? "_[?_]" : "_[_]", args: [operand, index], at };
  }

  #call(name: string, target: Expr | undefined): Expr {
    const { at } = this.#take();
    const args: Expr[] = [];
    if (!this.#is(")")) {
      args.push(this.#within(CALL, () => this.#expression(ARGUMENTS)));
      while (this.#is(",")) {
        this.#take();
        args.push(this.#within(CALL, () => this.#expression(EXPRESSION)));
      }
    }
    this.#expect(")");
    const call = { target, args, at };
    const expanded = expandMacro(name, call) ?? this.#expandMore(name, call);
    if (!expanded) return { kind: "call", name, ...(target && { target }), args, at };
    if ("kind" in expanded) return expanded;
    this.#report(expanded.at, expanded.message);
    return this.#nothing();
  }

  #primary(expected: string): Expr {
    const { kind, text, at } = this.#token;
    if (LITERALS.has(kind) || this.#isNegative()) return this.#literal();
    if (kind === "word" && !KEYWORDS.has(text)) return this.#named("");
    switch (kind === "symbol" || kind === "word" ? text : "") {
      case "true":
      case "false":
        this.#take();
        return { kind: "literal", literal: { type: "bool", value: text === "true" }, at };
      case "null":
        this.#take();
        return { kind: "literal", literal: { type: "null", value: null }, at };
      case "(": {
        this.#take();
        const inner = this.#within([")"], () => this.#expression(EXPRESSION));
        this.#expect(")");
        return inner;
      }
      case "[":
        return this.#list();
      case "{":
        return this.#map();
      case ".":
        return this.#rooted();
    }
    return this.#unexpected(expected);
  }

  /** A name that begins with a point. */
  #rooted(): Expr {
    const { kind, text, at } = this.#peek(1);
    if (kind === "word" && !KEYWORDS.has(text)) {
      this.#take();
      return this.#named(".");
    }
    const blanks = this.#blanks(this.#token.at);
    this.#syntax(at, `no viable alternative at input '.${kind === "end" ? "" : blanks + text}'`);
    this.#index++;
    this.#skip();
    return this.#nothing();
  }

  /** Drops a token when what follows it makes sense, or gives up this expression. */
  #unexpected(expected: string): Expr {
    const { text, at } = this.#token;
    const next = this.#peek(1);
    const closes = expected === ARGUMENTS && next.text === ")";
    if (this.#startsExpression(next) || closes) {
      this.#syntax(at, `extraneous input '${text}' expecting ${expected}`);
      this.#index++;
      return closes ? this.#nothing() : this.#unary(EXPRESSION);
    }
    this.#syntax(at, `mismatched input '${text}' expecting ${expected}`);
    this.#skip();
    return this.#nothing();
  }

  #literal(): Expr {
    const { at } = this.#token;
    const sign = this.#is("-") ? "-" : "";
    if (sign) this.#take();
    const literal = literalOf(this.#take(), sign);
    if (typeof literal !== "string") return { kind: "literal", literal, at };
    this.#report(at, literal);
    return this.#nothing();
  }

  /** An identifier, a call, or a struct named by a path. */
  #named(lead: string): Expr {
    const length = this.#structNameLength();
    if (length > 0) {
      let name = lead;
      for (let count = 0; count < length; count++) name += this.#take().text;
      return this.#struct(name);
    }
    const { text, at } = this.#take();
    if (RESERVED.has(text)) this.#report(at, `reserved identifier: ${text}`);
    return this.#is("(") ? this.#call(lead + text, undefined) : { kind: "ident", name: lead + text, at };
  }

  /** How many tokens from here name a struct; 0 when no brace follows the path. */
  #structNameLength(): number {
    let length = 1;
    while (this.#peek(length).text === "." && this.#peek(length + 1).kind === "word") length += 2;
    const { kind, text } = this.#peek(length);
    return kind === "symbol" && text === "{" ? length : 0;
  }

  #struct(name: string): Expr {
    const { at } = this.#take();
    const fields: FieldEntry[] = [];
    while (!this.#is("}")) {
      const optional = this.#is("?");
      if (optional) this.#take();
      const { kind, text, at: nameAt } = this.#token;
      if (kind !== "quoted" && (kind !== "word" || KEYWORDS.has(text))) {
        this.#syntax(
          nameAt,
          `mismatched input '${text}' expecting ${fields.length === 0 ? FIELDS : "{'}', IDENTIFIER, ESC_IDENTIFIER}"}`,
        );
        break;
      }
      this.#take();
      const { at: colonAt } = this.#token;
      this.#expect(":");
      const value = this.#within(BRACED, () => this.#expression(EXPRESSION));
      fields.push({ name: kind === "quoted" ? text.slice(1, -1) : text, at: colonAt, value, optional });
      if (!this.#is(",")) break;
      this.#take();
    }
    this.#expect("}");
    return { kind: "struct", name, fields, at };
  }

  #list(): Expr {
    const { at } = this.#take();
    const elements: Expr[] = [];
    const optional = new Set<number>();
    if (this.#is(",") && this.#peek(1).text === "]") this.#take();
    while (!this.#is("]")) {
      const isOptional = this.#is("?");
      if (isOptional) {
        this.#take();
        optional.add(elements.length);
      }
      const expected = isOptional || elements.length > 0 ? EXPRESSION : ELEMENTS;
      elements.push(this.#within(["]", ","], () => this.#expression(expected)));
      if (!this.#takeComma("]")) break;
    }
    this.#expect("]");
    return { kind: "list", elements, optional, at };
  }

  #map(): Expr {
    const { at } = this.#take();
    const entries: Entry[] = [];
    if (this.#is(",") && this.#peek(1).text === "}") this.#take();
    while (!this.#is("}")) {
      const optional = this.#is("?");
      if (optional) this.#take();
      const expected = optional || entries.length > 0 ? EXPRESSION : ENTRIES;
      const key = this.#within([":"], () => this.#expression(expected));
      this.#expect(":");
      entries.push({ key, value: this.#within(BRACED, () => this.#expression(EXPRESSION)), optional });
      if (!this.#takeComma("}")) break;
    }
    this.#expect("}");
    return { kind: "map", entries, at };
  }

  /** Takes what comes between two elements, or ends them; whether another one follows. */
  #takeComma(closer: "]" | "}"): boolean {
    const fits = ({ kind, text }: Token) => kind !== "string" && (text === closer || text === ",");
    if (!fits(this.#token) && !this.#recovering) {
      const { at, text } = this.#token;
      const isExtra = fits(this.#peek(1));
      this.#syntax(at, `${isExtra ? "extraneous" : "mismatched"} input '${text}' expecting {'${closer}', ','}`);
      if (isExtra) this.#index++;
      else this.#skip();
      if (this.#is(",")) this.#take();
      return false;
    }
    if (!this.#is(",")) return false;
    this.#take();
    return this.#startsExpression(this.#token) || this.#is("?");
  }

  /** What is blank behind the character at a place. */
  #blanks(at: number): string {
    return /^\s*/.exec([...this.#source].slice(at + 1).join(""))![0];
  }

  /** Stands for what could not be read; such a tree is never looked at. */
  #nothing(): Expr {
    return { kind: "literal", literal: { type: "null", value: null }, at: this.#token.at };
  }
}

/** Operators and members after one another make the tree as deep as their number. */
const EXPRESSION_CHAIN_MAX = 1000;

function stringLiteral(at: number, value: string): Expr {
  return { kind: "literal", literal: { type: "string", value }, at };
}

export type { ExprNode };
