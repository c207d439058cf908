import { jsonEqual } from "../../base/index.ts";
import {
  controllerOf,
  ControllerRevision,
  isAlreadyExists,
  type KindDefinition,
  type KubeObject,
  type LabelSelector,
  ownerReference,
  type PodTemplateSpec,
  unlessGone,
} from "../../api/index.ts";
import type { Informer } from "../../runtime/index.ts";
import { claim, enactClaims } from "./claim.ts";
import type { ControllerEnvironment } from "./environment.ts";
import { canonical, hashOf } from "./hash.ts";

/** A workload whose templates are remembered as ControllerRevisions. */
export interface Revised extends KubeObject {
  readonly spec: {
    readonly selector?: LabelSelector;
    readonly template: PodTemplateSpec;
    readonly revisionHistoryLimit?: number;
  };
  readonly status: { readonly collisionCount?: number };
}

export interface RevisionKeeper<O extends Revised> {
  readonly kind: KindDefinition<O>;
  /** The label of a revision that holds its hash. */
  readonly hashLabel: string;
}

/** The revision of the present template, and all others, oldest first. */
export interface Revisions {
  readonly current: ControllerRevision;
  readonly old: readonly ControllerRevision[];
  /** Set when the wanted name was taken by another template. */
  readonly collisionCount: number | undefined;
}

interface Parts<O extends Revised> {
  readonly owner: O;
  readonly keeper: RevisionKeeper<O>;
  readonly revisions: Informer<ControllerRevision>;
  readonly signal: AbortSignal;
}

/** What a revision keeps of its owner: a patch that brings the template back. */
function revisionData({ spec }: Revised): { readonly spec: { readonly template: object } } {
  return { spec: { template: { ...spec.template, $patch: "replace" } } };
}

/** The template that a revision keeps. */
export function templateOf(revision: ControllerRevision): PodTemplateSpec {
  const { $patch: _, ...template } = (revision.data as { spec: { template: PodTemplateSpec & { $patch?: string } } })
    .spec.template;
  return template as PodTemplateSpec;
}

/** Whether a revision keeps the owner's present template. */
function keepsTemplate(revision: ControllerRevision, owner: Revised): boolean {
  return canonical(plain(templateOf(revision))) === canonical(plain(owner.spec.template));
}

/** Without the differences that only encoding makes. */
function plain(template: PodTemplateSpec): unknown {
  const { creationTimestamp: _, ...metadata } = template.metadata ?? {};
  return { ...template, metadata };
}

/** Finds or makes the revision of the present template, and makes it the newest. */
export async function syncRevisions<O extends Revised>(
  environment: ControllerEnvironment,
  parts: Parts<O>,
): Promise<Revisions> {
  const { owner, keeper, revisions, signal } = parts;
  const { namespace } = owner.metadata;
  const claims = claim({ owner, selector: owner.spec.selector ?? {}, candidates: revisions.list(namespace) });
  const claiming = { owner, ownerKind: keeper.kind, kind: ControllerRevision, claims, signal };
  const known = [...(await enactClaims(environment, claiming))].sort(byRevision);
  const same = known.filter((revision) => keepsTemplate(revision, owner));
  const newest = known.at(-1)?.revision ?? 0;
  const found = same.at(-1);
  const old = known.filter((revision) => revision !== found);
  if (!found) return { old, ...(await createRevision(environment, parts, newest + 1)) };
  if (found.revision === newest) return { current: found, old, collisionCount: owner.status.collisionCount };
  const current = await environment.client.update(ControllerRevision, { ...found, revision: newest + 1 }, { signal });
  await revisions.expect(current, signal);
  return { current, old, collisionCount: owner.status.collisionCount };
}

async function createRevision<O extends Revised>(
  { client }: ControllerEnvironment,
  { owner, keeper, revisions, signal }: Parts<O>,
  number: number,
): Promise<{ current: ControllerRevision; collisionCount: number | undefined }> {
  const { namespace, name, annotations } = owner.metadata;
  const data = revisionData(owner);
  for (let collisionCount = owner.status.collisionCount; ; collisionCount = (collisionCount ?? 0) + 1) {
    const hash = hashOf(data, collisionCount);
    const wanted = {
      metadata: {
        namespace,
        name: `${name}-${hash}`,
        labels: { ...owner.spec.template.metadata.labels, [keeper.hashLabel]: hash },
        ...(annotations && { annotations }),
        ownerReferences: [ownerReference(owner, keeper.kind)],
      },
      data,
      revision: number,
    };
    try {
      const current = await client.create(ControllerRevision, wanted as never, { signal });
      await revisions.expect(current, signal);
      return { current, collisionCount };
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
    }
    const taken = await client.get(ControllerRevision, { namespace, name: wanted.metadata.name }, { signal });
    if (controllerOf(taken)?.uid === owner.metadata.uid && jsonEqual(taken.data, data))
      return { current: taken, collisionCount };
  }
}

/** Deletes the oldest revisions that nothing uses, beyond the owner's limit. */
export async function pruneRevisions<O extends Revised>(
  { client }: ControllerEnvironment,
  { owner, signal }: Pick<Parts<O>, "owner" | "signal">,
  { old, isUsed }: { old: readonly ControllerRevision[]; isUsed: (revision: ControllerRevision) => boolean },
): Promise<void> {
  const unused = old.filter((revision) => !isUsed(revision));
  const surplus = unused.length - (owner.spec.revisionHistoryLimit ?? 10);
  for (const { metadata } of unused.slice(0, Math.max(0, surplus))) {
    const { namespace, name } = metadata;
    await unlessGone(client.delete(ControllerRevision, { namespace, name }, { signal }));
  }
}

/** Older first. */
function byRevision(a: ControllerRevision, b: ControllerRevision): number {
  if (a.revision !== b.revision) return a.revision - b.revision;
  const [left, right] = [a.metadata, b.metadata];
  if (left.creationTimestamp !== right.creationTimestamp)
    return left.creationTimestamp < right.creationTimestamp ? -1 : 1;
  return left.name < right.name ? -1 : left.name > right.name ? 1 : 0;
}
