import type { KubeObject, OwnerReference } from "../../api/index.ts";
import type { PropagationPolicy } from "../../client/index.ts";
import { blocks, deletesDependents, FOREGROUND, hasFinalizer, ORPHAN } from "./graph.ts";

/** What is known of an owner: there, gone, or waiting for its dependents to go. */
export type OwnerState = "solid" | "absent" | "waiting";

export interface Observed {
  /** The object as the server has it now. */
  readonly object: KubeObject;
  readonly owners: ReadonlyMap<OwnerReference, OwnerState>;
  readonly dependents: readonly KubeObject[];
}

export type Action =
  | { readonly type: "none" }
  | { readonly type: "removeFinalizer"; readonly finalizer: string }
  /** Look at these next: they hold the object. */
  | { readonly type: "wait"; readonly blocking: readonly KubeObject[] }
  | { readonly type: "setOwners"; readonly owners: readonly OwnerReference[] }
  | { readonly type: "delete"; readonly policy: PropagationPolicy; readonly unblock: boolean };

/** What to do with one object, by the state of its owners and dependents. */
export function plan({ object, owners, dependents }: Observed): Action {
  if (deletesDependents(object)) return waitForDependents(object, dependents);
  if (object.metadata.deletionTimestamp) return { type: "none" };
  const references = object.metadata.ownerReferences ?? [];
  if (references.length === 0) return { type: "none" };
  const solid = references.filter((reference) => owners.get(reference) === "solid");
  if (solid.length > 0)
    return solid.length === references.length ? { type: "none" } : { type: "setOwners", owners: solid };
  const waits = references.some((reference) => owners.get(reference) === "waiting");
  if (waits && dependents.length > 0) {
    // In a circle everyone would wait for everyone: whoever comes here unblocks its owners.
    const unblock = dependents.some(deletesDependents);
    return { type: "delete", policy: "Foreground", unblock };
  }
  return { type: "delete", policy: policyOf(object), unblock: false };
}

function waitForDependents(object: KubeObject, dependents: readonly KubeObject[]): Action {
  const blocking = dependents.filter((dependent) => blocks(dependent, object.metadata.uid));
  if (blocking.length === 0) return { type: "removeFinalizer", finalizer: FOREGROUND };
  return { type: "wait", blocking: blocking.filter((dependent) => !deletesDependents(dependent)) };
}

function policyOf(object: KubeObject): PropagationPolicy {
  if (hasFinalizer(object, ORPHAN)) return "Orphan";
  return hasFinalizer(object, FOREGROUND) ? "Foreground" : "Background";
}
