import { own } from "../base/index.ts";
import type { Literal } from "./ast.ts";
import type { Token } from "./lex.ts";

const INT_MIN = -(2n ** 63n);
const INT_MAX = 2n ** 63n - 1n;
const UINT_MAX = 2n ** 64n - 1n;

const ESCAPES: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};

/** The value of a literal's token; a text when it has none. */
export function literalOf({ kind, text }: Token, sign: "" | "-"): Literal | string {
  switch (kind) {
    case "int": {
      const value = sign ? -BigInt(text) : BigInt(text);
      return value < INT_MIN || value > INT_MAX ? "invalid int literal" : { type: "int", value };
    }
    case "uint": {
      const value = BigInt(text.slice(0, -1));
      return value > UINT_MAX ? "invalid uint literal" : { type: "uint", value };
    }
    case "float": {
      const value = Number(sign + text);
      return Number.isFinite(value) ? { type: "double", value } : "invalid double literal";
    }
    case "string":
      return stringOf(text);
    case "bytes":
      return { type: "bytes", value: bytesOf(text.slice(1)) };
    default:
      return "invalid literal";
  }
}

/** Without its quotes: the inside, and whether escapes count. */
function insideOf(text: string): { inside: string; raw: boolean } {
  const raw = text[0] === "r" || text[0] === "R";
  const quoted = raw ? text.slice(1) : text;
  const width = quoted.length >= 6 && (quoted.startsWith('"""') || quoted.startsWith("'''")) ? 3 : 1;
  return { inside: quoted.slice(width, -width).replaceAll("\r\n", "\n").replaceAll("\r", "\n"), raw };
}

const ESCAPE = /\\(?:[xX]([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-3][0-7]{2})|([\s\S]))/g;

function stringOf(text: string): Literal | string {
  const { inside, raw } = insideOf(text);
  if (raw) return { type: "string", value: inside };
  let problem: string | undefined;
  const value = inside.replace(ESCAPE, (_all, hex, short, long, octal, one) => {
    if (one !== undefined) return own(ESCAPES, one) ?? one;
    const point = octal !== undefined ? Number.parseInt(octal, 8) : Number.parseInt(hex ?? short ?? long, 16);
    if (point > 0x10ffff || (point >= 0xd800 && point < 0xe000)) {
      problem = "invalid unicode code point";
      return "";
    }
    return String.fromCodePoint(point);
  });
  return problem ?? { type: "string", value };
}

function bytesOf(text: string): Uint8Array {
  const { inside, raw } = insideOf(text);
  const encoder = new TextEncoder();
  if (raw) return encoder.encode(inside);
  const parts: Uint8Array[] = [];
  let last = 0;
  for (const match of inside.matchAll(ESCAPE)) {
    const [all, hex, short, long, octal, one] = match;
    parts.push(encoder.encode(inside.slice(last, match.index)));
    last = match.index + all.length;
    if (one !== undefined) parts.push(encoder.encode(own(ESCAPES, one) ?? one));
    else if (short ?? long) parts.push(encoder.encode(String.fromCodePoint(Number.parseInt(short ?? long ?? "", 16))));
    else parts.push(Uint8Array.of(octal === undefined ? Number.parseInt(hex ?? "", 16) : Number.parseInt(octal, 8)));
  }
  parts.push(encoder.encode(inside.slice(last)));
  return concatBytes(parts);
}

export function concatBytes(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
