import { applyPatch, type Operation } from "rfc6902";
import { badRequest, type KindDefinition, type KubeObject, notImplemented, statusError } from "../api/index.ts";
import { isObject, jsonMergePatch, PatchError, strategicMerge } from "../schema/index.ts";
import type { Json } from "./registry/generic.ts";

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
      throw notImplemented("server-side apply");
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
  const target = structuredClone(current) as unknown as Json;
  const failure = applyPatch(target, patch as Operation[]).find((error) => error !== null);
  if (failure) {
    throw statusError(
      {
        code: 422,
        reason: "Invalid",
        message: `the server rejected our request due to an error in our request`,
        details: {},
      },
      { cause: failure },
    );
  }
  return target;
}
