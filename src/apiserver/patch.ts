import {
  badRequest,
  type FieldError,
  groupVersion,
  hubOf,
  invalid,
  kindFor,
  type KindDefinition,
  type KubeObject,
  QuantityError,
  type StatusError,
  statusError,
  unsupportedMediaType,
  versionView,
} from "../api/index.ts";
import {
  applyConfig,
  ApplyConflictError,
  ApplyTypeError,
  copyJson,
  DecodeError,
  type Decoded,
  decodeJson,
  type DecodeOptions,
  goJson,
  goText,
  isObject,
  JsonError,
  jsonMergePatch,
  parseJson,
  PatchError,
  strategicMerge,
} from "../schema/index.ts";
import type { RequestContext } from "./contracts.ts";
import { type Body, BodyError, duplicateText, fromYaml, readBytes, yamlErrors } from "./http/body.ts";
import { decodeObject, DECODING, reportStrict } from "./http/object.ts";
import { applyJsonPatch, JsonPatchError } from "./json-patch.ts";
import type { Json, WriteOptions } from "./registry/generic.ts";
import { blankOf, resetFields } from "./registry/resets.ts";
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

/** The kind of patch that a content type announces; 415 for any other. */
export function patchType(contentType: string, { custom }: Pick<KindDefinition, "custom"> = {}): PatchType {
  if (custom && !CUSTOM_TYPES.includes(contentType)) throw unsupportedMediaType(CUSTOM_TYPES);
  const type = TYPES[contentType];
  if (type) return type;
  throw statusError({ code: 415, reason: "UnsupportedMediaType", message: "415: Unsupported Media Type", details: {} });
}

/** What a patch makes of an object. */
export interface Patched {
  readonly object: Json;
  /** How messages show it, where it can't be read. */
  readonly shown: () => string;
}

/** The object that a patch makes of another. Does not change its arguments. */
export function patched(kind: KindDefinition, type: PatchType, current: KubeObject, patch: unknown): Patched {
  if (type === "strategic") return strategic(kind, current, patch);
  const object = sorted(plainlyPatched(kind, type, { current, patch }), touchedBy(type, patch)) as Json;
  return { object, shown: () => goJson(object) };
}

interface PatchOf {
  readonly current: KubeObject;
  readonly patch: unknown;
}

function plainlyPatched(
  kind: KindDefinition,
  type: Exclude<PatchType, "strategic">,
  { current, patch }: PatchOf,
): Json {
  switch (type) {
    case "json":
      return jsonPatch(current, patch);
    case "merge":
      if (!isObject(patch)) {
        const problem = "json: cannot unmarshal array into Go value of type map[string]interface {}";
        throw badRequest(kind.custom ? `error decoding patch: ${problem}` : problem);
      }
      return jsonMergePatch(current, patch) as Json;
    case "apply":
      throw badRequest("apply is no patch of an object");
    default:
      return type satisfies never;
  }
}

function strategic(kind: KindDefinition, current: KubeObject, patch: unknown): Patched {
  if (!isObject(patch)) throw badRequest("json: cannot unmarshal array into Go value of type map[string]interface {}");
  try {
    const { merged, rest } = strategicMerge(kind.struct, current as unknown as Json, patch);
    return { object: sorted(merged, patch) as Json, shown: () => goText(rest) };
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

function jsonPatch(current: KubeObject, patch: unknown): Json {
  if (!Array.isArray(patch)) throw badRequest("json: cannot unmarshal object into Go value of type jsonpatch.Patch");
  if (patch.length > OPERATIONS_MAX) {
    throw statusError({
      code: 413,
      reason: "RequestEntityTooLarge",
      message: `Request entity too large: The allowed maximum operations in a JSON patch is ${OPERATIONS_MAX}, got ${patch.length}`,
    });
  }
  try {
    return applyJsonPatch(copyJson(current), patch) as Json;
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
  if (!isObject(value))
    throw badRequest(
      "error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array into Go value of type map[string]interface {}",
    );
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
export function applyTo({ kind, current, config, write, subresource, now, force }: ApplyTo): Json {
  try {
    return applyConfig({
      struct: kind.struct,
      live: current as unknown as Json | undefined,
      config,
      write: { manager: write.fieldManager, apiVersion: groupVersion(kind), subresource, now },
      versions: (apiVersion) => versionView(hubOf(kind), kind, apiVersion),
      blank: blankOf(kind),
      ignored: resetFields(kind, subresource),
      force,
    });
  } catch (error) {
    if (error instanceof ApplyTypeError)
      throw applyFailure(`failed to create typed patch object (${identityOf(config)}): ${error.message}`, error);
    if (!(error instanceof ApplyConflictError)) throw error;
    const causes = error.conflicts.map(({ field, message }) => ({ reason: "FieldManagerConflict", message, field }));
    throw statusError({ code: 409, reason: "Conflict", message: error.message, details: { causes } }, { cause: error });
  }
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
  if (kind.custom) return decodeObject(context, made, { type: kind });
  try {
    const { value, emptied } = decodeJson(kind.struct, made, DECODING);
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
}

/** The body of a patch as data; 400 when it can't be read. */
export async function readPatch(context: RequestContext, type: PatchType): Promise<ReadPatch> {
  const { request } = context;
  if (request.body.type === "object") return { value: request.body.value, complaints: [] };
  const bytes = await readBytes(request);
  if (type === "apply") return await readApply(context, bytes);
  try {
    const { value, duplicates } = parseJson(Buffer.from(bytes).toString("utf8"));
    const prefix = type === "json" ? "json patch " : "";
    const complaints = duplicates.map((path) => prefix + duplicateText(path));
    return { value, complaints: [...complaints, ...(type === "json" ? unknownMembers(value) : [])] };
  } catch (error) {
    if (error instanceof JsonError) throw badRequest(error.message, { cause: error });
    throw error;
  }
}

async function readApply({ query }: RequestContext, bytes: Uint8Array): Promise<ReadPatch> {
  const { value, duplicates } = await applyYaml(bytes);
  if (duplicates.length > 0 && query.get("fieldValidation") === "Strict")
    throw badRequest(`error strict decoding YAML: error converting YAML to JSON: ${yamlErrors(duplicates)}`);
  return { value, complaints: [] };
}

async function applyYaml(bytes: Uint8Array): Promise<Body> {
  try {
    const body = await fromYaml(bytes);
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
  { object: made, shown }: Patched,
  { kind, type, patch }: PatchCall,
): Json {
  const refuse = (detail: string, cause?: unknown) =>
    invalid({ group: "", kind: "" }, "", [{ path: "patch", type: "Invalid", value: shown(), detail }], { cause });
  // A strategic patch is of the type that it patches, whatever it says.
  const decode = type === "strategic" ? decoderOf(kind, typeOf(kind)) : decoderOf(kind, made);
  if (!decode) {
    const [version = "", group = ""] = String(made.apiVersion).split("/").reverse();
    const where = group === "" ? version : `${group}/${version}`;
    throw refuse(
      `no kind ${JSON.stringify(made.kind)} is registered for version ${JSON.stringify(where)} in scheme ${JSON.stringify(SCHEME)}`,
    );
  }
  try {
    const { value, unknown, emptied } = decode(made, {
      ...DECODING,
      asConversion: type === "strategic",
    });
    context.emptied = emptied;
    const texts = [...patch.complaints, ...unknown.map((path) => `unknown field ${JSON.stringify(path)}`)];
    reportStrict(context, texts, refuse);
    return value;
  } catch (error) {
    if (!(error instanceof DecodeError) && !(error instanceof QuantityError)) throw error;
    throw refuse(error.message, error);
  }
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

/** Which maps a patch looked into, as a tree of their keys. */
function touchedBy(type: PatchType, patch: unknown): unknown {
  if (type !== "json" || !Array.isArray(patch)) return patch;
  const touched = bare();
  for (const operation of patch as Json[]) {
    for (const pointer of [operation.path, operation.from]) {
      if (typeof pointer !== "string") continue;
      let at = touched;
      for (const key of pointer.split("/").slice(1, -1)) at = (at[key] ??= bare()) as Json;
    }
  }
  return touched;
}

/** An object that inherits nothing: in any other, keys such as __proto__ lead to what all objects share. */
function bare(): Json {
  return Object.create(null) as Json;
}

/** Maps that a patch looked into are shown with their keys in order, the others as they are. */
function sorted(value: unknown, touched: unknown): unknown {
  const inner: Json = isObject(touched) ? touched : {};
  if (Array.isArray(value)) return value.map((one, index) => (index in inner ? sorted(one, inner[index]) : one));
  if (!isObject(value)) return value;
  const entries = Object.keys(value)
    .sort()
    .map((key) => [key, Object.hasOwn(inner, key) ? sorted(value[key], inner[key]) : value[key]]);
  return Object.fromEntries(entries);
}
