import {
  badRequest,
  behaviorOf,
  canonicalQuantity,
  groupVersion,
  invalid,
  type KindDefinition,
  kindFor,
  QuantityError,
  type KubeObject,
  PartialObjectMetadata,
  typeNameOf,
  type StatusError,
} from "../../api/index.ts";
import type { ApiResponse } from "../../net/message.ts";
import {
  applyDefaults,
  DecodeError,
  decodeJson,
  decodeProto,
  encodeProtoObject,
  isCanonical,
  isObject,
  jsonTypeName,
  openProtoEnvelope,
  ProtoError,
} from "../../schema/index.ts";
import type { RequestContext } from "../contracts.ts";
import { type Body, BodyError, CUSTOM_BODY_TYPES, readBody, readBytes, yamlErrors, mediaType } from "./body.ts";
import { betweenSteps, LARGE_BYTES } from "../turns.ts";
import {
  type BodyType,
  type GivenType,
  foreign,
  isNo,
  isRegistered,
  structOfGiven,
  typeName,
  unhandled,
  unregistered,
  versionSaid,
} from "./foreign.ts";
import { contentType, type Format, negotiate, wantsPretty } from "./negotiate.ts";
import { partialMetadata } from "../list/table.ts";
import { respond, respondBytes } from "./respond.ts";

export type Json = Record<string, unknown>;

/** How what clients send is decoded. */
export const DECODING = { quantity: canonicalQuantity, typeNameOf, keepsEmptyLists: true };

/** The object in a request's body, canonical; 400 when it is of another kind or can't be decoded. */
export async function readObject(context: RequestContext, type: BodyType): Promise<Json> {
  if (type.custom) return readCustomObject(context, type);
  const body = await readBody(context, (bytes) => fromProto(bytes, type)).catch((error) => {
    throw error instanceof BodyError ? unrecognized(type.kind, error) : error;
  });
  if (!body && mediaType(context.request) === PROTOBUF)
    throw unrecognized(type.kind, new BodyError("empty data", new Uint8Array(0)));
  if (!body) throw unrecognized(type.kind, new BodyError(NOTHING, new Uint8Array(0)));
  const value = checkType(context, body, type);
  await betweenSteps(context);
  // What was read by its type is of it.
  if (body.format === "protobuf" && isCanonical(type.struct, value, DECODING)) return value;
  return decodeObject(context, value, { type, body });
}

/** The same of what is to be stored, where the original can make of it what it works with. */
export async function readWritten(context: RequestContext, kind: KindDefinition): Promise<Json> {
  const object = await readObject(context, kind);
  const why = behaviorOf(kind).unreadable?.(object as never);
  if (why !== undefined) throw unhandled({ apiVersion: groupVersion(kind), kind: kind.kind }, kind, why);
  return object;
}

/** The same of what is answered and not stored: looks first at whether the answer can be written. */
export function readAnswered(context: RequestContext, type: BodyType): Promise<Json> {
  negotiate(context.request.headers.accept, ANSWERED, false);
  return readObject(context, type);
}

/** 400 for a body that can't be read; shows how it begins. */
function unrecognized(kind: string, { message, bytes, cause }: BodyError): StatusError {
  const where = `(must be of type ${kind}): ${message} (${summary(bytes)})`;
  return badRequest(`the object provided is unrecognized ${where}`, { cause });
}

const NOTHING = "couldn't get version/kind; json parse error: unexpected end of JSON input";
const PROTOBUF = "application/vnd.kubernetes.protobuf";
const SUMMARY_BYTES = 30;

function summary(bytes: Uint8Array): string {
  if (bytes.length === 0) return "<empty>";
  const encoding = bytes[0] === 0x7b ? "utf8" : "hex";
  const start = Buffer.from(bytes.subarray(0, SUMMARY_BYTES)).toString(encoding);
  return bytes.length > SUMMARY_BYTES ? `${start} ...` : start;
}

/** Answers with an object of a kind without storage, in the format asked for. */
export function respondObject(
  { request, query }: RequestContext,
  status: number,
  value: Json,
  type: BodyType,
): ApiResponse {
  const pretty = wantsPretty(request, query);
  const format = negotiate(request.headers.accept, ANSWERED, pretty);
  const whole = { kind: type.kind, apiVersion: groupVersion(type), ...value };
  if (format.as !== "object") return respondMetadata(status, whole as unknown as KubeObject, { type, format });
  if (format.encoding !== "protobuf") return respond(status, whole, format);
  return respondBytes(status, encodeProtoObject(type.struct, whole), contentType(format, false));
}

/** What is answered and not stored can be looked at without its content, but has no columns. */
const ANSWERED = { views: true, noTables: true };

interface View {
  readonly type: BodyType;
  readonly format: Format;
}

function respondMetadata(status: number, object: KubeObject, { type, format }: View): ApiResponse {
  if (format.as === "metadataList") throw isNo("PartialObjectMetadataList", "not a list", typeName(type));
  const metadata = partialMetadata({ ...object, metadata: object.metadata ?? {} }, format.viewVersion);
  if (format.encoding !== "protobuf") return respond(status, metadata, format);
  return respondBytes(status, encodeProtoObject(PartialObjectMetadata, metadata), contentType(format, false));
}

/** What a message holds is read as what it says that it is, before that is compared with what is wanted. */
function fromProto(encoded: Uint8Array, type: BodyType): unknown {
  const { apiVersion, kind, raw } = openProtoEnvelope(encoded);
  const given = { kind: kind || type.kind, apiVersion: versionSaid(apiVersion) || groupVersion(type) };
  const struct = structOfGiven(given, type);
  try {
    return { ...given, ...(struct && decodeProto(struct, raw)) };
  } catch (error) {
    throw error instanceof ProtoError ? unhandled(given, type, error.message, error) : error;
  }
}

/** Checks that a body is of the kind expected. */
function checkType(context: RequestContext, body: Body, type: BodyType): Json {
  const { format, bytes } = body;
  if (body.value === null && (format === "json" || format === "yaml")) return {};
  const value = sayingItsType(body.value, (why) => unrecognized(type.kind, new BodyError(why, bytes)));
  const wanted = groupVersion(type);
  const given = { apiVersion: String(value.apiVersion || wanted), kind: String(value.kind || type.kind) };
  if (format === "object") return value;
  if (given.apiVersion === wanted || type.alsoVersions?.includes(given.apiVersion)) {
    if (given.kind === type.kind) return value;
    throw isRegistered(given, type) ? foreign(given, type) : unregistered(given, type);
  }
  if (!isRegistered(given, type)) throw unregistered(given, type);
  readAsGiven(context, { given, type, body });
  throw badRequest(
    `the API version in the data (${given.apiVersion}) does not match the expected API version (${wanted})`,
  );
}

interface GivenBody {
  readonly given: GivenType;
  readonly type: BodyType;
  readonly body: Body;
}

/** What says that it is of another version, or kind, is read as that first; of a version that is gone, as what came of it. */
function readAsGiven(context: RequestContext, { given, type, body }: GivenBody): void {
  const struct = structOfGiven(given, type) ?? (given.kind === type.kind ? type.struct : undefined);
  let unknown: readonly string[] = [];
  if (struct && body.format !== "protobuf")
    try {
      ({ unknown } = decodeJson(struct, body.value as Json, DECODING));
    } catch (error) {
      if (!(error instanceof DecodeError) && !(error instanceof QuantityError)) throw error;
      throw unhandled(given, type, error.message, error);
    }
  if (given.kind !== type.kind) throw foreign(given, type);
  reportFields(context, { refuse: (why) => unhandled(given, type, why), type, body, unknown });
}

/** The value as an object whose type, where it says one, is text. */
export function sayingItsType(value: unknown, refuse: (why: string) => Error): Json {
  const problem = (given: unknown, target: string) =>
    refuse(
      `couldn't get version/kind; json parse error: json: cannot unmarshal ${jsonTypeName(given)} into Go ${target}`,
    );
  const both =
    'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';
  if (!isObject(value)) throw problem(value, `value of type ${both}`);
  for (const key in value) {
    if (key !== "apiVersion" && key !== "kind") continue;
    const given = value[key];
    if (given !== null && typeof given !== "string") throw problem(given, `struct field .${key} of type string`);
  }
  const { apiVersion } = value;
  if (typeof apiVersion === "string" && apiVersion.indexOf("/") !== apiVersion.lastIndexOf("/"))
    throw refuse(`unexpected GroupVersion string: ${apiVersion}`);
  return value;
}

/** The object in a body of a kind that users define, which says itself what it is. */
async function readCustomObject(context: RequestContext, type: BodyType): Promise<Json> {
  const bytes = await readBytes(context);
  const given = context.request.body.type === "object" ? context.request.body : { type: "bytes" as const, bytes };
  context.isLarge ||= bytes.length > LARGE_BYTES;
  const { isLarge, begin, turn } = context;
  const request = { ...context.request, body: given };
  const refuse = (why: string) => unrecognized(type.kind, new BodyError(why, bytes));
  const body = await readBody({ request, isLarge, begin, turn }, () => undefined, CUSTOM_BODY_TYPES).catch((error) => {
    throw error instanceof BodyError ? unrecognized(type.kind, error) : error;
  });
  if (!body && mediaType(context.request) === PROTOBUF)
    throw unrecognized(type.kind, new BodyError("empty data", new Uint8Array(0)));
  if (!body) throw unrecognized(type.kind, new BodyError(NOTHING, new Uint8Array(0)));
  const { format } = body;
  const value = sayingItsType(body.value, refuse);
  if (format !== "object") {
    if (!value.kind) throw refuse(`Object 'Kind' is missing in '${Buffer.from(bytes).toString("utf8")}'`);
    checkCustomType(context, value, type);
  }
  await betweenSteps(context);
  return decodeObject(context, value, { type, body });
}

function checkCustomType({ warnings }: RequestContext, value: Json, type: BodyType): void {
  const { kind, apiVersion = "" } = value;
  const wanted = groupVersion(type);
  if (apiVersion !== wanted) {
    // A version of the same group that nobody knows has no fields beside metadata.
    if (String(apiVersion).startsWith(`${type.group}/`)) {
      const unknown = Object.keys(value).filter(isUnknownEverywhere);
      for (const name of unknown) warnings.push(`unknown field ${JSON.stringify(name)}`);
    }
    throw badRequest(
      `the API version in the data (${String(apiVersion)}) does not match the expected API version (${wanted})`,
    );
  }
  if (kind === type.kind) return;
  const { name } = (isObject(value.metadata) ? value.metadata : {}) as { name?: unknown };
  throw invalid({ group: type.group, kind: String(kind) }, typeof name === "string" ? name : "", [
    { path: "kind", type: "Invalid", value: kind, detail: `must be ${type.kind}` },
  ]);
}

function isUnknownEverywhere(name: string): boolean {
  return !["kind", "apiVersion", "metadata"].includes(name);
}

/** 400 for an object that says that it is in another namespace than the one that its path names. */
export function requireNamespace(metadata: Json, namespace: string): void {
  if (metadata.namespace && metadata.namespace !== namespace)
    throw badRequest("the namespace of the provided object does not match the namespace sent on the request");
}

/** Brings JSON to the canonical form of a type; reports fields that it doesn't have. */
function decodeObject(context: RequestContext, value: Json, { type, body }: { type: BodyType; body?: Body }): Json {
  const report = (unknown: readonly string[]) => reportFields(context, { refuse: refusing(type), type, body, unknown });
  return decodeReporting(context, value, { type, report });
}

/** The same without a word of fields that it doesn't have, but to the caller. */
export function decodeQuietly(context: RequestContext, value: Json, { type, report }: Reporting): Json {
  return decodeReporting(context, value, { type, report });
}

interface Reporting {
  readonly type: BodyType;
  /** Is told of the fields that the type doesn't have. */
  readonly report: (unknown: readonly string[]) => void;
}

const refusing = (type: BodyType) => (why: string, cause?: unknown) =>
  unhandled({ apiVersion: groupVersion(type), kind: type.kind }, type, why, cause);

function decodeReporting(context: RequestContext, value: Json, { type, report }: Reporting): Json {
  try {
    const decoded = decodeJson(type.struct, value, DECODING);
    context.emptied = decoded.emptied;
    report(decoded.unknown);
    context.audited?.sent(decoded.value, () => withDefaults(decoded.value, type));
    return decoded.value;
  } catch (error) {
    if (!(error instanceof DecodeError) && !(error instanceof QuantityError)) throw error;
    throw refusing(type)(error.message, error);
  }
}

/** A copy as the original understands it: with what comes by default. */
function withDefaults(object: Json, type: BodyType): Json {
  const copy = structuredClone(object);
  applyDefaults(type.struct, copy);
  const kind = kindFor(type);
  if (kind?.struct === type.struct) behaviorOf(kind).setDefaults?.(copy as never);
  const { value } = decodeJson(type.struct, copy, DECODING);
  return { kind: type.kind, apiVersion: groupVersion(type), ...value };
}

interface FieldReport {
  readonly refuse: (why: string) => StatusError;
  readonly type: BodyType;
  readonly body: Body | undefined;
  readonly unknown: readonly string[];
}

/** As many complaints as the original makes about the JSON of one object, custom ones apart, whose fields it checks otherwise. */
export const COMPLAINTS_MAX = 100;

/** Unknown and repeated fields: refused, warned of or ignored, as the client asks. */
function reportFields(context: RequestContext, { refuse, type, body, unknown }: FieldReport): void {
  const { duplicates = [], format } = body ?? {};
  const isStrict = context.query.get("fieldValidation") === "Strict";
  const twice = isStrict && format === "yaml" && duplicates.length > 0 ? [yamlErrors(duplicates)] : duplicates;
  const left = COMPLAINTS_MAX - (format === "yaml" ? 0 : duplicates.length);
  const shown = type.custom ? [...unknown].sort() : unknown.slice(0, left);
  const texts = [...twice, ...shown.map((path) => `unknown field ${JSON.stringify(path)}`)];
  reportStrict(context, texts, refuse);
}

/** Tells of what only a strict reader minds: as an error, as warnings or not at all. */
export function reportStrict(
  { query, warnings }: RequestContext,
  texts: readonly string[],
  refuse: (message: string) => Error,
): void {
  if (texts.length === 0) return;
  const mode = query.get("fieldValidation") || "Warn";
  if (mode === "Ignore") return;
  if (mode === "Strict") throw refuse(`strict decoding error: ${texts.join(", ")}`);
  for (const text of texts) warnings.push(text);
}
