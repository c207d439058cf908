import type { ApiRequest, ApiResponse, Handler } from "../net/message.ts";
import { hasManyFields } from "../schema/index.ts";
import type { RequestContext } from "./contracts.ts";
import { isProtobuf } from "./stored/encoding.ts";

/**
 * So many values an object may have that it is worked on among everything else: most take one or two microseconds in each of
 * the steps, between which others have their turn. Of much more V8 takes tens of milliseconds for nothing but the list of
 * keys, which nobody can interrupt.
 */
const VALUES_MAX = 20_000;
/** The same of one that is only read, which takes less than a tenth of the time. */
const READ_VALUES_MAX = 80_000;
/** So many levels deep they may stand in one another: some steps take more of the stack for each, and the thread has more. */
const LEVELS_MAX = 1_000;
/** In fewer bytes nothing is looked for: no pod that runs anywhere has more. A level takes six, a value two. */
const WEIGHED_BYTES = 10_000;

/** Thrown where it turns out that a request takes too much to be worked on here; nothing has been changed by then. */
export class HeavyWork extends Error {
  override readonly name = "HeavyWork";
}

/** Throws {@link HeavyWork} for what was sent, or is stored, or so many values, when the work on it would hold up others. */
export function weigh(what: Uint8Array | number, work?: "read" | undefined): void {
  const valuesMax = work === "read" ? READ_VALUES_MAX : VALUES_MAX;
  if (typeof what === "number" ? what > valuesMax : hasMore(what, valuesMax))
    throw new HeavyWork("work on a request: it has too many values");
}

function hasMore(bytes: Uint8Array, valuesMax: number): boolean {
  if (bytes.length <= WEIGHED_BYTES) return false;
  if (isProtobuf(bytes)) return hasManyFields(bytes, valuesMax);
  return isJson(bytes) ? hasMoreJson(bytes, valuesMax) : countOf(bytes, YAML_SIGNS) > valuesMax;
}

/** Counts what stands before values, outside of texts: those may be as long as they like. */
function hasMoreJson(bytes: Uint8Array, valuesMax: number): boolean {
  let [count, level] = [0, 0];
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes[index];
    if (byte === QUOTE) index = endOfText(bytes, index);
    else if (byte === OPEN_OBJECT || byte === OPEN_LIST) {
      count++;
      if (++level > LEVELS_MAX) return true;
    } else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) level--;
    else if (byte === COMMA) count++;
  }
  return count > valuesMax;
}

/** Where the quote stands that ends a text. */
function endOfText(bytes: Uint8Array, start: number): number {
  let index = start + 1;
  while (index < bytes.length && bytes[index] !== QUOTE) index += bytes[index] === BACKSLASH ? 2 : 1;
  return index;
}

/** Counts what stands before values, in texts too. */
function countOf(bytes: Uint8Array, signs: Uint8Array): number {
  let count = 0;
  for (let index = 0; index < bytes.length; index++) count += signs[bytes[index]!]!;
  return count;
}

const YAML_SIGNS = signsOf(",{[:-?&*\n");

function signsOf(characters: string): Uint8Array {
  const signs = new Uint8Array(256);
  for (const character of characters) signs[character.charCodeAt(0)] = 1;
  return signs;
}

function isJson(bytes: Uint8Array): boolean {
  const first = bytes.find((byte) => byte > SPACE);
  return first === OPEN_OBJECT || first === OPEN_LIST;
}

const SPACE = 0x20;
const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const [OPEN_LIST, CLOSE_LIST] = [0x5b, 0x5d];
const [OPEN_OBJECT, CLOSE_OBJECT] = [0x7b, 0x7d];

type Dispatch = (context: RequestContext) => Promise<ApiResponse>;

/** Answers requests; beside, from the beginning, those that turn out to take too much. */
export function besideWhenHeavy(dispatch: Dispatch, beside: Handler): Dispatch {
  return async (context) => {
    try {
      return await dispatch(context);
    } catch (error) {
      if (!(error instanceof HeavyWork)) throw error;
      // Who answers says them all.
      context.warnings.length = 0;
      return beside(asItCame(context));
    }
  };
}

/** What is settled already: who calls, on whose behalf, and how the answer is packed. */
const SETTLED = /^(authorization|accept-encoding|impersonate-.*)$/;

/** The request as one of the user that it is of. */
function asItCame({ request, user, bytes }: RequestContext): ApiRequest {
  const { method, path, query, headers, peer, signal } = request;
  const kept = Object.entries(headers).filter(([name]) => !SETTLED.test(name));
  return {
    ...{ method, path, query, signal },
    headers: Object.fromEntries(kept),
    body: bytes && bytes.length > 0 ? { type: "bytes", bytes } : { type: "none" },
    peer: { address: peer.address, identity: user },
  };
}
