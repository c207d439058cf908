import type { Issue } from "./errors.ts";

export type TokenKind = "symbol" | "word" | "quoted" | "int" | "uint" | "float" | "string" | "bytes" | "end";

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  /** Offset in code points. */
  readonly at: number;
}

const SPACE = /[\t\n\f\r ]+|\/\/[^\n]*/y;
const FLOAT = /\d+\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+|\.\d+(?:[eE][+-]?\d+)?/y;
const UINT = /(?:0x[0-9a-fA-F]+|\d+)[uU]/y;
const INT = /0x[0-9a-fA-F]+|\d+/y;
const WORD = /[a-zA-Z_][a-zA-Z0-9_]*/y;
const QUOTED = /`[a-zA-Z0-9_.\-/ ]+`/y;
const ESCAPE = String.raw`\\(?:[abfnrtv"'\\?\x60]|[xX][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-3][0-7]{2})`;
const RAW = String.raw`[rR](?:"""[\s\S]*?"""|'''[\s\S]*?'''|"[^"\n\r]*"|'[^'\n\r]*')`;
const TEXT = new RegExp(
  `${RAW}|"""(?:${ESCAPE}|[^\\\\])*?"""|'''(?:${ESCAPE}|[^\\\\])*?'''|"(?:${ESCAPE}|[^\\\\"\\n\\r])*"|'(?:${ESCAPE}|[^\\\\'\\n\\r])*'`,
  "y",
);
const BYTES = new RegExp(`[bB](?:${TEXT.source})`, "y");
const SYMBOL = /==|!=|<=|>=|&&|\|\||[-+*/%<>!?:.,()[\]{}]/y;
/** What begins like a token and ends too early, up to and with what it breaks on. */
const BROKEN = /[rR]?"[^"\n\r]*[\n\r]?|[rR]?'[^'\n\r]*[\n\r]?|[=&|][\s\S]?|[\s\S]/uy;

const KINDS: readonly [TokenKind, RegExp][] = [
  ["bytes", BYTES],
  ["string", TEXT],
  ["float", FLOAT],
  ["uint", UINT],
  ["int", INT],
  ["word", WORD],
  ["quoted", QUOTED],
  ["symbol", SYMBOL],
];

/** Splits a text into tokens; what is none is an issue and left out. */
export function lex(source: string): { tokens: readonly Token[]; issues: readonly Issue[] } {
  const tokens: Token[] = [];
  const issues: Issue[] = [];
  let index = 0;
  let at = 0;
  const advance = (text: string) => {
    index += text.length;
    at += isAscii(text) ? text.length : [...text].length;
  };
  while (index < source.length) {
    const space = matchAt(SPACE, source, index);
    if (space !== undefined) {
      advance(space);
      continue;
    }
    const token = tokenAt(source, index);
    if (token) tokens.push({ ...token, at });
    else {
      const broken = matchAt(BROKEN, source, index) as string;
      issues.push({ at, message: `Syntax error: token recognition error at: '${shown(broken)}'` });
      advance(broken);
      continue;
    }
    advance(token.text);
  }
  tokens.push({ kind: "end", text: "<EOF>", at });
  return { tokens, issues };
}

function tokenAt(source: string, index: number): Pick<Token, "kind" | "text"> | undefined {
  for (const [kind, pattern] of KINDS) {
    const text = matchAt(pattern, source, index);
    if (text !== undefined) return { kind, text };
  }
  return undefined;
}

function matchAt(pattern: RegExp, source: string, index: number): string | undefined {
  pattern.lastIndex = index;
  return pattern.exec(source)?.[0];
}

function isAscii(text: string): boolean {
  for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) > 127) return false;
  return true;
}

function shown(text: string): string {
  return text.replaceAll("\n", "\\n").replaceAll("\r", "\\r").replaceAll("\t", "\\t");
}
