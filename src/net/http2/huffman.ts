import { Http2Error } from "./frames.ts";

/**
 * HPACK's Huffman code (RFC 7541, appendix B). Codes of one length follow each other in the order of their symbols, shorter
 * ones first, so that their lengths in bits say all: of the 256 bytes, and of the end.
 */
const CODE_BITS = [
  13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28,
  28, 28, 28, 6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10,
  13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6, 15, 5, 6, 5, 6,
  5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28, 20, 22, 20, 20, 22, 22, 22, 23,
  22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24, 22, 21, 20, 22, 22,
  23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23, 26, 26,
  20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27,
  27, 20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27,
  27, 27, 27, 26, 30,
];
const END = 256;
const BITS_MAX = 30;

/** By length: the first code, where its symbols begin among those sorted by length, and how many there are. */
interface Codes {
  readonly first: Int32Array;
  readonly start: Int32Array;
  readonly count: Int32Array;
  readonly symbols: Int32Array;
}

const CODES = codesOf(CODE_BITS);

function codesOf(lengths: readonly number[]): Codes {
  const [first, start, count] = [
    new Int32Array(BITS_MAX + 1),
    new Int32Array(BITS_MAX + 1),
    new Int32Array(BITS_MAX + 1),
  ];
  for (const bits of lengths) count[bits]!++;
  let code = 0;
  let symbols = 0;
  for (let bits = 1; bits <= BITS_MAX; bits++) {
    code <<= 1;
    first[bits] = code;
    start[bits] = symbols;
    code += count[bits]!;
    symbols += count[bits]!;
  }
  const sorted = lengths.map((_, symbol) => symbol).sort((a, b) => lengths[a]! - lengths[b]! || a - b);
  return { first, start, count, symbols: Int32Array.from(sorted) };
}

/** What a Huffman string says, each byte a character. */
export function decodeHuffman(bytes: Uint8Array): string {
  const { first, start, count, symbols } = CODES;
  let text = "";
  let code = 0;
  let bits = 0;
  for (const byte of bytes)
    for (let shift = 7; shift >= 0; shift--) {
      code = (code << 1) | ((byte >> shift) & 1);
      bits++;
      const index = code - first[bits]!;
      if (index < count[bits]!) {
        const symbol = symbols[start[bits]! + index]!;
        if (symbol === END) throw malformed();
        text += String.fromCharCode(symbol);
        code = bits = 0;
      } else if (bits === BITS_MAX) throw malformed();
    }
  // The last byte is filled up with the beginning of the end's code, which is ones.
  if (bits > 7 || code !== (1 << bits) - 1) throw malformed();
  return text;
}

function malformed(): Http2Error {
  return new Http2Error("compression", "read headers: a text is coded wrongly");
}
