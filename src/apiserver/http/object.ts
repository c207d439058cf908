import {
  badRequest,
  behaviorOf,
  canonicalQuantity,
  groupVersion,
  invalid,
  type KindDefinition,
  kindFor,
  kinds,
  QuantityError,
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
  type StructNode,
} from "../../schema/index.ts";
import type { RequestContext } from "../contracts.ts";
import { type Body, BodyError, CUSTOM_BODY_TYPES, readBody, readBytes, yamlErrors, mediaType } from "./body.ts";
import { betweenSteps, LARGE_BYTES } from "../turns.ts";
import { contentType, negotiate, wantsPretty } from "./negotiate.ts";
import { respond, respondBytes } from "./respond.ts";

export type Json = Record<string, unknown>;

/** What a body is expected to hold: a served kind, or one that exists only below others, such as Scale. */
export interface BodyType {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly struct: StructNode;
  /** Other group versions that mean the same. */
  readonly alsoVersions?: readonly string[];
  readonly custom?: KindDefinition["custom"];
}

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
  const value = checkType(body, type);
  await betweenSteps(context);
  // What was read by its type is of it.
  if (body.format === "protobuf" && isCanonical(type.struct, value, DECODING)) return value;
  return decodeObject(context, value, { type, body });
}

/** The same of what is answered and not stored: looks first at whether the answer can be written. */
export function readAnswered(context: RequestContext, type: BodyType): Promise<Json> {
  negotiate(context.request.headers.accept, { views: false }, false);
  return readObject(context, type);
}

/** 400 for a body that can't be read; shows how it begins. */
function unrecognized(kind: string, { message, bytes, cause }: BodyError): StatusError {
  const where = `(must be of type ${kind}): ${message} (${summary(bytes)})`;
  return badRequest(`the object provided is unrecognized ${where}`, { cause });
}

const NOTHING = "couldn't get version/kind; json parse error: unexpected end of JSON input";
const PROTOBUF = "application/vnd.kubernetes.protobuf";
/** What every message begins with. */
const MAGIC_BYTES = 4;
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
  const format = negotiate(request.headers.accept, { views: false }, pretty);
  const whole = { kind: type.kind, apiVersion: groupVersion(type), ...value };
  if (format.encoding !== "protobuf") return respond(status, whole, format);
  return respondBytes(status, encodeProtoObject(type.struct, whole), contentType(format, false));
}

function fromProto(encoded: Uint8Array, type: BodyType): unknown {
  if (encoded.length === MAGIC_BYTES) throw new BodyError("empty body", encoded);
  const { apiVersion, kind, raw } = openProtoEnvelope(encoded);
  const own = (kind === "" || kind === type.kind) && (apiVersion === "" || apiVersion === groupVersion(type));
  return { kind, apiVersion, ...(own ? decodeProto(type.struct, raw) : {}) };
}

/** Checks that a body is of the kind expected. */
function checkType(body: Body, type: BodyType): Json {
  const { format, bytes } = body;
  if (body.value === null && format === "json") return {};
  const value = sayingItsType(body.value, (why) => unrecognized(type.kind, new BodyError(why, bytes)));
  const wanted = groupVersion(type);
  const given = { apiVersion: String(value.apiVersion || wanted), kind: String(value.kind || type.kind) };
  if (format === "object") return value;
  if (given.apiVersion !== wanted && !type.alsoVersions?.includes(given.apiVersion)) {
    if (!isRegistered(given, type)) throw unregistered(given, type);
    if (given.kind !== type.kind) throw foreign(given, type);
    throw badRequest(
      `the API version in the data (${given.apiVersion}) does not match the expected API version (${wanted})`,
    );
  }
  if (given.kind !== type.kind) {
    throw isRegistered(given, type) ? foreign(given, type) : unregistered(given, type);
  }
  return value;
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
  for (const [key, given] of Object.entries(value))
    if ((key === "apiVersion" || key === "kind") && given !== null && typeof given !== "string")
      throw problem(given, `struct field .${key} of type string`);
  const { apiVersion } = value;
  if (typeof apiVersion === "string" && apiVersion.split("/").length > 2)
    throw refuse(`unexpected GroupVersion string: ${apiVersion}`);
  return value;
}

interface GivenType {
  readonly apiVersion: string;
  readonly kind: string;
}

/** What verbs take belongs to every version of every group. */
const OPTIONS_KINDS: ReadonlySet<string> = new Set([
  "CreateOptions",
  "DeleteOptions",
  "GetOptions",
  "ListOptions",
  "PatchOptions",
  "UpdateOptions",
  "WatchEvent",
]);

/** What says something of the API itself. */
const UNVERSIONED_KINDS: ReadonlySet<string> = new Set([
  "Status",
  "APIVersions",
  "APIGroup",
  "APIGroupList",
  "APIResourceList",
]);

/** An object of another kind that is known. */
function foreign({ apiVersion, kind }: GivenType, type: BodyType): StatusError {
  const version = apiVersion.split("/").at(-1);
  const internal = type.group === "" ? "core" : type.group.split(".")[0];
  return badRequest(
    `${kind} in version ${JSON.stringify(version)} cannot be handled as a ${type.kind}: converting (${version}.${kind}) to (${internal}.${type.kind}): unknown conversion`,
  );
}

function unregistered({ apiVersion, kind }: GivenType, type: BodyType): StatusError {
  const version = apiVersion.split("/").at(-1);
  return badRequest(
    `${kind} in version ${JSON.stringify(version)} cannot be handled as a ${type.kind}: no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)} in scheme "pkg/api/legacyscheme/scheme.go:30"`,
  );
}

/** Whether Kubernetes knows a type that it may not serve: previews of a group's kinds, and what once was in extensions. */
function isRegistered({ apiVersion, kind }: GivenType, type: BodyType): boolean {
  const [version = "", group = ""] = apiVersion.split("/").reverse();
  if (OPTIONS_KINDS.has(kind) || UNVERSIONED_KINDS.has(kind)) return true;
  // Servers behind the first know their own kinds only, and nobody else knows those.
  if (group !== type.group && (APART.has(group) || APART.has(type.group))) return false;
  const item = kind.replace(/List$/, "");
  if (apiVersion === "extensions/v1beta1") return ONCE_EXTENSIONS.has(item);
  if (apiVersion === "v1" && kind === "List") return true;
  const isOfGroup = (one: GroupKind) => one.group === group && one.kind === item;
  if (kindFor({ group, version, kind: item })) return true;
  return /^v\d+(alpha|beta)\d+$/.test(version) && (isOfGroup(type) || kinds.some(isOfGroup));
}

const APART: ReadonlySet<string> = new Set(["apiextensions.k8s.io", "apiregistration.k8s.io"]);

type GroupKind = Pick<BodyType, "group" | "kind">;

const ONCE_EXTENSIONS = new Set(["DaemonSet", "Deployment", "Ingress", "NetworkPolicy", "ReplicaSet", "Scale"]);

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
export function decodeObject(
  context: RequestContext,
  value: Json,
  { type, body }: { type: BodyType; body?: Body },
): Json {
  const prefix = `${type.kind} in version ${JSON.stringify(type.version)} cannot be handled as a ${type.kind}`;
  try {
    const decoded = decodeJson(type.struct, value, DECODING);
    context.emptied = decoded.emptied;
    reportFields(context, { prefix, type, body, unknown: decoded.unknown });
    context.audited?.sent(decoded.value, () => withDefaults(decoded.value, type));
    return decoded.value;
  } catch (error) {
    if (!(error instanceof DecodeError) && !(error instanceof QuantityError)) throw error;
    throw badRequest(`${prefix}: ${error.message}`, { cause: error });
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
  readonly prefix: string;
  readonly type: BodyType;
  readonly body: Body | undefined;
  readonly unknown: readonly string[];
}

/** As many complaints as the original makes about the JSON of one object, custom ones apart, whose fields it checks otherwise. */
export const COMPLAINTS_MAX = 100;

/** Unknown and repeated fields: refused, warned of or ignored, as the client asks. */
function reportFields(context: RequestContext, { prefix, type, body, unknown }: FieldReport): void {
  const { duplicates = [], format } = body ?? {};
  const isStrict = context.query.get("fieldValidation") === "Strict";
  const twice = isStrict && format === "yaml" && duplicates.length > 0 ? [yamlErrors(duplicates)] : duplicates;
  const left = COMPLAINTS_MAX - (format === "yaml" ? 0 : duplicates.length);
  const shown = type.custom ? [...unknown].sort() : unknown.slice(0, left);
  const texts = [...twice, ...shown.map((path) => `unknown field ${JSON.stringify(path)}`)];
  reportStrict(context, texts, (message) => badRequest(`${prefix}: ${message}`));
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
