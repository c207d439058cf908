import {
  controllerOf,
  isNotFound,
  type KindDefinition,
  type KubeObject,
  type LabelSelector,
  labelSelectorMatches,
  ownerReference,
  unlessGone,
} from "../../api/index.ts";
import type { ControllerEnvironment } from "./environment.ts";

/** Which objects are an owner's, and which should become so or cease to be. */
export interface Claims<T> {
  readonly owned: readonly T[];
  readonly adopt: readonly T[];
  readonly release: readonly T[];
}

interface Claiming<T> {
  readonly owner: KubeObject;
  readonly selector: LabelSelector;
  readonly candidates: readonly T[];
}

/** Sorts candidates by the owner's selector and their controller. Pure. */
export function claim<T extends { readonly metadata: KubeObject["metadata"] }>({
  owner,
  selector,
  candidates,
}: Claiming<T>): Claims<T> {
  const owned: T[] = [];
  const adopt: T[] = [];
  const release: T[] = [];
  const dying = owner.metadata.deletionTimestamp !== undefined;
  for (const object of candidates) {
    const controller = controllerOf(object);
    const matches = labelSelectorMatches(selector, object.metadata.labels ?? {});
    if (controller) {
      if (controller.uid !== owner.metadata.uid) continue;
      if (matches) owned.push(object);
      else if (!dying) release.push(object);
    } else if (matches && !dying && !object.metadata.deletionTimestamp) adopt.push(object);
  }
  return { owned, adopt, release };
}

interface Enacting<O extends KubeObject, T> {
  readonly owner: O;
  readonly ownerKind: KindDefinition<O>;
  readonly kind: KindDefinition<T>;
  readonly claims: Claims<T>;
  /** Finalizers that adoption adds and release takes away. */
  readonly finalizers?: readonly string[];
  readonly signal: AbortSignal;
}

/** Adopts and releases on the server; gives everything that is the owner's afterwards. */
export async function enactClaims<O extends KubeObject, T extends { readonly metadata: KubeObject["metadata"] }>(
  { client }: ControllerEnvironment,
  { owner, ownerKind, kind, claims, finalizers, signal }: Enacting<O, T>,
): Promise<readonly T[]> {
  const owned = [...claims.owned];
  if (claims.adopt.length > 0) {
    // The cache may be old: an owner that is being deleted must not adopt what its successor should.
    const { namespace, name, uid } = owner.metadata;
    const fresh = await client.get(ownerKind, { namespace, name }, { signal });
    if (fresh.metadata.uid !== uid || fresh.metadata.deletionTimestamp) return owned;
  }
  for (const object of claims.adopt) {
    const patch = {
      metadata: {
        uid: object.metadata.uid,
        ownerReferences: [ownerReference(owner, ownerKind)],
        ...(finalizers && { finalizers }),
      },
    };
    const { namespace, name } = object.metadata;
    try {
      owned.push(await client.patch(kind, { namespace, name }, patch, { type: "strategic", signal }));
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
  for (const object of claims.release) await releaseOne(client, { kind, owner, object, finalizers, signal });
  return owned;
}

async function releaseOne<T extends { readonly metadata: KubeObject["metadata"] }>(
  client: ControllerEnvironment["client"],
  release: {
    readonly kind: KindDefinition<T>;
    readonly owner: KubeObject;
    readonly object: T;
    readonly finalizers: readonly string[] | undefined;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const { kind, owner, object, finalizers, signal } = release;
  const { namespace, name, uid } = object.metadata;
  const metadata = {
    uid,
    ownerReferences: [{ $patch: "delete", uid: owner.metadata.uid }],
    ...(finalizers && { "$deleteFromPrimitiveList/finalizers": finalizers }),
  };
  await unlessGone(client.patch(kind, { namespace, name }, { metadata }, { type: "strategic", signal }));
}
