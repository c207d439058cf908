import { conflict, type FieldError, invalid, type KubeObject, MODIFIED, type Mutable } from "../../api/index.ts";
import { type Clock, formatTime, parseTime } from "../../base/index.ts";
import { copyJson } from "../../schema/index.ts";
import type { RequestContext } from "../contracts.ts";
import type { Json, Registry, WriteOptions } from "./generic.ts";
import { isConverted } from "../stored/custom.ts";
import { orderedMetadata } from "../stored/encoding.ts";
import type { StoredObject } from "../stored/stored.ts";
import type { Store } from "../../store/index.ts";

/** What a client says about a deletion. */
export interface DeleteOptions {
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: string;
  readonly orphanDependents?: boolean;
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
}

export interface DeleteCall {
  readonly registry: Registry;
  readonly context: RequestContext;
  readonly options: DeleteOptions;
  readonly write: WriteOptions;
  readonly store: Store;
  readonly clock: Clock;
  /** Something that stands for the deletion has been let in. */
  readonly isAdmitted?: true;
  /** Others go with it, and what is asked is asked of all. */
  readonly isOfMany?: true;
}

const TRIES = 10;
const PROPAGATION_POLICIES = ["Foreground", "Background", "Orphan"];
const ORPHAN = "orphan";
const FOREGROUND = "foregroundDeletion";

/** Begins or completes the deletion of one object; `gone` says which. */
export async function deleteObject(
  call: DeleteCall,
  namespace: string,
  name: string,
): Promise<{ object: StoredObject; gone: boolean }> {
  const { registry, context, options, write } = call;
  const errors = optionErrors(options);
  if (errors.length > 0) throw invalid({ group: "meta.k8s.io", kind: "DeleteOptions" }, "", errors);
  for (let attempt = 1; ; attempt++) {
    const current = await registry.get(namespace, name);
    if (!call.isAdmitted) context.weigh?.(current.entry.value);
    checkPreconditions(registry, current.object, options);
    if (!isPending(call, current.object)) await admitDelete(call, current.object);
    const marked = mark(call, current.object);
    if (marked === undefined) {
      // The original can't let go of what it couldn't write.
      if (isConverted(registry.kind)) await registry.encode(current.object);
      const last = await lastState(call, current);
      if (last === undefined) continue;
      if (write.dryRun) return { object: last, gone: true };
      // Marking it as ended is one step, letting go of it another.
      if (last !== current) await admitDelete(call, last.object);
      const revision = await registry.remove(last);
      if (revision !== undefined) return { object: last.at(revision), gone: true };
    } else {
      const saved = await replace(call, current, marked);
      if (saved) return { object: saved, gone: false };
    }
    if (attempt === TRIES) throw conflict(registry.kind, name, MODIFIED);
  }
}

/** Whether an end that is near enough is being waited for already: then there is nothing to do, and nothing to ask about. */
function isPending({ registry, options }: DeleteCall, { metadata }: KubeObject): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds: left } = metadata;
  if (!registry.behavior.gracePeriodSeconds || deletionTimestamp === undefined || !left) return false;
  return options.gracePeriodSeconds === undefined || options.gracePeriodSeconds >= left;
}

async function admitDelete(call: DeleteCall, object: KubeObject): Promise<void> {
  const { registry, context, options, write } = call;
  if (call.isAdmitted) return;
  const { gracePeriodSeconds } = registry.behavior;
  const isFilled = gracePeriodSeconds && !call.isOfMany && object.metadata.deletionTimestamp === undefined;
  const deleteOptions = {
    ...options,
    ...(isFilled && { gracePeriodSeconds: gracePeriodSeconds(object as never, options.gracePeriodSeconds) }),
  };
  await registry.admitDelete(context, object, { write, deleteOptions });
}

/**
 * What watchers see last: kinds that end gracefully are marked as ended before they go. undefined when someone was faster.
 */
async function lastState(call: DeleteCall, current: StoredObject): Promise<StoredObject | undefined> {
  const { registry, clock } = call;
  const { metadata } = current.object;
  if (!registry.behavior.gracePeriodSeconds || metadata.deletionGracePeriodSeconds === 0) return current;
  const started = metadata.deletionTimestamp !== undefined;
  const generation = (metadata as Json).generation as number | undefined;
  // Nothing keeps it: what did the options of this deletion have taken away.
  const { finalizers: _, ...kept } = metadata;
  const marked = {
    ...kept,
    deletionTimestamp: formatTime(clock.now()),
    deletionGracePeriodSeconds: 0,
    ...(generation !== undefined && !started && { generation: generation + 1 }),
  };
  return replace(call, current, { ...(current.object as unknown as Json), metadata: marked });
}

/** What is wrong with options that no deletion can have. */
export function optionErrors({ propagationPolicy, orphanDependents }: DeleteOptions): FieldError[] {
  if (propagationPolicy === undefined) return [];
  const at = { path: "propagationPolicy", value: propagationPolicy };
  const errors: FieldError[] = [];
  if (orphanDependents !== undefined) {
    const detail = "orphanDependents and deletionPropagation cannot be both set";
    errors.push({ ...at, type: "Invalid", detail });
  }
  if (!PROPAGATION_POLICIES.includes(propagationPolicy)) {
    const detail = 'supported values: "Foreground", "Background", "Orphan", "nil"';
    errors.push({ ...at, type: "NotSupported", detail });
  }
  return errors;
}

/** 409 unless an object is the one, in the version, that the options name. */
export function checkPreconditions(
  { kind, behavior }: Registry,
  { metadata }: KubeObject,
  { preconditions }: DeleteOptions,
): void {
  const { uid, resourceVersion } = preconditions ?? {};
  const refuse = (what: string, wanted: string, found: string, how: string) => {
    // Whose deletion the kind begins it looks at first.
    if (behavior.prepareDelete)
      return conflict(
        kind,
        metadata.name,
        `Precondition failed: ${what} in precondition: ${wanted}, ${what} in object meta: ${found}`,
      );
    return conflict(
      { group: kind.group, plural: kind.kind },
      metadata.name,
      `the ${what} in the precondition (${wanted}) does not match the ${what} in record (${found}). The object might have been ${how}`,
    );
  };
  if (uid !== undefined && uid !== metadata.uid) throw refuse("UID", uid, metadata.uid, "deleted and then recreated");
  if (resourceVersion !== undefined && resourceVersion !== metadata.resourceVersion)
    throw refuse("ResourceVersion", resourceVersion, metadata.resourceVersion, "modified");
}

/** The object as it has to stand while something keeps it; undefined when it can go at once. */
function mark(call: DeleteCall, given: KubeObject): Json | undefined {
  const { registry, options, clock } = call;
  const object = prepared(call, given);
  const { behavior } = registry;
  if (object !== given || behavior.keepsContent?.(object as never)) return object as unknown as Json;
  const finalizers = finalizersAfter(registry, object, options);
  const asked = options.gracePeriodSeconds;
  const grace = behavior.gracePeriodSeconds?.(object as never, asked) ?? 0;
  const known = object.metadata.deletionGracePeriodSeconds;
  const keeps = finalizers.length > 0;
  const started = object.metadata.deletionTimestamp !== undefined;
  // Time only ever gets shorter; asking for zero ends the wait.
  const left = started && known !== undefined ? Math.min(known, asked === undefined ? known : grace) : grace;
  if (!keeps && left === 0) return undefined;
  const nowMs = clock.now();
  const unchanged = started && left === known && sameList(finalizers, object.metadata.finalizers ?? []);
  const metadata: Json = { ...(object.metadata as unknown as Json) };
  if (!unchanged) {
    const beganMs = started ? parseTime(object.metadata.deletionTimestamp!) - (known ?? 0) * 1000 : nowMs;
    metadata.deletionTimestamp =
      started && left === known ? object.metadata.deletionTimestamp : formatTime(beganMs + left * 1000);
    metadata.deletionGracePeriodSeconds = left;
    if (!started && metadata.generation !== undefined) {
      metadata.generation = (metadata.generation as number) + 1;
    }
  }
  if (finalizers.length > 0) metadata.finalizers = finalizers;
  else delete metadata.finalizers;
  return { ...(object as unknown as Json), metadata };
}

/** The object as its kind begins its deletion; the same where the kind doesn't. */
function prepared({ registry, options, clock }: DeleteCall, object: KubeObject): KubeObject {
  const { prepareDelete, keepsContent } = registry.behavior;
  if (!prepareDelete || object.metadata.deletionTimestamp) return object;
  const changed = copyJson(object) as Mutable<KubeObject>;
  const now = formatTime(clock.now());
  changed.metadata.deletionTimestamp = now;
  if (keepsContent) {
    const finalizers = finalizersAfter(registry, object, options);
    if (finalizers.length > 0) changed.metadata.finalizers = finalizers;
    else delete changed.metadata.finalizers;
  }
  prepareDelete(changed as never, now);
  return changed as KubeObject;
}

function finalizersAfter(
  { behavior }: Registry,
  { metadata }: KubeObject,
  { propagationPolicy, orphanDependents }: DeleteOptions,
): string[] {
  const others = (metadata.finalizers ?? []).filter((one) => one !== ORPHAN && one !== FOREGROUND);
  const had = metadata.finalizers ?? [];
  // Nobody collects what belongs to it: it just goes.
  if (behavior.defaultPropagation === "none") return others;
  const policy =
    propagationPolicy ?? (orphanDependents === undefined ? undefined : orphanDependents ? "Orphan" : "Background");
  switch (policy) {
    case "Orphan":
      return [...others, ORPHAN];
    case "Foreground":
      return [...others, FOREGROUND];
    case "Background":
      return others;
    default:
      return had.includes(ORPHAN) || had.includes(FOREGROUND)
        ? [...had]
        : behavior.defaultPropagation === "orphan"
          ? [...others, ORPHAN]
          : others;
  }
}

async function replace(
  { store, write, registry }: DeleteCall,
  current: StoredObject,
  marked: Json,
): Promise<StoredObject | undefined> {
  const { key } = current.entry;
  const { value, json } = await registry.encode(orderedMetadata(marked));
  if (Buffer.compare(value, current.entry.value) === 0) return current;
  if (write.dryRun) return registry.unsaved({ ...current.entry, value }, json);
  const result = await store.transact({
    compare: [{ key, target: "modRevision", operator: "=", value: current.revision }],
    success: [{ type: "put", key, value }],
    failure: [],
  });
  if (!result.succeeded) return undefined;
  const { version } = current.entry;
  return registry.opened({ ...current.entry, value, modRevision: result.revision, version: version + 1 }, json);
}

function sameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((one, index) => one === b[index]);
}
