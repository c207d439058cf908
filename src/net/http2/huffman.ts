import { Buffer } from "node:buffer";
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
const NIBBLES = 16;

/**
 * What four bits lead to from each place within a code: the next place, and the byte that was completed on the way, if any
 * (no code is shorter than five bits). Place 0 is between two codes.
 */
interface Steps {
  readonly next: Int16Array;
  readonly symbol: Int16Array;
  /** Places that a text may end in: the last byte is filled up with the beginning of the end's code, which is ones. */
  readonly isEnd: readonly boolean[];
}

let steps: Steps | undefined;

/** A place within a code: where a nought and a one lead, to another place or, less than 0, to the end of a symbol's code. */
type Place = [nought: number, one: number];

function placesOf(lengths: readonly number[]): Place[] {
  const places: Place[] = [[0, 0]];
  const sorted = lengths.map((_, symbol) => symbol).sort((a, b) => lengths[a]! - lengths[b]! || a - b);
  let code = 0;
  let bits = 0;
  for (const symbol of sorted) {
    const length = lengths[symbol]!;
    code <<= length - bits;
    bits = length;
    let at = 0;
    for (let bit = bits - 1; bit > 0; bit--) {
      const side = (code >> bit) & 1;
      if (places[at]![side] === 0) places[at]![side] = places.push([0, 0]) - 1;
      at = places[at]![side]!;
    }
    places[at]![code & 1] = -1 - symbol;
    code++;
  }
  return places;
}

function stepsOf(places: readonly Place[]): Steps {
  const next = new Int16Array(places.length * NIBBLES);
  const symbol = new Int16Array(places.length * NIBBLES).fill(-1);
  for (let from = 0; from < places.length; from++)
    for (let nibble = 0; nibble < NIBBLES; nibble++) {
      let at = from;
      for (let bit = 3; bit >= 0; bit--) {
        at = places[at]![(nibble >> bit) & 1]!;
        if (at >= 0) continue;
        symbol[from * NIBBLES + nibble] = -1 - at;
        at = 0;
      }
      next[from * NIBBLES + nibble] = at;
    }
  const isEnd = places.map(() => false);
  for (let at = 0, bits = 0; bits <= 7; at = places[at]![1], bits++) isEnd[at] = true;
  return { next, symbol, isEnd };
}

/** What a Huffman string says, each byte a character. */
export function decodeHuffman(bytes: Uint8Array): string {
  steps ??= stepsOf(placesOf(CODE_BITS));
  const { next, symbol, isEnd } = steps;
  const text = Buffer.allocUnsafe(Math.floor((bytes.length * 8) / 5));
  let length = 0;
  let at = 0;
  const step = (nibble: number) => {
    const entry = at * NIBBLES + nibble;
    const found = symbol[entry]!;
    if (found === END) throw malformed();
    if (found >= 0) text[length++] = found;
    at = next[entry]!;
  };
  for (const byte of bytes) {
    step(byte >> 4);
    step(byte & 15);
  }
  if (!isEnd[at]) throw malformed();
  return text.toString("latin1", 0, length);
}

function malformed(): Http2Error {
  return new Http2Error("compression", "read headers: a text is coded wrongly");
}
