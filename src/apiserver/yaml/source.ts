import { isUtf8 } from "node:buffer";

/** A text, as far as it can be read, and why it can't further on. */
export interface Source {
  readonly text: string;
  readonly problem: string | undefined;
}

/** Characters that YAML has no place for. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u0084\u0086-\u009f\ufffe\uffff]/;
const CONTROL_PROBLEM = "control characters are not allowed";

/** Bytes as text, by the mark that they may begin with: UTF-16 of either order, or UTF-8. */
export function sourceOf(bytes: Uint8Array): Source {
  const [first, second, third] = bytes;
  if (first === 0xff && second === 0xfe) return decoded(bytes, { start: 2, decode: utf16(0) });
  if (first === 0xfe && second === 0xff) return decoded(bytes, { start: 2, decode: utf16(1) });
  const start = first === 0xef && second === 0xbb && third === 0xbf ? 3 : 0;
  const rest = Buffer.from(bytes.buffer, bytes.byteOffset + start, bytes.byteLength - start);
  if (isUtf8(rest)) {
    const text = rest.toString("utf8");
    if (!CONTROL.test(text)) return { text, problem: undefined };
  }
  return decoded(bytes, { start, decode: utf8 });
}

/** The character that begins at a byte and how many bytes it has, or why there is none. */
type Decode = (bytes: Uint8Array, at: number, end: number) => Character | string | undefined;

interface Character {
  readonly code: number;
  readonly length: number;
}

interface Decoding {
  readonly start: number;
  /** Undefined when the bytes end within a character; in words what is wrong with one. */
  readonly decode: Decode;
}

/** Bytes that the original decodes at a time: of those with a fault among them it reads nothing. */
const WINDOW_BYTES = 512;

function decoded(bytes: Uint8Array, { start, decode }: Decoding): Source {
  const parts: string[] = [];
  let windowEnd = WINDOW_BYTES;
  let at = start;
  for (;;) {
    const window = decodedWindow(bytes, { at, end: Math.min(windowEnd, bytes.length), decode });
    if ("problem" in window) return { text: parts.join(""), problem: window.problem };
    parts.push(window.text);
    at = window.at;
    if (windowEnd >= bytes.length) {
      // Only who reads on finds that a character is broken off.
      const problem = at < bytes.length ? INCOMPLETE[decode === utf8 ? 0 : 1] : undefined;
      return { text: parts.join(""), problem };
    }
    windowEnd = at + WINDOW_BYTES;
  }
}

interface Window {
  readonly at: number;
  readonly end: number;
  readonly decode: Decode;
}

/** Up to a character that is broken off; of a window with a fault there is nothing. */
function decodedWindow(
  bytes: Uint8Array,
  { at, end, decode }: Window,
): { readonly text: string; readonly at: number } | { readonly problem: string } {
  let text = "";
  let next = at;
  while (next < end) {
    const one = decode(bytes, next, end);
    if (one === undefined) break;
    const problem = typeof one === "string" ? one : problemOf(one.code);
    if (problem !== undefined) return { problem };
    const { code, length } = one as Character;
    text += String.fromCodePoint(code);
    next += length;
  }
  return { text, at: next };
}

const INCOMPLETE = ["incomplete UTF-8 octet sequence", "incomplete UTF-16 character"] as const;

function problemOf(code: number): string | undefined {
  const isWell = (code >= 0x20 && code < 0x7f) || code === 0x0a || (code >= 0xa0 && code < 0xfffe) || code > 0xffff;
  return !isWell && CONTROL.test(String.fromCharCode(code)) ? CONTROL_PROBLEM : undefined;
}

const SMALLEST = [0, 0, 0x80, 0x800, 0x10000];

const utf8: Decode = (bytes, at, end) => {
  const first = bytes[at]!;
  const length = first < 0x80 ? 1 : first >> 5 === 6 ? 2 : first >> 4 === 14 ? 3 : first >> 3 === 30 ? 4 : 0;
  if (length === 0) return "invalid leading UTF-8 octet";
  if (at + length > end) return undefined;
  let code = length === 1 ? first : first & (0x7f >> length);
  for (let next = at + 1; next < at + length; next++) {
    if (bytes[next]! >> 6 !== 2) return "invalid trailing UTF-8 octet";
    code = code * 64 + (bytes[next]! & 0x3f);
  }
  if (code < SMALLEST[length]!) return "invalid length of a UTF-8 sequence";
  return isHalf(code) || code > 0x10ffff ? "invalid Unicode character" : { code, length };
};

const isHalf = (code: number) => code >= 0xd800 && code <= 0xdfff;

/** `low` says which byte of two is the lower. */
function utf16(low: 0 | 1): Decode {
  const unit = (bytes: Uint8Array, at: number) => bytes[at + low]! + 256 * bytes[at + 1 - low]!;
  return (bytes, at, end) => {
    if (at + 2 > end) return undefined;
    const code = unit(bytes, at);
    if (code >> 10 === 0x37) return "unexpected low surrogate area";
    if (code >> 10 !== 0x36) return { code, length: 2 };
    if (at + 4 > end) return undefined;
    const second = unit(bytes, at + 2);
    if (second >> 10 !== 0x37) return "expected low surrogate area";
    return { code: 0x10000 + ((code & 0x3ff) << 10) + (second & 0x3ff), length: 4 };
  };
}
