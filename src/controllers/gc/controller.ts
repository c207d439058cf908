import {
  groupVersion,
  isGone,
  isNotFound,
  type KindDefinition,
  type KubeObject,
  kindFor,
  type OwnerReference,
} from "../../api/index.ts";
import type { Scope } from "../../base/index.ts";
import { dynamicKind } from "../../client/index.ts";
import {
  createInformer,
  createQueue,
  type EventRecorder,
  type Informer,
  runReconciler,
  type WorkQueue,
} from "../../runtime/index.ts";
import type { ControllerEnvironment, Discovered, DiscoveredKind } from "../common/environment.ts";
import { deletesDependents, ORPHAN, OwnerGraph, orphansDependents } from "./graph.ts";
import { type OwnerState, plan } from "./plan.ts";

type Kind = KindDefinition<KubeObject>;

interface Monitor {
  readonly kind: Kind;
  readonly scope: Scope;
  readonly informer: Informer<KubeObject>;
}

const DISCOVERY_PERIOD_MS = 30_000;

/** Deletes what has lost its owners, and keeps or lets go dependents as deletions ask. */
export async function startGarbageCollector(environment: ControllerEnvironment): Promise<void> {
  const collector = new GarbageCollector(environment);
  await collector.start();
}

class GarbageCollector {
  readonly #environment: ControllerEnvironment;
  readonly #events: EventRecorder;
  readonly #graph = new OwnerGraph();
  readonly #monitors = new Map<string, Monitor>();
  /** uids: of objects with an owner of a kind that isn't watched; looked at again when a kind comes to be watched. */
  readonly #unresolved = new Set<string>();
  /** uids: of objects whose owners or dependents are to be looked at. */
  readonly #queue: WorkQueue<string>;

  constructor(environment: ControllerEnvironment) {
    this.#environment = environment;
    this.#queue = createQueue(environment);
    this.#events = environment.recorder("garbage-collector-controller");
  }

  async start(): Promise<void> {
    const { scope, clock, options } = this.#environment;
    scope.spawn("garbage collector", async (signal) => {
      await this.#discover(signal);
      await Promise.all([...this.#monitors.values()].map(({ informer }) => informer.synced));
      runReconciler({
        name: "garbage-collector",
        context: this.#environment,
        queue: this.#queue,
        workers: options.concurrentGcSyncs ?? 20,
        reconcile: (uid, ended) => this.#reconcile(uid, ended),
      });
      while (!signal.aborted) {
        await clock.sleep(DISCOVERY_PERIOD_MS, signal);
        await this.#discover(signal);
      }
    });
  }

  /** Watches what is served, and only that. */
  async #discover(signal: AbortSignal): Promise<void> {
    let served: Discovered;
    try {
      served = await this.#environment.discover(signal);
    } catch (error) {
      if (signal.aborted) throw error;
      this.#environment.log.warn("Discovery failed", { error });
      return;
    }
    const present = new Set<string>();
    for (const kind of served.kinds) {
      if (!isCollectable(kind)) continue;
      const resource = resourceOf(kind);
      present.add(resource);
      if (!this.#monitors.has(resource)) this.#watch(resource, kind);
    }
    for (const [resource, { kind, scope }] of this.#monitors) {
      // Of what isn't known for now it isn't known either that it has gone.
      if (present.has(resource) || served.stale.includes(groupVersion(kind))) continue;
      this.#monitors.delete(resource);
      await scope.close();
    }
  }

  #watch(resource: string, discovered: DiscoveredKind): void {
    const declared = kindFor(discovered);
    const kind = dynamicKind(discovered);
    const scope = this.#environment.scope.child();
    const informer = declared
      ? (this.#environment.informers.for(declared) as unknown as Informer<KubeObject>)
      : createInformer({ ...this.#environment, scope }, kind, { metadataOnly: true });
    this.#monitors.set(resource, { kind, scope, informer });
    const end = informer.subscribe({
      apply: (object, old) => this.#apply(resource, object, old),
      delete: (object) => this.#gone(object),
    });
    scope.defer(() => end());
    scope.spawn("unresolved owners", async () => {
      await informer.synced;
      // An owner that came and went before its kind was watched is told of by nobody.
      for (const uid of this.#unresolved) this.#queue.add(uid);
      this.#unresolved.clear();
    });
  }

  #apply(resource: string, object: KubeObject, old: KubeObject | undefined): void {
    const { uid, ownerReferences } = object.metadata;
    this.#graph.apply({ object, resource });
    if (deletesDependents(object) || orphansDependents(object)) {
      this.#queue.add(uid);
      if (deletesDependents(object) && !(old && deletesDependents(old))) this.#wakeDependents(uid);
    }
    if ((ownerReferences ?? []).some((owner) => this.#isDoubtful(owner, object))) this.#queue.add(uid);
    // An owner that no longer is one, or is no longer blocked, may go on.
    for (const owner of old?.metadata.ownerReferences ?? []) this.#wakeWaiting(owner.uid);
  }

  #isDoubtful(owner: OwnerReference, dependent: KubeObject): boolean {
    const known = this.#graph.get(owner.uid);
    if (!known || deletesDependents(known.object)) return true;
    const { namespace } = known.object.metadata;
    return namespace !== undefined && namespace !== dependent.metadata.namespace;
  }

  #gone(object: KubeObject): void {
    const { uid, ownerReferences } = object.metadata;
    this.#graph.delete(uid);
    this.#unresolved.delete(uid);
    this.#wakeDependents(uid);
    for (const owner of ownerReferences ?? []) this.#wakeWaiting(owner.uid);
  }

  #wakeDependents(uid: string): void {
    for (const { object } of this.#graph.dependents(uid)) this.#queue.add(object.metadata.uid);
  }

  #wakeWaiting(ownerUid: string): void {
    const owner = this.#graph.get(ownerUid);
    if (owner && deletesDependents(owner.object)) this.#queue.add(ownerUid);
  }

  async #reconcile(uid: string, signal: AbortSignal): Promise<undefined> {
    const node = this.#graph.get(uid);
    const kind = node && this.#monitors.get(node.resource)?.kind;
    if (!node || !kind) return;
    if (node.object.metadata.deletionTimestamp && !deletesDependents(node.object) && !orphansDependents(node.object))
      return;
    // The cache may be old, and what is about to happen can't be undone.
    const object = await this.#read(kind, node.object, signal);
    if (object?.metadata.uid !== uid) return;
    if (orphansDependents(object)) return this.#orphan(kind, object, signal);
    const dependents = this.#graph.dependents(uid).map((dependent) => dependent.object);
    const owners = new Map<OwnerReference, OwnerState>();
    if (!object.metadata.deletionTimestamp) {
      for (const owner of object.metadata.ownerReferences ?? []) {
        const state = await this.#ownerState(owner, object, signal);
        if (state === undefined) {
          // Of a kind that isn't served here, or not yet: nobody can know.
          this.#unresolved.add(uid);
          return;
        }
        owners.set(owner, state);
      }
    }
    await this.#act(kind, object, plan({ object, owners, dependents }), signal);
  }

  async #read(kind: Kind, { metadata }: KubeObject, signal: AbortSignal): Promise<KubeObject | undefined> {
    const { namespace, name } = metadata;
    return this.#environment.client
      .get(kind, { ...(namespace && { namespace }), name }, { signal })
      .catch(undefinedWhenGone);
  }

  async #ownerState(
    owner: OwnerReference,
    dependent: KubeObject,
    signal: AbortSignal,
  ): Promise<OwnerState | undefined> {
    const known = this.#graph.get(owner.uid);
    const kind = this.#ownerKind(owner);
    if (!kind) return undefined;
    const { namespace } = dependent.metadata;
    if (kind.scope === "Namespaced" && !namespace) return undefined;
    const sameplace = kind.scope === "Cluster" || known?.object.metadata.namespace === namespace;
    if (known && sameplace && known.object.metadata.name === owner.name)
      return deletesDependents(known.object) ? "waiting" : "solid";
    const key = kind.scope === "Namespaced" && namespace ? { namespace, name: owner.name } : { name: owner.name };
    const found = await this.#environment.client.get(kind, key, { signal }).catch(undefinedWhenGone);
    if (found?.metadata.uid !== owner.uid) {
      if (known && !sameplace) this.#reportPlace(owner, dependent);
      return "absent";
    }
    return deletesDependents(found) ? "waiting" : "solid";
  }

  /** An owner must live in the same namespace: one elsewhere counts as gone. */
  #reportPlace({ apiVersion, kind, name, uid }: OwnerReference, dependent: KubeObject): void {
    const { namespace } = dependent.metadata;
    const reference = `[${apiVersion}/${kind}, namespace: ${namespace}, name: ${name}, uid: ${uid}]`;
    const message = `ownerRef ${reference} does not exist in namespace ${JSON.stringify(namespace)}`;
    this.#events.event(dependent, { type: "Warning", reason: "OwnerRefInvalidNamespace", message });
  }

  #ownerKind(owner: OwnerReference): Kind | undefined {
    for (const { kind } of this.#monitors.values())
      if (kind.kind === owner.kind && groupVersion(kind) === owner.apiVersion) return kind;
    const group = owner.apiVersion.includes("/") ? owner.apiVersion.split("/")[0] : "";
    for (const { kind } of this.#monitors.values()) if (kind.kind === owner.kind && kind.group === group) return kind;
    return undefined;
  }

  async #act(kind: Kind, object: KubeObject, action: ReturnType<typeof plan>, signal: AbortSignal): Promise<undefined> {
    const { metadata } = object;
    switch (action.type) {
      case "none":
        return;
      case "wait":
        for (const blocking of action.blocking) this.#queue.add(blocking.metadata.uid);
        return;
      case "removeFinalizer":
        return this.#removeFinalizer(kind, object, action.finalizer, signal);
      case "setOwners":
        return this.#patch(kind, object, { ownerReferences: action.owners }, signal);
      case "delete": {
        if (action.unblock) {
          const ownerReferences = metadata.ownerReferences?.map((owner) => ({ ...owner, blockOwnerDeletion: false }));
          await this.#patch(kind, object, { ownerReferences }, signal);
        }
        const key = keyOf(object);
        const preconditions = { uid: metadata.uid };
        const { client } = this.#environment;
        await client
          .delete(kind, key, { propagationPolicy: action.policy, preconditions, signal })
          .catch(undefinedWhenGone);
        return;
      }
      default:
        return action satisfies never;
    }
  }

  /** Takes the owner out of its dependents, then lets it go. */
  async #orphan(kind: Kind, owner: KubeObject, signal: AbortSignal): Promise<undefined> {
    for (const { object, resource } of this.#graph.dependents(owner.metadata.uid)) {
      const dependentKind = this.#monitors.get(resource)?.kind;
      const fresh = dependentKind && (await this.#read(dependentKind, object, signal));
      if (!dependentKind || !fresh) continue;
      const owners = fresh.metadata.ownerReferences?.filter(({ uid }) => uid !== owner.metadata.uid) ?? [];
      await this.#patch(dependentKind, fresh, { ownerReferences: owners }, signal);
    }
    return this.#removeFinalizer(kind, owner, ORPHAN, signal);
  }

  #removeFinalizer(kind: Kind, object: KubeObject, finalizer: string, signal: AbortSignal): Promise<undefined> {
    const finalizers = object.metadata.finalizers?.filter((other) => other !== finalizer) ?? [];
    return this.#patch(kind, object, { finalizers }, signal);
  }

  /** Fails with a conflict when the object has changed since it was read. */
  async #patch(
    kind: Kind,
    object: KubeObject,
    metadata: { readonly finalizers?: readonly string[]; readonly ownerReferences?: unknown },
    signal: AbortSignal,
  ): Promise<undefined> {
    const { uid, resourceVersion } = object.metadata;
    const change = Object.fromEntries(
      Object.entries(metadata).map(([key, value]) => [key, Array.isArray(value) && value.length === 0 ? null : value]),
    );
    const patch = { metadata: { ...change, uid, resourceVersion } };
    await this.#environment.client
      .patch(kind, keyOf(object), patch, { type: "merge", signal })
      .catch(undefinedWhenGone);
  }
}

function keyOf({ metadata }: KubeObject): { readonly namespace?: string; readonly name: string } {
  const { namespace, name } = metadata;
  return namespace ? { namespace, name } : { name };
}

function isCollectable({ group, plural, verbs }: DiscoveredKind): boolean {
  if (plural === "events" && (group === "" || group === "events.k8s.io")) return false;
  return ["delete", "list", "watch"].every((verb) => verbs.includes(verb));
}

function resourceOf({ group, version, plural }: DiscoveredKind): string {
  return `${group}/${version}/${plural}`;
}

function undefinedWhenGone(error: unknown): undefined {
  if (isNotFound(error) || isGone(error)) return undefined;
  throw error;
}
