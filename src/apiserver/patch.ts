import {
  badRequest,
  groupVersion,
  hubOf,
  invalid,
  type KindDefinition,
  type KubeObject,
  StatusError,
  statusError,
  versionView,
} from "../api/index.ts";
import {
  applyConfig,
  ApplyConflictError,
  ApplyTypeError,
  isObject,
  JsonError,
  jsonMergePatch,
  parseJson,
  PatchError,
  strategicMerge,
} from "../schema/index.ts";
import type { RequestContext } from "./contracts.ts";
import { fromYaml, readBytes } from "./http/body.ts";
import { decodeObject } from "./http/object.ts";
import { applyJsonPatch, JsonPatchError } from "./json-patch.ts";
import type { Json, WriteOptions } from "./registry/generic.ts";

export type PatchType = "json" | "merge" | "strategic" | "apply";

const TYPES: Readonly<Record<string, PatchType>> = {
  "application/json-patch+json": "json",
  "application/merge-patch+json": "merge",
  "application/strategic-merge-patch+json": "strategic",
  "application/apply-patch+yaml": "apply",
};

const OPERATIONS_MAX = 10_000;

/** The kind of patch that a content type announces; 415 for any other. */
export function patchType(contentType: string): PatchType {
  const type = TYPES[contentType];
  if (type) return type;
  throw statusError({ code: 415, reason: "UnsupportedMediaType", message: "415: Unsupported Media Type", details: {} });
}

/** The object that a patch makes of another. Does not change its arguments. */
export function patched(kind: KindDefinition, type: PatchType, current: KubeObject, patch: unknown): Json {
  switch (type) {
    case "json":
      return jsonPatch(current, patch);
    case "merge":
      if (!isObject(patch))
        throw badRequest("json: cannot unmarshal array into Go value of type map[string]interface {}");
      return jsonMergePatch(current, patch) as Json;
    case "strategic":
      return strategic(kind, current, patch);
    case "apply":
      throw badRequest("apply is no patch of an object");
    default:
      return type satisfies never;
  }
}

function strategic(kind: KindDefinition, current: KubeObject, patch: unknown): Json {
  if (!isObject(patch)) throw badRequest("json: cannot unmarshal array into Go value of type map[string]interface {}");
  try {
    return strategicMerge(kind.struct, current as unknown as Json, patch);
  } catch (error) {
    if (error instanceof PatchError) throw badRequest(error.message, { cause: error });
    throw error;
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
    return applyJsonPatch(structuredClone(current), patch) as Json;
  } catch (error) {
    if (!(error instanceof JsonPatchError)) throw error;
    const message = "the server rejected our request due to an error in our request";
    throw statusError({ code: 422, reason: "Invalid", message, details: {} }, { cause: error });
  }
}

/** `force` and a missing manager are errors of their own. */
export function checkForce({ query }: RequestContext, type: PatchType): void {
  const options = { group: "meta.k8s.io", kind: "PatchOptions" };
  if (type !== "apply") {
    if (query.has("force"))
      throw invalid(options, "", [
        { path: "force", type: "Forbidden", detail: "may not be specified for non-apply patch" },
      ]);
  } else if (!query.get("fieldManager")) {
    throw invalid(options, "", [{ path: "fieldManager", type: "Required", detail: "is required for apply patch" }]);
  }
}

/** The configuration in an apply's body, checked against path and type. */
export function applyConfiguration({ info }: RequestContext, kind: KindDefinition, value: unknown): Json {
  if (!isObject(value))
    throw badRequest(
      "error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array into Go value of type map[string]interface {}",
    );
  const config = structuredClone(value) as Json;
  if (!config.apiVersion && !config.kind) throw badRequest("invalid object type: /, Kind=");
  if (config.apiVersion !== groupVersion(kind) || config.kind !== kind.kind) {
    throw badRequest(
      `invalid object type: ${String(config.apiVersion).includes("/") ? String(config.apiVersion).replace("/", "/") : `/${String(config.apiVersion)}`}, Kind=${String(config.kind)}`,
    );
  }
  config.metadata = isObject(config.metadata) ? config.metadata : {};
  const metadata = config.metadata as Json;
  if ("managedFields" in metadata) throw badRequest("metadata.managedFields must be nil");
  metadata.name ??= info.name;
  if (metadata.name !== info.name)
    throw badRequest(
      `the name of the object (${String(metadata.name)}) does not match the name on the URL (${info.name})`,
    );
  if (kind.scope === "Namespaced") {
    metadata.namespace ||= info.namespace;
    if (metadata.namespace !== info.namespace)
      throw badRequest("the namespace of the provided object does not match the namespace sent on the request");
  }
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

/** The object that an apply makes; 409 names the fields that others own. */
export function applyTo({ kind, current, config, write, subresource, now, force }: ApplyTo): Json {
  try {
    return applyConfig({
      struct: kind.struct,
      live: current as unknown as Json | undefined,
      config,
      write: { manager: write.fieldManager, apiVersion: groupVersion(kind), subresource, now },
      versions: (apiVersion) => versionView(hubOf(kind), kind, apiVersion),
      force,
    });
  } catch (error) {
    if (error instanceof ApplyTypeError)
      throw statusError(
        { code: 500, reason: "", message: `failed to create typed patch object: ${error.message}` },
        { cause: error },
      );
    if (!(error instanceof ApplyConflictError)) throw error;
    const causes = error.conflicts.map(({ field, message }) => ({ reason: "FieldManagerConflict", message, field }));
    throw statusError({ code: 409, reason: "Conflict", message: error.message, details: { causes } }, { cause: error });
  }
}

/** The body of a patch as data; 400 when it can't be read. */
export async function readPatch({ request }: RequestContext, yaml: boolean): Promise<unknown> {
  const text = Buffer.from(await readBytes(request)).toString("utf8");
  if (yaml) return fromYaml(text).value;
  try {
    return parseJson(text).value;
  } catch (error) {
    if (error instanceof JsonError) throw badRequest(error.message, { cause: error });
    throw error;
  }
}

/** The object that a patch made, canonical; 422 that shows it when it can't be decoded. */
export function decodePatched(
  context: RequestContext,
  value: Json,
  { kind, patch }: { readonly kind: KindDefinition; readonly patch: unknown },
): Json {
  try {
    return decodeObject(context, value, { type: kind });
  } catch (error) {
    if (!(error instanceof StatusError) || error.code !== 400) throw error;
    const why = error.message.replace(/^.*? cannot be handled as a \w+: /, "");
    throw invalid({ group: "", kind: "" }, "", [
      { path: "patch", type: "Invalid", value: JSON.stringify(sortedWhere(value, patch)), detail: why },
    ]);
  }
}

/** Objects that a patch reaches into are shown with their keys in order, the others as they are. */
function sortedWhere(value: unknown, patch: unknown): unknown {
  if (!isObject(value)) return value;
  const inner: Json = isObject(patch) ? patch : {};
  const entries = Object.keys(value)
    .sort()
    .map((key) => [key, key in inner ? sortedWhere(value[key], inner[key]) : value[key]]);
  return Object.fromEntries(entries);
}
