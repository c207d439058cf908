import type { Field } from "./hpack.ts";

/** Whether headers are those of a request: what HTTP calls malformed is refused (RFC 9113, section 8.1.1). */
export function isRequest(fields: readonly Field[], { isWhole }: { readonly isWhole: boolean }): boolean {
  let isPseudo = true;
  let pseudo = 0;
  let authority: string | undefined;
  let host: string | undefined;
  let length: string | undefined;
  for (const [name, value] of fields) {
    if (name.charCodeAt(0) === COLON) {
      const bit = PSEUDO.get(name);
      if (!isPseudo || bit === undefined || pseudo & bit || !isSoundPseudo(bit, value)) return false;
      pseudo |= bit;
      if (bit === AUTHORITY) authority = value;
      continue;
    }
    isPseudo = false;
    if (!isSound(name, value)) return false;
    if (name === "host") {
      // Who passes a request on may have gone by the other one.
      if (host !== undefined || value.toLowerCase() !== (authority ?? value).toLowerCase()) return false;
      host = value;
    } else if (name === "content-length") {
      if (!DIGITS.test(value) || value !== (length ?? value)) return false;
      length = value;
    }
  }
  if (isWhole && length !== undefined && Number(length) !== 0) return false;
  return (pseudo & NEEDED) === NEEDED;
}

/** Whether headers may stand behind a request's data. */
export function areTrailers(fields: readonly Field[]): boolean {
  return fields.every(([name, value]) => isSound(name, value));
}

function isSound(name: string, value: string): boolean {
  if (!NAME.test(name) || OF_CONNECTION.has(name) || (name === "te" && value !== "trailers")) return false;
  return VALUE.test(value) && !isBlank(value.charCodeAt(0)) && !isBlank(value.charCodeAt(value.length - 1));
}

function isSoundPseudo(bit: number, value: string): boolean {
  if (bit === METHOD) return METHOD_NAME.test(value) && value !== "CONNECT";
  return VISIBLE.test(value);
}

const isBlank = (code: number) => code === 32 || code === 9;

const COLON = 58;
const METHOD = 1;
const AUTHORITY = 8;
/** The fields that say what is asked for; each once, and before all others. */
const PSEUDO: ReadonlyMap<string, number> = new Map([
  [":method", METHOD],
  [":scheme", 2],
  [":path", 4],
  [":authority", AUTHORITY],
]);
const NEEDED = 7;
const NAME = /^[!#$%&'*+.^_`|~0-9a-z-]+$/;
const METHOD_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const DIGITS = /^[0-9]+$/;
/** In HTTP/1 a space would end a path; control characters end or hide what they stand in. */
const VISIBLE = /^[\x21-\x7e\x80-\xff]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
const OF_CONNECTION = new Set(["connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade"]);
