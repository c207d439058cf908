import { own } from "../../base/index.ts";
import {
  badRequest,
  type FieldError,
  groupVersion,
  invalid,
  kindFor,
  type KindDefinition,
  type KubeObject,
  QuantityError,
  type StatusError,
  statusError,
  unsupportedMediaType,
} from "../../api/index.ts";
import {
  applyConfig,
  ApplyConflictError,
  KeylessError,
  ViewError,
  ApplyTypeError,
  copyJson,
  DecodeError,
  type Decoded,
  decodeJson,
  type DecodeOptions,
  goJson,
  goText,
  isMap,
  isObject,
  JsonError,
  jsonMergePatch,
  jsonTypeName,
  PatchError,
  strategicMerge,
  withSortedKeys,
} from "../../schema/index.ts";
import type { ApiRequest } from "../../net/message.ts";
import type { RequestContext } from "../contracts.ts";
import { type Body, BodyError, duplicateText, fromYaml, readBytes, readJson, yamlErrors } from "../http/body.ts";
import { COMPLAINTS_MAX, decodeQuietly, DECODING, reportStrict, sayingItsType } from "../http/object.ts";
import { applyJsonPatch, JsonPatchError } from "./json-patch.ts";
import type { Json, WriteOptions } from "../registry/generic.ts";
import { blankOf, resetFields } from "../registry/resets.ts";
import { withViews } from "../stored/views.ts";
import { LARGE_BYTES } from "../turns.ts";
import { writeOptions } from "./write-options.ts";

export type PatchType = "json" | "merge" | "strategic" | "apply";

const TYPES: Readonly<Record<string, PatchType>> = {
  "application/json-patch+json": "json",
  "application/merge-patch+json": "merge",
  "application/strategic-merge-patch+json": "strategic",
  "application/apply-patch+yaml": "apply",
};

const OPERATIONS_MAX = 10_000;

/** What custom kinds can be patched with: nothing says how their lists merge strategically. */
const CUSTOM_TYPES = ["application/json-patch+json", "application/merge-patch+json", "application/apply-patch+yaml"];

/** The kind of patch that a request's content type announces, whatever its parameters; 415 for any other. */
export function patchType({ headers }: ApiRequest, { custom }: Pick<KindDefinition, "custom"> = {}): PatchType {
  const contentType = (headers["content-type"] ?? "").split(";", 1)[0]!.trim();
  if (custom && !CUSTOM_TYPES.includes(contentType)) throw unsupportedMediaType(CUSTOM_TYPES);
  const type = own(TYPES, contentType);
  if (type) return type;
  throw statusError({ code: 415, reason: "UnsupportedMediaType", message: "415: Unsupported Media Type", details: {} });
}

/** What a patch makes of an object. */
export interface Patched {
  readonly object: unknown;
  /** How messages show it, where it can't be read. */
  readonly shown: () => string;
}

interface PatchedCall extends PatchCall {
  readonly current: KubeObject;
  readonly weigh?: RequestContext["weigh"];
}

/** The object that a patch makes of another. Does not change its arguments. */
export function patched({ kind, type, patch, current, weigh }: PatchedCall): Patched {
  if (type === "strategic") return strategic(kind, current, patch.value);
  const opened = new WeakSet<object>();
  const made = plainlyPatched(type, patch, { current, opened, weigh });
  // Of custom objects the original keeps no order anywhere.
  const object = kind.custom ? withSortedKeys(made) : withSortedKeys(made, opened);
  return { object, shown: () => goJson(object) };
}

interface PatchOf {
  readonly current: KubeObject;
  /** Gets the maps of the result that the patch has to do with. */
  readonly opened: WeakSet<object>;
  readonly weigh: RequestContext["weigh"];
}

function plainlyPatched(type: Exclude<PatchType, "strategic">, patch: ReadPatch, of: PatchOf): unknown {
  switch (type) {
    case "json":
      return jsonPatch(operationsOf(patch), of);
    case "merge":
      return mergePatch(patch, of);
    case "apply":
      throw badRequest("apply is no patch of an object");
    default:
      return type satisfies never;
  }
}

const MAP_TYPE = "map[string]interface {}";

function cantUnmarshal(value: unknown, target: string): string {
  return `json: cannot unmarshal ${jsonTypeName(value)} into Go ${target}`;
}

function mergePatch({ value, isLoose }: ReadPatch, { current, opened }: PatchOf): unknown {
  if (isMap(value)) return jsonMergePatch(current, value, opened);
  if (value !== null && !isLoose) throw badRequest(`${BAD_PATCH}${cantUnmarshal(value, `value of type ${MAP_TYPE}`)}`);
  if (Array.isArray(value)) return value;
  throw badRequest(BAD_MERGE_PATCH);
}

const BAD_PATCH = "error decoding patch: ";
const BAD_MERGE_PATCH = "Invalid JSON Patch";

/** The operations of a JSON patch; 400 when they aren't some. */
function operationsOf({ value, isLoose }: ReadPatch): readonly unknown[] {
  const refuse = (given: unknown, strict: string, loose: string) =>
    badRequest(isLoose ? cantUnmarshal(given, loose) : `${BAD_PATCH}${cantUnmarshal(given, strict)}`);
  if (value === null) return [];
  if (!Array.isArray(value))
    throw refuse(value, "value of type []handlers.jsonPatchOp", "value of type jsonpatch.Patch");
  for (const one of value) {
    if (one === null) continue;
    if (!isMap(one)) throw refuse(one, "value of type handlers.jsonPatchOp", "value of type jsonpatch.Operation");
    for (const [name, given] of isLoose ? [] : Object.entries(one))
      if (TEXT_MEMBERS.has(name) && given !== null && typeof given !== "string")
        throw refuse(given, `struct field jsonPatchOp.${name} of type string`, "");
  }
  return value;
}

const TEXT_MEMBERS = new Set(["op", "path", "from"]);

function strategic(kind: KindDefinition, current: KubeObject, patch: unknown): Patched {
  if (patch !== null && !isMap(patch)) throw badRequest(cantUnmarshal(patch, `value of type ${MAP_TYPE}`));
  try {
    const { merged, rest } = strategicMerge(kind.struct, current as unknown as Json, patch ?? {});
    return { object: merged, shown: () => goText(rest) };
  } catch (error) {
    if (error instanceof PatchError) throw strategicFailure(error);
    throw error;
  }
}

function strategicFailure(error: PatchError): StatusError {
  switch (error.fault) {
    case "badRequest":
      return badRequest(error.message, { cause: error });
    case "unprocessable": {
      const message = "the server rejected our request due to an error in our request";
      return statusError({ code: 422, reason: "Invalid", message, details: {} }, { cause: error });
    }
    case "internal":
      return statusError({ code: 500, reason: "", message: error.message }, { cause: error });
    default:
      return error.fault satisfies never;
  }
}

function jsonPatch(operations: readonly unknown[], { current, opened, weigh }: PatchOf): unknown {
  if (operations.length > OPERATIONS_MAX) {
    throw statusError({
      code: 413,
      reason: "RequestEntityTooLarge",
      message: `Request entity too large: The allowed maximum operations in a JSON patch is ${OPERATIONS_MAX}, got ${operations.length}`,
    });
  }
  try {
    return applyJsonPatch(copyJson(current), operations, { opened, weigh });
  } catch (error) {
    if (!(error instanceof JsonPatchError)) throw error;
    const message = "the server rejected our request due to an error in our request";
    throw statusError({ code: 422, reason: "Invalid", message, details: {} }, { cause: error });
  }
}

/** Reads the options of a patch: `force` and a missing manager are errors of their own. */
export function patchOptions(context: RequestContext, type: PatchType): WriteOptions {
  return { ...writeOptions(context, forceErrors(context, type)), isApply: type === "apply" };
}

function forceErrors({ query }: RequestContext, type: PatchType): FieldError[] {
  if (type === "apply")
    return query.get("fieldManager")
      ? []
      : [{ path: "fieldManager", type: "Required", detail: "is required for apply patch" }];
  if (!query.has("force")) return [];
  return [{ path: "force", type: "Forbidden", detail: "may not be specified for non-apply patch" }];
}

/** The configuration in an apply's body, of the kind that it is applied to. */
export function applyConfiguration(kind: KindDefinition, value: unknown): Json {
  if (!isMap(value)) {
    const problem = cantUnmarshal(value, `value of type ${MAP_TYPE}`);
    throw badRequest(`error decoding YAML: error unmarshaling JSON: while decoding JSON: ${problem}`);
  }
  const config = copyJson(value) as Json;
  if (!config.apiVersion && !config.kind) throw badRequest("invalid object type: /, Kind=");
  if (config.apiVersion !== groupVersion(kind) || config.kind !== kind.kind) {
    throw badRequest(`invalid object type: ${typeTextOf(config)}`);
  }
  const { managedFields } = isObject(config.metadata) ? config.metadata : {};
  if (Array.isArray(managedFields)) throw badRequest("metadata.managedFields must be nil");
  return config;
}

interface ApplyTo {
  readonly kind: KindDefinition;
  readonly current: KubeObject | undefined;
  readonly config: Json;
  readonly write: WriteOptions;
  readonly subresource: string;
  readonly now: string;
  readonly force: boolean;
}

/** namespace/name; group/version, kind, as messages name what was sent. */
function identityOf(config: Json): string {
  const { namespace, name } = isObject(config.metadata) ? config.metadata : {};
  return `${textOf(namespace)}/${textOf(name)}; ${typeTextOf(config)}`;
}

function typeTextOf({ apiVersion, kind }: Json): string {
  const version = textOf(apiVersion);
  return `${version.includes("/") ? version : `/${version}`}, Kind=${textOf(kind)}`;
}

/** What has another type than text counts as not said. */
function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** The object that an apply makes; 409 names the fields that others own. */
export async function applyTo({ kind, current, config, write, subresource, now, force }: ApplyTo): Promise<Json> {
  const input = {
    struct: kind.struct,
    live: current as unknown as Json | undefined,
    config,
    write: { manager: write.fieldManager, apiVersion: groupVersion(kind), subresource, now },
    blank: blankOf(kind),
    ignored: resetFields(kind, subresource),
    force,
  };
  try {
    return await withViews(kind, (versions) => applyConfig({ ...input, versions }));
  } catch (error) {
    if (error instanceof ApplyTypeError)
      throw applyFailure(`failed to create typed patch object (${identityOf(config)}): ${error.message}`, error);
    if (error instanceof ViewError) throw applyFailure(error.message, error);
    if (error instanceof KeylessError) throw applyFailure(`${untypedText(current)}: ${error.message}`, error);
    if (!(error instanceof ApplyConflictError)) throw error;
    const causes = error.conflicts.map(({ field, message }) => ({ reason: "FieldManagerConflict", message, field }));
    throw statusError({ code: 409, reason: "Conflict", message: error.message, details: { causes } }, { cause: error });
  }
}

/** How it is told that the parts of an object can't be told apart: who manages what is there is worked out first. */
function untypedText(current: KubeObject | undefined): string {
  const identity = identityOf({ ...current });
  if (current?.metadata.managedFields) return `failed to create typed live object (${identity})`;
  return `failed to create manager for existing fields: failed to convert new object (${identity}) to smd typed`;
}

function applyFailure(message: string, cause: unknown): StatusError {
  return statusError({ code: 500, reason: "", message }, { cause });
}

/** What an apply made, canonical; 500 when it holds what can't be read. */
export function decodeApplied(
  context: RequestContext,
  made: Json,
  { kind, config }: Pick<ApplyTo, "kind" | "config">,
): Json {
  // Nobody is told of fields that an apply may say though they are dropped; that it says them counts as a change.
  if (kind.custom) {
    const hasStatus = kind.subresources.some(({ name }) => name === "status");
    const counts = (path: string) => !path.startsWith("metadata.") && !(hasStatus && /^status\b/.test(path));
    return decodeQuietly(context, made, {
      type: kind,
      report: (unknown) => (context.dropsSome = unknown.some(counts)),
    });
  }
  try {
    const { value, emptied } = decodeJson(kind.struct, made, { ...DECODING, asConversion: true });
    context.emptied = emptied;
    return value;
  } catch (error) {
    if (!(error instanceof DecodeError) && !(error instanceof QuantityError)) throw error;
    const what = `failed to convert new object (${identityOf(config)}) to proper version`;
    const type = typeTextOf(config);
    throw applyFailure(`${what}: unable to convert unstructured object to ${type}: ${error.message}`, error);
  }
}

/** A patch as it was sent. */
export interface ReadPatch {
  readonly value: unknown;
  /** What a strict reader minds about it. */
  readonly complaints: readonly string[];
  /** Nobody wants to hear such complaints, so that it isn't read strictly first. */
  readonly isLoose: boolean;
}

/** The body of a patch as data; 400 when it can't be read. */
export async function readPatch(context: RequestContext, type: PatchType): Promise<ReadPatch> {
  const patch = await patchIn(context, type);
  context.audited?.sentAs(() => patch.value);
  return patch;
}

async function patchIn(context: RequestContext, type: PatchType): Promise<ReadPatch> {
  const { request, query } = context;
  const isLoose = query.get("fieldValidation") === "Ignore";
  if (request.body.type === "object") return { value: request.body.value, complaints: [], isLoose };
  const bytes = await readBytes(context);
  context.isLarge ||= bytes.length > LARGE_BYTES;
  if (type === "apply") return { ...(await readApply(context, bytes)), isLoose };
  try {
    const { value, duplicates } = await readJson(Buffer.from(bytes).toString("utf8"), context);
    const prefix = type === "json" ? "json patch " : "";
    const complaints = duplicates.map((path) => prefix + duplicateText(path));
    if (type === "json") complaints.push(...unknownMembers(value));
    return { value, complaints: complaints.slice(0, COMPLAINTS_MAX), isLoose };
  } catch (error) {
    if (error instanceof JsonError) throw badRequest(unreadable(type, isLoose, error.message), { cause: error });
    throw error;
  }
}

function unreadable(type: PatchType, isLoose: boolean, problem: string): string {
  if (type === "strategic") return problem;
  if (!isLoose) return `${BAD_PATCH}${problem}`;
  return type === "merge" ? BAD_MERGE_PATCH : problem;
}

async function readApply(context: RequestContext, bytes: Uint8Array): Promise<Pick<ReadPatch, "value" | "complaints">> {
  const { value, duplicates } = await applyYaml(context, bytes);
  return { value, complaints: duplicates };
}

/** Tells of what is said twice in an apply, once it has succeeded. */
export function reportApplied({ query, warnings }: RequestContext, { complaints, isLoose }: ReadPatch): void {
  if (complaints.length === 0 || isLoose) return;
  if (query.get("fieldValidation") !== "Strict") warnings.push(...complaints);
  else throw badRequest(`error strict decoding YAML: error converting YAML to JSON: ${yamlErrors(complaints)}`);
}

async function applyYaml(context: RequestContext, bytes: Uint8Array): Promise<Body> {
  try {
    const body = await fromYaml(bytes, context);
    return { ...body, value: body.value ?? {} };
  } catch (error) {
    if (!(error instanceof BodyError)) throw error;
    throw badRequest(`error decoding YAML: error converting YAML to JSON: ${error.message}`, { cause: error });
  }
}

const OPERATION_MEMBERS = new Set(["op", "path", "from", "value"]);

function unknownMembers(operations: unknown): string[] {
  if (!Array.isArray(operations)) return [];
  return operations.flatMap((operation, index) =>
    Object.keys(isObject(operation) ? operation : {})
      .filter((name) => !OPERATION_MEMBERS.has(name))
      .map((name) => `json patch unknown field ${JSON.stringify(`[${index}].${name}`)}`),
  );
}

interface PatchCall {
  readonly kind: KindDefinition;
  readonly type: PatchType;
  readonly patch: ReadPatch;
}

/** The object that a patch made, canonical; 422 that shows it (or, of a strategic one, the patch) when it can't be decoded. */
export function decodePatched(
  context: RequestContext,
  { object, shown }: Patched,
  { kind, type, patch }: PatchCall,
): Json {
  const refuse = (detail: string, cause?: unknown) =>
    invalid({ group: "", kind: "" }, "", [{ path: "patch", type: "Invalid", value: shown(), detail }], { cause });
  const complain = (unknown: readonly string[]) => {
    const texts = [...patch.complaints, ...unknown.map((path) => `unknown field ${JSON.stringify(path)}`)];
    reportStrict(context, texts, refuse);
  };
  const isConverted = type === "strategic";
  const made = isConverted ? (object as Json) : sayingItsType(object, refuse);
  // A strategic patch is of the type that it patches, whatever it says.
  const saysNoVersion = !isConverted && !kind.custom && !made.apiVersion;
  if (saysNoVersion) {
    // Then it is read as a form of the kind that has none of its fields.
    complain(Object.keys(made).filter((name) => name !== "kind" && name !== "apiVersion"));
    throw undeterminedName(context);
  }
  if (String(made.apiVersion).split("/").length > 2)
    throw refuse(`unexpected GroupVersion string: ${String(made.apiVersion)}`);
  const decode = decoderOf(kind, isConverted ? typeOf(kind) : { kind: kind.kind, ...withoutEmptyKind(made) });
  if (!decode) {
    const [version = "", group = ""] = String(made.apiVersion).split("/").reverse();
    const where = group === "" ? version : `${group}/${version}`;
    throw refuse(
      `no kind ${JSON.stringify(made.kind || kind.kind)} is registered for version ${JSON.stringify(where)} in scheme ${JSON.stringify(SCHEME)}`,
    );
  }
  try {
    const { value, unknown, emptied } = decode(made, { ...DECODING, asConversion: isConverted });
    context.emptied = emptied;
    // What a strategic patch makes was never text: all that is wrong with it is told.
    if (isConverted) complain([...unknown].sort());
    else complain(kind.custom ? [...unknown].sort() : unknown.slice(0, COMPLAINTS_MAX));
    return value;
  } catch (error) {
    if (!(error instanceof DecodeError) && !(error instanceof QuantityError)) throw error;
    throw refuse(error.message, error);
  }
}

/** 400 unless an object is the one on the URL. */
export function requireName(context: RequestContext, metadata: Json): void {
  const { name } = context.info;
  if (!metadata.name) throw undeterminedName(context);
  if (metadata.name !== name)
    throw badRequest(`the name of the object (${String(metadata.name)}) does not match the name on the URL (${name})`);
}

/** 400: an object has no name that could be compared with the one on the URL. */
function undeterminedName({ info: { name } }: RequestContext): Error {
  return badRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`);
}

function withoutEmptyKind({ kind, ...rest }: Json): Json {
  return kind ? { kind, ...rest } : rest;
}

function typeOf(kind: KindDefinition): Json {
  return { apiVersion: groupVersion(kind), kind: kind.kind };
}

const SCHEME = "pkg/api/legacyscheme/scheme.go:30";

/** How to decode what a patch made: as the kind that it says it is; undefined when there is none. */
function decoderOf(
  kind: KindDefinition,
  { apiVersion, kind: name }: Json,
): ((value: Json, options: DecodeOptions) => Decoded) | undefined {
  if (apiVersion === groupVersion(kind) && name === kind.kind)
    return (value, options) => decodeJson(kind.struct, value, options);
  const [version = "", group = ""] = String(apiVersion).split("/").reverse();
  const other = kindFor({ group, version, kind: String(name) });
  return (
    other &&
    ((value, options) => {
      decodeJson(other.struct, value, options);
      throw new DecodeError(
        `converting (${other.version}.${other.kind}) to (${internalName(kind)}.${kind.kind}): unknown conversion`,
      );
    })
  );
}

function internalName({ group }: KindDefinition): string {
  return group === "" ? "core" : group.split(".")[0]!;
}
