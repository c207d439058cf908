import { isUtf8 } from "node:buffer";

/** Bytes as text as Go reads them: each byte that is part of no character becomes a mark of its own. */
export function goUtf8(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = buffer.toString("utf8");
  if (!text.includes(REPLACEMENT) || isUtf8(buffer)) return text;
  // Where characters are broken off the usual way makes one mark of their bytes: looked at one by one those are more.
  let result = "";
  for (let at = 0; at < buffer.length; ) {
    const length = lengthOf(buffer, at);
    result += length > 0 ? buffer.toString("utf8", at, at + length) : REPLACEMENT;
    at += Math.max(length, 1);
  }
  return result;
}

const REPLACEMENT = "\ufffd";

/** How many bytes the character that begins here has; nought when none begins here. */
function lengthOf(buffer: Buffer, at: number): number {
  const first = buffer[at]!;
  const length = first < 0x80 ? 1 : first >> 5 === 6 ? 2 : first >> 4 === 14 ? 3 : first >> 3 === 30 ? 4 : 0;
  return length > 0 && at + length <= buffer.length && isUtf8(buffer.subarray(at, at + length)) ? length : 0;
}
