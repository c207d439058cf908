import type { KindDefinition, KubeObject } from "../api/index.ts";
import { onAbort } from "../base/index.ts";
import type { Client, ObjectKey, WatchEvent } from "../client/index.ts";
import type { ComponentContext } from "./context.ts";
import { INITIAL, step, type WatchInput, type WatchState } from "./watch-state.ts";

/** Called synchronously for every change, existing objects first; must not throw. Do work through a queue. */
export interface InformerHandler<T> {
  /** The object as it is now; `old` is what was known of it before. */
  apply(object: T, old: T | undefined): void;
  /** The last that was known of it. */
  delete(object: T): void;
}

/** A local copy of all objects of a kind that matched, kept fresh. */
export interface Informer<T> {
  readonly kind: KindDefinition<T>;
  /** Resolves once everything that existed at the start is there; rejects when the scope closes before that. */
  readonly synced: Promise<void>;
  readonly hasSynced: boolean;
  /** As of which revision the copy is complete; "" before it is synced. */
  readonly resourceVersion: string;
  readonly size: number;
  get(key: ObjectKey): T | undefined;
  /** In the order of first appearance. */
  list(namespace?: string): readonly T[];
  /** Keeps objects findable by every value that `values` gives for them. Adding one name twice keeps the first. */
  addIndex(name: string, values: (object: T) => readonly string[]): void;
  index(name: string, value: string): readonly T[];
  /** Returns what ends the subscription. */
  subscribe(handler: InformerHandler<T>): () => void;
  /** Read your own writes: resolves once the copy includes this object (or something newer of the server). */
  expect(written: KubeObject, signal?: AbortSignal): Promise<void>;
  /** Resolves once the copy shows this object gone or being deleted. */
  expectDeleted(deleted: KubeObject, signal?: AbortSignal): Promise<void>;
}

export interface InformerFilter {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly metadataOnly?: boolean;
}

/** Informers of one component, one per kind and filter. */
export interface Informers {
  for<T>(kind: KindDefinition<T>, filter?: InformerFilter): Informer<T>;
}

interface Index<T> {
  readonly values: (object: T) => readonly string[];
  readonly entries: Map<string, Map<string, T>>;
}

interface Waiter {
  readonly done: () => boolean;
  readonly resolve: () => void;
}

/** Informers that share the context's client; they run until its scope closes. */
export function createInformers(context: ComponentContext): Informers {
  const known = new Map<string, RunningInformer<never>>();
  return {
    for<T>(kind: KindDefinition<T>, filter: InformerFilter = {}): Informer<T> {
      const { namespace = "", labelSelector = "", fieldSelector = "", metadataOnly = false } = filter;
      const key = JSON.stringify([
        kind.group,
        kind.version,
        kind.plural,
        namespace,
        labelSelector,
        fieldSelector,
        metadataOnly,
      ]);
      let informer = known.get(key) as RunningInformer<T> | undefined;
      if (!informer) {
        informer = new RunningInformer(context, kind, filter);
        known.set(key, informer as unknown as RunningInformer<never>);
      }
      return informer;
    },
  };
}

/** One informer outside of any set; it ends with the context's scope. */
export function createInformer<T>(
  context: ComponentContext,
  kind: KindDefinition<T>,
  filter: InformerFilter = {},
): Informer<T> {
  return new RunningInformer(context, kind, filter);
}

class RunningInformer<T> implements Informer<T> {
  readonly kind: KindDefinition<T>;
  readonly synced: Promise<void>;
  readonly #client: Client;
  readonly #filter: InformerFilter;
  readonly #objects = new Map<string, T>();
  readonly #indexes = new Map<string, Index<T>>();
  readonly #handlers = new Set<InformerHandler<T>>();
  readonly #waiters = new Set<Waiter>();
  readonly #context: ComponentContext;
  readonly #markSynced: () => void;
  #synced = false;
  #revision = "";

  constructor(context: ComponentContext, kind: KindDefinition<T>, filter: InformerFilter) {
    this.kind = kind;
    this.#client = context.client;
    this.#context = context;
    this.#filter = filter;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.synced = promise;
    this.#markSynced = resolve;
    // Whoever waits must not wait for ever, or its scope can't close; that nobody waits is no failure.
    promise.catch(() => {});
    const { signal: closed } = context.scope;
    if (closed.aborted) reject(closed.reason);
    else onAbort(closed, () => reject(closed.reason));
    this.addIndex("namespace", (object) => [metadata(object).namespace ?? ""]);
    context.scope.spawn(`informer ${kind.plural}`, (signal) => this.#run(signal));
  }

  get hasSynced(): boolean {
    return this.#synced;
  }

  get resourceVersion(): string {
    return this.#revision;
  }

  get size(): number {
    return this.#objects.size;
  }

  get({ namespace, name }: ObjectKey): T | undefined {
    return this.#objects.get(keyOf(namespace, name));
  }

  list(namespace?: string): readonly T[] {
    return namespace === undefined ? [...this.#objects.values()] : this.index("namespace", namespace);
  }

  addIndex(name: string, values: (object: T) => readonly string[]): void {
    if (this.#indexes.has(name)) return;
    const index: Index<T> = { values, entries: new Map() };
    this.#indexes.set(name, index);
    for (const [key, object] of this.#objects) insert(index, key, object);
  }

  index(name: string, value: string): readonly T[] {
    const index = this.#indexes.get(name);
    if (!index) throw new TypeError(`read index: ${this.kind.plural} have no index ${name}`);
    const found = index.entries.get(value);
    return found ? [...found.values()] : [];
  }

  subscribe(handler: InformerHandler<T>): () => void {
    this.#handlers.add(handler);
    for (const object of [...this.#objects.values()]) this.#guard(() => handler.apply(object, undefined));
    return () => this.#handlers.delete(handler);
  }

  expect(written: KubeObject, signal?: AbortSignal): Promise<void> {
    const { namespace, name, resourceVersion } = written.metadata;
    return this.#wait(() => {
      if (!olderThan(this.#revision, resourceVersion)) return true;
      const known = this.get({ namespace, name });
      return known !== undefined && !olderThan(metadata(known).resourceVersion, resourceVersion);
    }, signal);
  }

  expectDeleted(deleted: KubeObject, signal?: AbortSignal): Promise<void> {
    const { namespace, name, uid } = deleted.metadata;
    return this.#wait(() => {
      const known = this.get({ namespace, name });
      return known === undefined || metadata(known).uid !== uid || metadata(known).deletionTimestamp !== undefined;
    }, signal);
  }

  #wait(done: () => boolean, signal: AbortSignal | undefined): Promise<void> {
    if (done()) return Promise.resolve();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const ended = AbortSignal.any([this.#context.scope.signal, ...(signal ? [signal] : [])]);
    // A write may come back after everything has ended; then nothing will ever show it.
    if (ended.aborted) return Promise.reject(ended.reason);
    const waiter = { done, resolve };
    this.#waiters.add(waiter);
    const abort = () => {
      this.#waiters.delete(waiter);
      reject(ended.reason);
    };
    ended.addEventListener("abort", abort, { once: true });
    return promise.finally(() => ended.removeEventListener("abort", abort));
  }

  async #run(signal: AbortSignal): Promise<void> {
    let state: WatchState = INITIAL;
    while (!signal.aborted) state = step(state, await this.#act(state, signal));
  }

  async #act(state: WatchState, signal: AbortSignal): Promise<WatchInput> {
    try {
      switch (state.at) {
        case "backingOff":
          await this.#context.clock.sleep(state.delayMs * (1 + this.#context.random.float()), signal);
          return { type: "waited" };
        case "listing":
          return { type: "listed", revision: await this.#list(state.from, signal) };
        case "watching":
          return await this.#watch(state.revision, signal);
        default:
          return state satisfies never;
      }
    } catch (error) {
      if (!signal.aborted) this.#context.log.warn("Informer lost its source", { resource: this.kind.plural, error });
      // What was seen before the failure stands: go on from there.
      return { type: "failed", error };
    }
  }

  async #list(from: string, signal: AbortSignal): Promise<string> {
    const list = await this.#client.list(this.kind, { ...this.#filter, resourceVersion: from, signal });
    const revision = list.metadata.resourceVersion ?? "";
    const seen = new Set<string>();
    for (const object of list.items) {
      seen.add(objectKey(object));
      this.#apply(object);
    }
    for (const [key, object] of [...this.#objects]) if (!seen.has(key)) this.#delete(key, object);
    this.#progress(revision);
    this.#synced = true;
    this.#markSynced();
    return revision;
  }

  async #watch(revision: string, signal: AbortSignal): Promise<WatchInput> {
    const from = olderThan(revision, this.#revision) ? this.#revision : revision;
    const events = this.#client.watch(this.kind, {
      ...this.#filter,
      resourceVersion: from,
      allowWatchBookmarks: true,
      // Spread over five to ten minutes, so that not all watches end at once.
      timeoutSeconds: 300 + this.#context.random.int(300),
      signal,
    });
    let moved = false;
    try {
      for await (const batch of events) {
        for (const event of batch) this.#event(event);
        moved ||= batch.length > 0;
      }
    } catch (error) {
      if (!moved || signal.aborted) throw error;
      this.#context.log.debug("Watch broke off", { resource: this.kind.plural, error });
      return { type: "progressed", revision: this.#revision };
    }
    if (moved) return { type: "progressed", revision: this.#revision };
    // A watch that ends at once without a word must not make us spin.
    await this.#context.clock.sleep(1000, signal);
    return { type: "ended" };
  }

  #event({ type, object }: WatchEvent<T>): void {
    if (type === "ADDED" || type === "MODIFIED") this.#apply(object);
    else if (type === "DELETED") this.#delete(objectKey(object), object);
    this.#progress(metadata(object).resourceVersion);
  }

  #apply(object: T): void {
    const key = objectKey(object);
    const old = this.#objects.get(key);
    if (
      old &&
      metadata(old).uid === metadata(object).uid &&
      metadata(old).resourceVersion === metadata(object).resourceVersion
    )
      return;
    // Deleted and made again while we did not look: whoever keeps state per object must hear of both.
    const replaced = old !== undefined && metadata(old).uid !== metadata(object).uid;
    if (replaced) this.#delete(key, old);
    this.#objects.set(key, object);
    for (const index of this.#indexes.values()) {
      if (old && !replaced) remove(index, key, old);
      insert(index, key, object);
    }
    for (const handler of this.#handlers) this.#guard(() => handler.apply(object, replaced ? undefined : old));
  }

  #delete(key: string, object: T): void {
    const old = this.#objects.get(key);
    if (!old) return;
    this.#objects.delete(key);
    for (const index of this.#indexes.values()) remove(index, key, old);
    for (const handler of this.#handlers) this.#guard(() => handler.delete(object));
  }

  #progress(revision: string): void {
    if (revision === this.#revision || revision === "") return;
    this.#revision = revision;
    for (const waiter of this.#waiters) {
      if (!waiter.done()) continue;
      this.#waiters.delete(waiter);
      waiter.resolve();
    }
  }

  #guard(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#context.log.error("Informer handler failed", { resource: this.kind.plural, error });
    }
  }
}

function metadata(object: unknown): KubeObject["metadata"] {
  return (object as KubeObject).metadata;
}

function objectKey(object: unknown): string {
  const { namespace, name } = metadata(object);
  return keyOf(namespace, name);
}

function keyOf(namespace: string | undefined, name: string): string {
  return namespace ? `${namespace}/${name}` : name;
}

/** Revisions are whole numbers that only grow. */
function olderThan(a: string, b: string): boolean {
  return a.length === b.length ? a < b : a.length < b.length;
}

function insert<T>(index: Index<T>, key: string, object: T): void {
  for (const value of index.values(object)) {
    let entries = index.entries.get(value);
    if (!entries) index.entries.set(value, (entries = new Map()));
    entries.set(key, object);
  }
}

function remove<T>(index: Index<T>, key: string, object: T): void {
  for (const value of index.values(object)) {
    const entries = index.entries.get(value);
    if (!entries?.delete(key)) continue;
    if (entries.size === 0) index.entries.delete(value);
  }
}
