import { type Document, isScalar, visit, type YAMLParseError } from "yaml";
import { requestEntityTooLarge, unsupportedMediaType } from "../../api/index.ts";
import { NetError, readBody as readStream } from "../../net/index.ts";
import type { ApiRequest } from "../../net/message.ts";
import { readYaml } from "./yaml-document.ts";
import { maybeJson } from "./yaml-json.ts";
import { copyJson, isObject, JsonError, parseJson, ProtoError, setOwn } from "../../schema/index.ts";

/** The largest body that is read. */
export const BODY_BYTES_MAX = 3 * 1024 * 1024;
const YAML_ALIASES_MAX = 100;
const YAML_DEPTH_MAX = 10_000;

/** A request's body as data. */
export interface Body {
  readonly value: unknown;
  /** What is told of keys given twice. */
  readonly duplicates: readonly string[];
  readonly format: "json" | "yaml" | "protobuf" | "object";
}

/** A body that can't be read; the message is what Kubernetes says. */
export class BodyError extends Error {
  override readonly name = "BodyError";
  readonly bytes: Uint8Array;

  constructor(message: string, bytes: Uint8Array, options?: ErrorOptions) {
    super(message, options);
    this.bytes = bytes;
  }
}

export const BODY_TYPES = ["application/json", "application/yaml", "application/vnd.kubernetes.protobuf"];

/** What custom kinds can be read from; the message lists all. */
export const CUSTOM_BODY_TYPES = BODY_TYPES.slice(0, 2);

/** Collects a body; 413 when it is too large. */
export async function readBytes(request: ApiRequest): Promise<Uint8Array> {
  const { body } = request;
  switch (body.type) {
    case "none":
    case "object":
      return new Uint8Array(0);
    case "bytes":
      return checked(body.bytes);
    case "stream":
      return collected(request);
  }
}

async function collected(request: ApiRequest): Promise<Uint8Array> {
  try {
    return await readStream(request, BODY_BYTES_MAX);
  } catch (error) {
    if (error instanceof NetError && error.code === "bodyTooLarge")
      throw requestEntityTooLarge(`limit is ${BODY_BYTES_MAX}`);
    throw error;
  }
}

function checked(bytes: Uint8Array): Uint8Array {
  if (bytes.length > BODY_BYTES_MAX) throw requestEntityTooLarge(`limit is ${BODY_BYTES_MAX}`);
  return bytes;
}

/** Reads a body in one of the formats of {@link BODY_TYPES}; undefined when it is empty. */
export async function readBody(
  request: ApiRequest,
  decodeProtobuf: (bytes: Uint8Array) => unknown,
  types: readonly string[] = BODY_TYPES,
): Promise<Body | undefined> {
  if (request.body.type === "object") return { value: copyJson(request.body.value), duplicates: [], format: "object" };
  const type = mediaType(request);
  if (type !== "" && !types.includes(type)) throw unsupportedMediaType(BODY_TYPES);
  const bytes = await readBytes(request);
  if (bytes.length === 0) return undefined;
  if (type === "application/vnd.kubernetes.protobuf")
    return { value: fromProtobuf(bytes, decodeProtobuf), duplicates: [], format: "protobuf" };
  return type === "application/yaml" ? fromYaml(bytes) : fromJson(bytes);
}

function fromProtobuf(bytes: Uint8Array, decode: (bytes: Uint8Array) => unknown): unknown {
  try {
    return decode(bytes);
  } catch (error) {
    throw error instanceof ProtoError ? new BodyError(error.message, bytes, { cause: error }) : error;
  }
}

/** The media type of the body without parameters, in lower case. */
export function mediaType(request: ApiRequest): string {
  return (request.headers["content-type"] ?? "").split(";")[0]!.trim().toLowerCase();
}

/** The bytes as text; a byte order mark stays, since JSON may not have one. */
function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
}

function fromJson(bytes: Uint8Array): Body {
  const text = textOf(bytes);
  try {
    const { value, duplicates } = parseJson(text);
    return { value, duplicates: duplicates.map(duplicateText), format: "json" };
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    throw new BodyError(`couldn't get version/kind; json parse error: ${error.message}`, bytes, { cause: error });
  }
}

/** What is told of a key that JSON has twice. */
export function duplicateText(path: string): string {
  return `duplicate field ${JSON.stringify(path)}`;
}

/** Reads the first document of YAML; keys given twice are told by line, as the original does. */
export function fromYaml(bytes: Uint8Array): Body {
  const text = textOf(bytes);
  const json = maybeJson(text);
  return json ? { value: sortedKeys(json.value), duplicates: [], format: "yaml" } : fromYamlText(text, bytes);
}

/** The same by the YAML reader alone. */
export function fromYamlText(text: string, bytes: Uint8Array): Body {
  if (nestingOf(text) > YAML_DEPTH_MAX) throw new BodyError(`yaml: exceeded max depth of ${YAML_DEPTH_MAX}`, bytes);
  const { document, fatal, lineOf } = readYaml(text);
  if (fatal) throw new BodyError(yamlProblem(fatal, lineOf(fatal.pos[0])), bytes, { cause: fatal });
  if (!document) return { value: null, duplicates: [], format: "yaml" };
  try {
    const value = sortedKeys(document.toJS({ maxAliasCount: YAML_ALIASES_MAX }));
    const duplicates = keysGivenTwice(document).map((at) => `line ${lineOf(at)}: ${keyAt(text, at)}`);
    return { value, duplicates, format: "yaml" };
  } catch (error) {
    throw new BodyError("yaml: document contains excessive aliasing", bytes, { cause: error });
  }
}

/** YAML passes through JSON whose keys are in order, which decides which fault is told of first. */
function sortedKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortedKeys);
  if (!isObject(value)) return value;
  const result: Record<string, unknown> = {};
  for (const key of Object.keys(value).sort()) setOwn(result, key, sortedKeys(value[key]));
  return result;
}

const SCANNER_PROBLEMS: Readonly<Record<string, string>> = {
  BLOCK_AS_IMPLICIT_KEY: "mapping values are not allowed in this context",
  MULTILINE_IMPLICIT_KEY: "mapping values are not allowed in this context",
  TAB_AS_INDENT: "found character that cannot start any token",
  BAD_SCALAR_START: "found character that cannot start any token",
  MISSING_CHAR: "found unexpected end of stream",
  UNEXPECTED_TOKEN: "did not find expected node content",
  BAD_INDENT: "did not find expected node content",
  BAD_ALIAS: "did not find expected alphabetic or numeric character",
  BAD_DQ_ESCAPE: "found unknown escape character",
};

/** The fault in the words of the original, which leaves out the line of a scanner's fault in the first one. */
function yamlProblem({ code, message }: YAMLParseError, line: number): string {
  const isParser = code === "BAD_INDENT" || code === "UNEXPECTED_TOKEN" || /^Flow/.test(message);
  const problem = isParser
    ? "did not find expected node content"
    : (SCANNER_PROBLEMS[code] ?? "did not find expected key");
  return isParser || line > 1 ? `yaml: line ${line}: ${problem}` : `yaml: ${problem}`;
}

/** How deep brackets are nested at most, those of texts counted too: the reader takes its time for each. */
function nestingOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [bracket] of text.matchAll(/[[\]{}]/g)) {
    depth = bracket === "[" || bracket === "{" ? depth + 1 : Math.max(0, depth - 1);
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}

/** Where keys stand that their map has already. */
function keysGivenTwice(document: Document): number[] {
  const found: number[] = [];
  visit(document, {
    Map(_, { items }) {
      const seen = new Set<unknown>();
      for (const { key } of items) {
        if (!isScalar(key)) continue;
        if (seen.has(key.value) && key.range) found.push(key.range[0]);
        seen.add(key.value);
      }
    },
  });
  return found.sort((a, b) => a - b);
}

function keyAt(text: string, at: number): string {
  const key = /^\s*(?:"([^"]*)"|'([^']*)'|([^\s:,{}[\]]+))/.exec(text.slice(at));
  return `key ${JSON.stringify(key?.[1] ?? key?.[2] ?? key?.[3] ?? "")} already set in map`;
}

/** Several complaints of a YAML reader as one. */
export function yamlErrors(lines: readonly string[]): string {
  return `yaml: unmarshal errors:${lines.map((line) => `\n  ${line}`).join("")}`;
}
