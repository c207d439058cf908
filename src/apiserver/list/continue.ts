import { posix } from "node:path";
import { badRequest } from "../../api/index.ts";
import { isObject, JsonError, jsonTypeName, parseJson, rawDigits } from "../../schema/index.ts";
import type { Revision } from "../../store/index.ts";

/** A page continues where the last one ended, as of its version. */
export interface Position {
  /** Below 0: the version is forgotten, go on with the newest. */
  readonly revision: Revision;
  /** First key, behind the prefix of all that the list is of. */
  readonly start: string;
}

const VERSION = "meta.k8s.io/v1";
const FIELDS = ["v", "rv", "start"] as const;
type Fields = { v: string; rv: number; start: string };

export function formatToken({ revision, start }: Position): string {
  return Buffer.from(JSON.stringify({ v: VERSION, rv: revision, start: `/${start}` })).toString("base64url");
}

/** Reads what {@link formatToken} has written; 400 for anything else. */
export function parseToken(token: string): Position {
  const { v, rv, start } = fieldsOf(token);
  if (v !== VERSION) throw badToken(`server does not recognize this encoded version ${v}`);
  if (rv === 0) throw badToken("incorrect encoded start resourceVersion (version meta.k8s.io/v1)");
  if (start === "") throw badToken("encoded start key empty (version meta.k8s.io/v1)");
  const path = start.startsWith("/") ? start : `/${start}`;
  if (posix.normalize(path) !== path || (path.length > 1 && path.endsWith("/"))) throw badToken(start);
  return { revision: rv, start: path.slice(1) };
}

function badToken(problem: string, cause?: unknown): Error {
  return badRequest(`invalid continue token: continue key is not valid: ${problem}`, { cause });
}

function fieldsOf(token: string): Fields {
  const bad = token.search(/[^A-Za-z0-9_-]/);
  const fault = bad >= 0 ? bad : token.length % 4 === 1 ? token.length - 1 : undefined;
  if (fault !== undefined) throw badToken(`illegal base64 data at input byte ${fault}`);
  return fieldsIn(valueIn(Buffer.from(token, "base64url").toString("utf8")));
}

function valueIn(text: string): unknown {
  try {
    return parseJson(text).value;
  } catch (error) {
    if (error instanceof JsonError) throw badToken(error.message, error);
    throw error;
  }
}

/** Names fit in any case, the last counts; what is null or isn't there is empty. */
function fieldsIn(value: unknown): Fields {
  const fields: Fields = { v: "", rv: 0, start: "" };
  if (value === null) return fields;
  if (!isObject(value))
    throw badToken(`json: cannot unmarshal ${jsonTypeName(value)} into Go value of type storage.continueToken`);
  for (const [key, given] of Object.entries(value)) {
    const field = FIELDS.find((one) => one === key.toLowerCase());
    if (field === undefined || given === null) continue;
    const wanted = typeof fields[field];
    if (typeof given !== wanted || (wanted === "number" && !Number.isSafeInteger(given))) throw mistyped(field, given);
    Object.assign(fields, { [field]: given });
  }
  return fields;
}

function mistyped(field: keyof Fields, given: unknown): Error {
  const isNumber = jsonTypeName(given) === "number";
  const found =
    isNumber && field === "rv" ? `number ${typeof given === "number" ? given : rawDigits(given)}` : jsonTypeName(given);
  const wanted = field === "rv" ? "int64" : "string";
  return badToken(`json: cannot unmarshal ${found} into Go struct field continueToken.${field} of type ${wanted}`);
}
