import { parse as parseYaml, parseDocument } from "yaml";
import { badRequest, requestEntityTooLarge, unsupportedMediaType } from "../../api/index.ts";
import { NetError, readBody as readStream } from "../../net/index.ts";
import type { ApiRequest } from "../../net/message.ts";
import { JsonError, parseJson } from "../../schema/index.ts";

/** The largest body that is read. */
export const BODY_BYTES_MAX = 3 * 1024 * 1024;
const YAML_ALIASES_MAX = 100;

/** A request's body as data. */
export interface Body {
  readonly value: unknown;
  /** What is told of keys given twice. */
  readonly duplicates: readonly string[];
  readonly format: "json" | "yaml" | "protobuf" | "object";
}

export const BODY_TYPES = ["application/json", "application/yaml", "application/vnd.kubernetes.protobuf"];

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
): Promise<Body | undefined> {
  if (request.body.type === "object")
    return { value: structuredClone(request.body.value), duplicates: [], format: "object" };
  const type = mediaType(request);
  if (type !== "" && !BODY_TYPES.includes(type)) throw unsupportedMediaType(BODY_TYPES);
  const bytes = await readBytes(request);
  if (bytes.length === 0) return undefined;
  if (type === "application/vnd.kubernetes.protobuf")
    return { value: decodeProtobuf(bytes), duplicates: [], format: "protobuf" };
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
  return type === "application/yaml" ? fromYaml(text) : fromJson(text);
}

/** The media type of the body without parameters, in lower case. */
export function mediaType(request: ApiRequest): string {
  return (request.headers["content-type"] ?? "").split(";")[0]!.trim().toLowerCase();
}

function fromJson(text: string): Body {
  try {
    const { value, duplicates } = parseJson(text);
    return { value, duplicates: duplicates.map(duplicateText), format: "json" };
  } catch (error) {
    if (error instanceof JsonError)
      throw badRequest(`couldn't get version/kind; json parse error: ${error.message}`, { cause: error });
    throw error;
  }
}

/** What is told of a key that JSON has twice. */
export function duplicateText(path: string): string {
  return `duplicate field ${JSON.stringify(path)}`;
}

/** Reads YAML; keys given twice are told by line, as the original does. */
export function fromYaml(text: string): Body {
  const document = parseDocument(text, { version: "1.1", uniqueKeys: true, strict: true });
  const twice = document.errors.filter((error) => error.code === "DUPLICATE_KEY");
  const fatal = document.errors.find((error) => error.code !== "DUPLICATE_KEY");
  if (fatal) throw badRequest(`error parsing YAML: ${fatal.message.split("\n")[0]}`);
  try {
    const value =
      twice.length > 0
        ? parseYaml(text, { version: "1.1", uniqueKeys: false, maxAliasCount: YAML_ALIASES_MAX })
        : document.toJS({ maxAliasCount: YAML_ALIASES_MAX });
    const duplicates = twice.map((error) => `line ${error.linePos?.[0].line ?? 0}: ${keyAt(text, error.pos[0])}`);
    return { value, duplicates, format: "yaml" };
  } catch (error) {
    throw badRequest("error parsing YAML: too many aliases", { cause: error });
  }
}

function keyAt(text: string, at: number): string {
  const key = /^\s*(?:"([^"]*)"|'([^']*)'|([^\s:,{}[\]]+))/.exec(text.slice(at));
  return `key ${JSON.stringify(key?.[1] ?? key?.[2] ?? key?.[3] ?? "")} already set in map`;
}

/** Several complaints of a YAML reader as one. */
export function yamlErrors(lines: readonly string[]): string {
  return `yaml: unmarshal errors:${lines.map((line) => `\n  ${line}`).join("")}`;
}
