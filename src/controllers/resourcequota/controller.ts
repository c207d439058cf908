import { jsonEqual } from "../../base/index.ts";
import {
  evaluatorOf,
  isNotFound,
  type KindDefinition,
  type KubeObject,
  kindFor,
  ResourceQuota,
  groupVersion,
} from "../../api/index.ts";
import { dynamicKind } from "../../client/index.ts";
import type { Informer, WorkQueue } from "../../runtime/index.ts";
import { type ControllerEnvironment, keyOf, reconcileKeys, splitKey } from "../common/environment.ts";
import { statusOf } from "./plan.ts";

/** Quotas are counted anew after this long, whatever happened. */
const RESYNC_MS = 300_000;
const DISCOVERY_PERIOD_MS = 30_000;

/** Counts what is there against each quota: what goes away, and what was there before it. */
export async function startResourceQuotaController(environment: ControllerEnvironment): Promise<void> {
  const quotas = environment.informers.for(ResourceQuota);
  const counter = new QuotaCounter(environment, quotas);
  const queue = reconcileKeys(environment, {
    name: "resourcequota",
    workers: environment.options.concurrentResourceQuotaSyncs ?? 5,
    synced: [quotas.synced],
    reconcile: (key, signal) => counter.reconcile(key, signal),
  });
  counter.queue = queue;
  quotas.subscribe({
    apply(quota, old) {
      if (!old || !jsonEqual(quota.spec, old.spec) || !jsonEqual(quota.spec.hard, quota.status.hard))
        queue.add(keyOf(quota));
    },
    delete: () => {},
  });
}

interface Monitor {
  readonly kind: KindDefinition<KubeObject>;
  readonly informer: Informer<KubeObject>;
}

class QuotaCounter {
  queue: WorkQueue<string> | undefined;
  readonly #environment: ControllerEnvironment;
  readonly #quotas: Informer<ResourceQuota>;
  readonly #monitors = new Map<string, Monitor>();
  #served: readonly KindDefinition<KubeObject>[] = [];
  #servedAtMs = -Infinity;

  constructor(environment: ControllerEnvironment, quotas: Informer<ResourceQuota>) {
    this.#environment = environment;
    this.#quotas = quotas;
  }

  async reconcile(key: string, signal: AbortSignal): Promise<{ requeueAfterMs?: number } | undefined> {
    const quota = this.#quotas.get(splitKey(key));
    if (!quota) return undefined;
    const monitors = await this.#monitorsFor(quota, signal);
    await Promise.all(monitors.map(({ informer }) => informer.synced));
    const { namespace } = quota.metadata;
    const counted = monitors.map(({ kind, informer }) => ({
      evaluator: evaluatorOf(kind),
      objects: informer.list(namespace),
    }));
    await this.#write(quota, statusOf(quota, counted), signal);
    return { requeueAfterMs: RESYNC_MS };
  }

  async #write(quota: ResourceQuota, status: ResourceQuota["status"], signal: AbortSignal): Promise<void> {
    if (jsonEqual(quota.status, status)) return;
    try {
      const { client } = this.#environment;
      await this.#quotas.expect(await client.updateStatus(ResourceQuota, { ...quota, status }, { signal }), signal);
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }

  /** Watches of all kinds that the quota counts; each begins with the first quota that needs it. */
  async #monitorsFor({ spec }: ResourceQuota, signal: AbortSignal): Promise<readonly Monitor[]> {
    const names = Object.keys(spec.hard ?? {});
    const counts = (kind: KindDefinition<KubeObject>) => names.some(evaluatorOf(kind).counts);
    const isKnown = names.every((name) => this.#served.some((kind) => evaluatorOf(kind).counts(name)));
    if (!isKnown) await this.#discover(signal);
    return this.#served.filter(counts).map((kind) => this.#monitor(kind));
  }

  async #discover(signal: AbortSignal): Promise<void> {
    const nowMs = this.#environment.clock.monotonicMs();
    if (nowMs - this.#servedAtMs < DISCOVERY_PERIOD_MS) return;
    this.#servedAtMs = nowMs;
    const { kinds, stale } = await this.#environment.discover(signal);
    const unknown = this.#served.filter((kind) => stale.includes(groupVersion(kind)));
    const found = kinds
      .filter(
        ({ scope, verbs }) =>
          scope === "Namespaced" && ["list", "watch", "create"].every((verb) => verbs.includes(verb)),
      )
      .map((one) => (kindFor(one) as KindDefinition<KubeObject> | undefined) ?? dynamicKind(one));
    this.#served = [...found, ...unknown];
  }

  #monitor(kind: KindDefinition<KubeObject>): Monitor {
    const resource = `${kind.plural}.${kind.group}`;
    let monitor = this.#monitors.get(resource);
    if (!monitor) {
      monitor = { kind, informer: this.#environment.informers.for(kind) };
      this.#monitors.set(resource, monitor);
      this.#watch(monitor);
    }
    return monitor;
  }

  /** What comes is counted as it is admitted; this counts what goes or comes to take less. */
  #watch({ kind, informer }: Monitor): void {
    const { usage } = evaluatorOf(kind);
    const wake = ({ metadata: { namespace } }: KubeObject) => {
      for (const quota of this.#quotas.list(namespace ?? "")) {
        if (Object.keys(quota.spec.hard ?? {}).some(evaluatorOf(kind).counts)) this.queue?.add(keyOf(quota));
      }
    };
    informer.subscribe({
      apply(object, old) {
        if (old && !jsonEqual(usage(object as never), usage(old as never))) wake(object);
      },
      delete: wake,
    });
  }
}
