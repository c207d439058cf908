import type { KubeObject, OwnerReference } from "../../api/index.ts";

export const FOREGROUND = "foregroundDeletion";
export const ORPHAN = "orphan";

/** An object and what depends on it. */
export interface GraphNode {
  readonly object: KubeObject;
  /** Kind definition's key, to find how to reach it. */
  readonly resource: string;
}

/** Who owns whom, from all that informers have seen. */
export class OwnerGraph {
  readonly #nodes = new Map<string, GraphNode>();
  readonly #dependents = new Map<string, Set<string>>();

  get(uid: string): GraphNode | undefined {
    return this.#nodes.get(uid);
  }

  /** Objects that name this one as an owner. */
  dependents(uid: string): GraphNode[] {
    return [...(this.#dependents.get(uid) ?? [])].flatMap((dependent) => this.#nodes.get(dependent) ?? []);
  }

  apply(node: GraphNode): void {
    const { uid, ownerReferences } = node.object.metadata;
    this.#unlink(uid);
    this.#nodes.set(uid, node);
    for (const owner of ownerReferences ?? []) {
      let dependents = this.#dependents.get(owner.uid);
      if (!dependents) this.#dependents.set(owner.uid, (dependents = new Set()));
      dependents.add(uid);
    }
  }

  delete(uid: string): void {
    this.#unlink(uid);
    this.#nodes.delete(uid);
  }

  #unlink(uid: string): void {
    for (const owner of this.#nodes.get(uid)?.object.metadata.ownerReferences ?? []) {
      const dependents = this.#dependents.get(owner.uid);
      if (!dependents?.delete(uid)) continue;
      if (dependents.size === 0) this.#dependents.delete(owner.uid);
    }
  }
}

export function hasFinalizer({ metadata }: KubeObject, finalizer: string): boolean {
  return metadata.finalizers?.includes(finalizer) ?? false;
}

/** Whether it waits until its dependents have gone. */
export function deletesDependents(object: KubeObject): boolean {
  return object.metadata.deletionTimestamp !== undefined && hasFinalizer(object, FOREGROUND);
}

/** Whether it waits until its dependents have been let go. */
export function orphansDependents(object: KubeObject): boolean {
  return object.metadata.deletionTimestamp !== undefined && hasFinalizer(object, ORPHAN);
}

/** Whether `dependent` keeps the owner from going in the foreground. */
export function blocks(dependent: KubeObject, ownerUid: string): boolean {
  return (dependent.metadata.ownerReferences ?? []).some(
    (reference: OwnerReference) => reference.uid === ownerUid && reference.blockOwnerDeletion === true,
  );
}
