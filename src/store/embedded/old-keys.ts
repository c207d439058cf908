import { isUtf8 } from "node:buffer";
import { keyText } from "../memory/index.ts";

/** Where the API server keeps everything. */
const KUBERNETES = "/registry/";
const BEYOND_ASCII = /[^\0-\x7f]/;
const BEYOND_BYTES = /[^\0-\xff]/;

/**
 * A key of a file from before version 4. `navarch etcd` wrote one character a byte then, so that é became Ã©, while the API
 * server wrote text. Both may have used a directory: what is UTF-8 when it is read as bytes was written as bytes. Below
 * /registry/ all else is text, since names there are; elsewhere only `navarch etcd` wrote, and the bytes may be anything.
 */
export function keyTextBefore(bytes: Buffer): string {
  const text = keyText(bytes);
  if (!BEYOND_ASCII.test(text) || BEYOND_BYTES.test(text)) return text;
  const meant = Buffer.from(text, "latin1");
  return text.startsWith(KUBERNETES) && !isUtf8(meant) ? text : keyText(meant);
}
