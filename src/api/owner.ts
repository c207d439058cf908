import { groupVersion, type KindDefinition } from "./kind.ts";
import type { ObjectMeta, OwnerReference } from "./meta/v1/objectmeta.ts";

interface HasMeta {
  readonly metadata: Pick<ObjectMeta, "ownerReferences">;
}

/** The reference to the object's controller; undefined when it has none. */
export function controllerOf(object: HasMeta): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find((reference) => reference.controller);
}

/** A reference that makes `owner` the controller of what carries it. */
export function ownerReference(
  owner: { readonly metadata: { readonly name: string; readonly uid: string } },
  kind: Pick<KindDefinition, "group" | "version" | "kind">,
): OwnerReference {
  return {
    apiVersion: groupVersion(kind),
    kind: kind.kind,
    name: owner.metadata.name,
    uid: owner.metadata.uid,
    controller: true,
    blockOwnerDeletion: true,
  };
}
