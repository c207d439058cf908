import {
  CustomResourceDefinition,
  type KindDefinition,
  isConflict,
  isNotFound,
  type KubeObject,
  unlessGone,
} from "../../api/index.ts";
import { type Clock, formatTime, jsonEqual, type Log, messageOf, onAbort } from "../../base/index.ts";
import { isObject } from "../../schema/index.ts";
import type { Store } from "../../store/index.ts";
import { systemContext } from "../bootstrap/bootstrap.ts";
import type { CacheEvent } from "../cacher/cacher.ts";
import { deleteObject } from "../registry/delete.ts";
import type { Json, ResourceHooks } from "../registry/generic.ts";
import type { ServerCore } from "../core.ts";
import type { WebhookCaller } from "../admission/webhooks/index.ts";
import { isConverted } from "../stored/custom.ts";
import { webhookConversion } from "./conversion.ts";
import { type CustomKinds, kindsOf } from "./kinds.ts";
import { isTrue, statusOf, withCondition } from "./names.ts";

const KIND = CustomResourceDefinition as unknown as KindDefinition;
const FINALIZER = "customresourcecleanup.apiextensions.k8s.io";
const WRITE = { dryRun: false, fieldManager: "kube-apiserver", isApply: false };
/** How often it is looked whether the last objects of a definition that goes have gone. */
const CLEANUP_EVERY_MS = 200;
const RETRY_MS = 1_000;

export interface DefinitionsOptions {
  readonly core: ServerCore;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  /** Asks those who convert objects between versions. */
  readonly caller: WebhookCaller;
}

const all = ({ served, stored }: CustomKinds): KindDefinition[] => [
  ...new Set([...served, ...(stored ? [stored] : [])]),
];

/** Serves what definitions define, from the time when their names are accepted until their last object has gone. */
export class Definitions {
  readonly #options: DefinitionsOptions;
  /** What is served for a definition, and what it was made from. */
  readonly #served = new Map<string, { readonly from: unknown; readonly kinds: CustomKinds }>();
  readonly #queue = new Set<string>();
  #wake: () => void = () => undefined;

  constructor(options: DefinitionsOptions) {
    this.#options = options;
  }

  /** Serves what is defined already. */
  async start(): Promise<void> {
    const { core } = this.#options;
    await core.registry(KIND).cacher.start();
    for (const definition of await core.reads.list(CustomResourceDefinition)) this.#serve(definition);
  }

  /** Follows definitions until the signal. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([this.#work(signal), this.#follow(signal)]);
  }

  /** Looks at what changes, and at everything when changes may have been missed, as while the store was out of reach. */
  async #follow(signal: AbortSignal): Promise<void> {
    const { core, clock, log } = this.#options;
    const { cacher } = core.registry(KIND);
    while (!signal.aborted) {
      const { promise: over, resolve } = Promise.withResolvers<void>();
      const { close } = cacher.subscribe(
        { events: (events) => this.#enqueueAll(events), closed: () => resolve() },
        undefined,
      );
      const forget = onAbort(signal, resolve);
      try {
        await cacher.start();
        for (const { object } of cacher.in("")) this.#enqueue(object.metadata.name);
        for (const name of this.#served.keys()) this.#enqueue(name);
      } catch (error) {
        if (!signal.aborted) log.warn("Reading definitions failed", { error: messageOf(error) });
        clock.timer(RETRY_MS, resolve);
      }
      await over;
      close();
      forget();
    }
  }

  #enqueueAll(events: readonly CacheEvent[]): void {
    for (const { current, previous } of events) this.#enqueue((current ?? previous)!.object.metadata.name);
  }

  /** A changed definition is served as it is by the time its client hears of the change. */
  hooks(): ResourceHooks {
    return {
      before: async (object) => {
        const { name } = object.metadata as { name: string };
        return { done: () => this.#refresh(name), undone: async () => undefined };
      },
    };
  }

  #enqueue(name: string): void {
    this.#queue.add(name);
    this.#wake();
  }

  async #work(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    onAbort(signal, () => this.#wake());
    while (!signal.aborted) {
      const [name] = this.#queue;
      if (name === undefined) {
        await this.#woken();
        continue;
      }
      this.#queue.delete(name);
      const again = await this.#reconcile(name).catch((error) => {
        if (isConflict(error) || isNotFound(error)) return 0;
        return RETRY_MS;
      });
      if (again !== undefined) clock.timer(again, () => this.#enqueue(name));
    }
  }

  #woken(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  async #refresh(name: string): Promise<void> {
    const definition = await this.#options.core.reads.get(CustomResourceDefinition, { name });
    if (definition) this.#serve(definition);
  }

  /** Brings one definition further; milliseconds until it has to be looked at again. */
  async #reconcile(name: string): Promise<number | undefined> {
    const { core, clock } = this.#options;
    const definition = await core.reads.get(CustomResourceDefinition, { name });
    if (!definition) {
      this.#forget(name);
      return undefined;
    }
    const others = await core.reads.list(CustomResourceDefinition);
    const status = statusOf(definition, others, formatTime(clock.now()));
    if (!jsonEqual(status, definition.status)) {
      await this.#writeStatus(name, status);
      // Names that this one gave up may be what others wait for.
      for (const other of others) if (!isTrue(other, "NamesAccepted")) this.#enqueue(other.metadata.name);
      await this.#refresh(name);
      return undefined;
    }
    this.#serve(definition);
    return definition.metadata.deletionTimestamp ? this.#cleanUp(definition) : undefined;
  }

  async #writeStatus(name: string, status: CustomResourceDefinition["status"]): Promise<void> {
    const change = (current: KubeObject | undefined) => ({ ...(structuredClone(current) as unknown as Json), status });
    await this.#options.core
      .registry(KIND)
      .update(systemContext(KIND, "", name, "status"), { change, write: WRITE, subresource: "status" });
  }

  #serve(definition: CustomResourceDefinition): void {
    const { name, deletionTimestamp } = definition.metadata;
    if (!isTrue(definition, "Established")) return;
    const from = [definition.spec, deletionTimestamp !== undefined];
    const before = this.#served.get(name);
    if (before && jsonEqual(before.from, from)) return;
    const { core, caller } = this.#options;
    const kinds = kindsOf(definition, webhookConversion(definition, { caller, reads: core.reads }));
    this.#served.set(name, { from, kinds });
    core.served.setCustom(name, kinds.served);
    // What somebody else has made of the objects of a definition that has changed since isn't what would be made of them now.
    if (before) core.forget(all(before.kinds).filter(isConverted));
  }

  #forget(name: string): void {
    const { core } = this.#options;
    const kinds = this.#served.get(name)?.kinds;
    this.#served.delete(name);
    core.served.setCustom(name, []);
    if (kinds) core.forget(all(kinds));
    for (const { object } of core.registry(KIND).cacher.in(""))
      if (!isTrue(object as unknown as CustomResourceDefinition, "NamesAccepted")) this.#enqueue(object.metadata.name);
  }

  /** Deletes the objects of a definition that goes, then lets it go. */
  async #cleanUp({ metadata: { name, finalizers = [] } }: CustomResourceDefinition): Promise<number | undefined> {
    if (!finalizers.includes(FINALIZER)) return undefined;
    const kind = this.#served.get(name)?.kinds.stored;
    const left = kind ? await this.#deleteObjects(kind) : 0;
    if (left > 0) {
      await this.#setTerminating(name, {
        status: "True",
        reason: "InstanceDeletionInProgress",
        message: "CustomResource deletion is in progress",
      });
      return CLEANUP_EVERY_MS;
    }
    await this.#setTerminating(name, {
      status: "False",
      reason: "InstanceDeletionCompleted",
      message: "removed all instances",
    });
    await this.#removeFinalizer(name);
    return undefined;
  }

  /** Deletes what isn't being deleted yet; how many are left. */
  async #deleteObjects(kind: KindDefinition): Promise<number> {
    const { core, store, clock } = this.#options;
    const registry = core.registry(kind);
    const objects = (await core.reads.list(kind)) as readonly KubeObject[];
    for (const { metadata } of objects) {
      if (metadata.deletionTimestamp) continue;
      const { namespace = "", name } = metadata;
      const context = systemContext(kind, namespace, name);
      await unlessGone(deleteObject({ registry, context, options: {}, write: WRITE, store, clock }, namespace, name));
    }
    return (await core.reads.list(kind)).length;
  }

  async #setTerminating(
    name: string,
    condition: { readonly status: string; readonly reason: string; readonly message: string },
  ): Promise<void> {
    const { core, clock } = this.#options;
    const definition = await core.reads.get(CustomResourceDefinition, { name });
    if (!definition) return;
    const { status } = definition;
    const conditions = withCondition(
      status.conditions ?? [],
      { type: "Terminating", ...condition },
      formatTime(clock.now()),
    );
    if (!jsonEqual(conditions, status.conditions)) await this.#writeStatus(name, { ...status, conditions });
  }

  async #removeFinalizer(name: string): Promise<void> {
    const change = (current: KubeObject | undefined) => {
      const object = structuredClone(current) as unknown as Json;
      const metadata = isObject(object.metadata) ? object.metadata : {};
      metadata.finalizers = ((metadata.finalizers ?? []) as string[]).filter((one) => one !== FINALIZER);
      return object;
    };
    await this.#options.core.registry(KIND).update(systemContext(KIND, "", name), { change, write: WRITE });
  }
}
