import {
  behaviorOf,
  changedField,
  internalValue,
  type KindDefinition,
  type Mutable,
  PersistentVolumeClaim,
} from "../../../api/index.ts";
import { jsonEqual } from "../../../base/index.ts";
import { applyDefaults, copyJson } from "../../../schema/index.ts";
import type { AdmissionRequest } from "../../contracts.ts";

type Json = Record<string, unknown>;

const RESIZED = ["capacity", "conditions", "allocatedResources", "allocatedResourceStatuses"] as const;

/** Of a claim the kubelet that grows its volume tells how large it is, and nothing else. */
export function restrictClaims(
  { operation, subresource, object, oldObject }: AdmissionRequest,
  node: string,
): string | undefined {
  if (subresource !== "status") return "may only update PVC status";
  if (operation !== "UPDATE") return `unexpected operation ${JSON.stringify(operation)}`;
  const [before, after] = [oldObject, object].map(withoutSize);
  if (jsonEqual(before, after)) return undefined;
  const change = changedField("", { path: "", what: "", before, after }).detail.trimStart();
  return `node ${JSON.stringify(node)} is not allowed to update fields other than status.quantity and status.conditions: ${change}`;
}

/** A claim as messages show it, with what comes by default and without what a kubelet may say. */
function withoutSize(given: unknown): unknown {
  const claim = copyJson(given as Json) as unknown as Mutable<PersistentVolumeClaim>;
  applyDefaults(PersistentVolumeClaim.struct, claim as never);
  behaviorOf(PersistentVolumeClaim as unknown as KindDefinition).setDefaults?.(claim as never);
  for (const field of RESIZED) delete claim.status[field];
  const { kind: _, apiVersion: __, metadata, ...rest } = claim as unknown as Json;
  const { resourceVersion: ___, managedFields: ____, ...kept } = metadata as Json;
  const {
    Kind: _____,
    APIVersion: ______,
    ...shown
  } = internalValue(PersistentVolumeClaim.struct, {
    ...rest,
    metadata: kept,
  });
  return shown;
}
