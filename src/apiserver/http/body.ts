import { isUtf8 } from "node:buffer";
import { requestEntityTooLarge, unsupportedMediaType } from "../../api/index.ts";
import { NetError, readBody as readStream } from "../../net/index.ts";
import type { ApiRequest } from "../../net/message.ts";
import {
  copyJson,
  goUtf8,
  JsonError,
  type ParsedJson,
  parseJson,
  parseJsonInSteps,
  ProtoError,
} from "../../schema/index.ts";
import type { RequestContext } from "../contracts.ts";
import { betweenSteps, LARGE_BYTES } from "../turns.ts";
import { maybeJson, readYaml, readYamlInSteps, YamlError } from "../yaml/index.ts";

/** The largest body that is read. */
const BODY_BYTES_MAX = 3 * 1024 * 1024;
/** YAML that is longer is read in steps: what isn't takes some milliseconds. */
const YAML_AT_ONCE_MAX = 32 * 1024;

/** A request's body as data. */
export interface Body {
  readonly value: unknown;
  /** What is told of keys given twice. */
  readonly duplicates: readonly string[];
  readonly format: "json" | "yaml" | "protobuf" | "object";
  /** What was read; empty for an object that was passed as it is. */
  readonly bytes: Uint8Array;
}

const NO_BYTES = new Uint8Array(0);

/** A body that can't be read; the message is what Kubernetes says. */
export class BodyError extends Error {
  override readonly name = "BodyError";
  readonly bytes: Uint8Array;

  constructor(message: string, bytes: Uint8Array, options?: ErrorOptions) {
    super(message, options);
    this.bytes = bytes;
  }
}

const BODY_TYPES = ["application/json", "application/yaml", "application/vnd.kubernetes.protobuf"];

/** What custom kinds can be read from; the message lists all. */
export const CUSTOM_BODY_TYPES = BODY_TYPES.slice(0, 2);

type Whole = Pick<RequestContext, "request" | "begin" | "bytes" | "weigh">;

/** Collects a body; 413 when it is too large. */
export async function readBytes(context: Whole): Promise<Uint8Array> {
  const bytes = await bytesOf(context);
  context.bytes = bytes;
  context.weigh?.(bytes);
  return bytes;
}

async function bytesOf(context: Whole): Promise<Uint8Array> {
  const { body } = context.request;
  switch (body.type) {
    case "none":
    case "object":
      return new Uint8Array(0);
    case "bytes":
      return checked(body.bytes);
    case "stream":
      return collected(context);
  }
}

async function collected({ request, begin }: Whole): Promise<Uint8Array> {
  try {
    const bytes = await readStream(request, BODY_BYTES_MAX);
    await begin();
    return bytes;
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

/** What reading a body needs of a request, and learns of it. */
export type BodyContext = Pick<RequestContext, "request" | "begin" | "turn" | "isLarge" | "bytes" | "weigh">;

/** Reads a body in one of the formats of {@link BODY_TYPES}; undefined when it is empty. */
export async function readBody(
  context: BodyContext,
  decodeProtobuf: (bytes: Uint8Array) => unknown,
  types: readonly string[] = BODY_TYPES,
): Promise<Body | undefined> {
  const { request } = context;
  if (request.body.type === "object")
    return { value: copyJson(request.body.value), duplicates: [], format: "object", bytes: NO_BYTES };
  const type = mediaType(request);
  if (type === undefined || (type !== "" && !types.includes(type))) throw unsupportedMediaType(BODY_TYPES);
  const bytes = await readBytes(context);
  if (bytes.length === 0) return undefined;
  context.isLarge ||= bytes.length > LARGE_BYTES;
  if (type === "application/vnd.kubernetes.protobuf")
    return { value: fromProtobuf(bytes, decodeProtobuf), duplicates: [], format: "protobuf", bytes };
  return type === "application/yaml" ? fromYaml(bytes, context) : fromJson(bytes, context);
}

function fromProtobuf(bytes: Uint8Array, decode: (bytes: Uint8Array) => unknown): unknown {
  try {
    return decode(bytes);
  } catch (error) {
    throw error instanceof ProtoError ? new BodyError(error.message, bytes, { cause: error }) : error;
  }
}

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const MEDIA_TYPE = new RegExp(`^\\s*(${TOKEN}(?:/${TOKEN})?)\\s*$`);
const PARAMETER = new RegExp(`^\\s*;\\s*(${TOKEN})\\s*=\\s*(${TOKEN}|"(?:[^"\\\\\\r\\n]|\\\\.)*")`);

/** The media type of the body without parameters, in lower case; empty when none is said, undefined when that can't be read. */
export function mediaType({ headers }: ApiRequest): string | undefined {
  const header = headers["content-type"] ?? "";
  if (header === "" || BODY_TYPES.includes(header)) return header;
  const [name = ""] = header.split(";", 1);
  const type = MEDIA_TYPE.exec(name)?.[1]?.toLowerCase();
  return type !== undefined && areParameters(header.slice(name.length)) ? type : undefined;
}

/** Whether a text is parameters of a media type, each said once or the same again; a semicolon may follow them. */
function areParameters(text: string): boolean {
  const said = new Map<string, string>();
  let rest = text;
  for (let match = PARAMETER.exec(rest); match; match = PARAMETER.exec(rest)) {
    const [whole, name, value] = match as unknown as [string, string, string];
    if ((said.get(name.toLowerCase()) ?? value) !== value) return false;
    said.set(name.toLowerCase(), value);
    rest = rest.slice(whole.length);
  }
  return /^\s*;?\s*$/.test(rest);
}

type Steps = Pick<RequestContext, "turn" | "isLarge">;

/** Reads JSON; in steps if it is large. */
export function readJson(text: string, { isLarge, turn }: Steps): ParsedJson | Promise<ParsedJson> {
  return isLarge ? parseJsonInSteps(text, turn) : parseJson(text);
}

async function fromJson(bytes: Uint8Array, steps: Steps): Promise<Body> {
  try {
    const { value, duplicates } = await readJson(goUtf8(bytes), steps);
    return { value, duplicates: duplicates.map(duplicateText), format: "json", bytes };
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    throw new BodyError(`couldn't get version/kind; json parse error: ${jsonProblem(bytes, error)}`, bytes, {
      cause: error,
    });
  }
}

/** What is wrong with a text in which bytes that are no characters may be what is told of. */
function jsonProblem(bytes: Uint8Array, { message }: JsonError): string {
  if (isUtf8(bytes)) return message;
  try {
    parseJson(Buffer.from(bytes).toString("latin1"));
  } catch (error) {
    if (error instanceof JsonError) return error.message;
    throw error;
  }
  return message;
}

/** What is told of a key that JSON has twice. */
export function duplicateText(path: string): string {
  return `duplicate field ${JSON.stringify(path)}`;
}

const OBJECT = 0x7b;

/** Reads the first document of YAML; keys given twice are told by line, as the original does. */
export async function fromYaml(bytes: Uint8Array, steps: Steps): Promise<Body> {
  const json =
    bytes[0] === OBJECT && isUtf8(bytes) ? await maybeJson(goUtf8(bytes), (one) => readJson(one, steps)) : undefined;
  await betweenSteps(steps);
  if (json) return { value: json.value, duplicates: [], format: "yaml", bytes };
  try {
    const read = bytes.length > YAML_AT_ONCE_MAX ? await readYamlInSteps(bytes, steps.turn) : readYaml(bytes);
    return { ...read, format: "yaml", bytes };
  } catch (error) {
    throw error instanceof YamlError ? new BodyError(error.message, bytes, { cause: error }) : error;
  }
}

/** Several complaints of a YAML reader as one. */
export function yamlErrors(lines: readonly string[]): string {
  return `yaml: unmarshal errors:${lines.map((line) => `\n  ${line}`).join("")}`;
}
