import { type Clock, type Scope, whenAborted } from "../../base/index.ts";
import type { ConfigMap, Pod, Secret } from "../../api/index.ts";
import type { KubeletApi, WatchedKind } from "../api.ts";

/** How changes of config maps and secrets are noticed; upstream's configMapAndSecretChangeDetectionStrategy. */
export type ChangeDetection = "Watch" | "Get";

type Found = ConfigMap | Secret | undefined;

interface Entry {
  readonly users: Set<string>;
  readonly stop: AbortController;
  object: Found;
  /** Resolves once the watch has told the first state. */
  readonly known: Promise<void>;
}

/**
 * The config maps and secrets that pods of this node refer to. With "Watch" each is watched by name as long as a pod uses it,
 * which is all that the Node authorizer allows; with "Get" it is asked for each time.
 */
export class ObjectCache {
  readonly #api: KubeletApi;
  readonly #scope: Scope;
  readonly #clock: Clock;
  readonly #detection: ChangeDetection;
  readonly #changed: (podUid: string) => void;
  readonly #entries = new Map<string, Entry>();

  constructor(options: {
    readonly api: KubeletApi;
    readonly scope: Scope;
    readonly clock: Clock;
    readonly detection: ChangeDetection;
    /** Told for each pod that uses an object that changed. */
    readonly changed: (podUid: string) => void;
  }) {
    this.#api = options.api;
    this.#scope = options.scope;
    this.#clock = options.clock;
    this.#detection = options.detection;
    this.#changed = options.changed;
  }

  async configMap(pod: Pod, name: string, signal: AbortSignal): Promise<ConfigMap | undefined> {
    if (this.#detection === "Get") return this.#api.getConfigMap(pod.metadata.namespace, name, signal);
    return (await this.#watched("ConfigMap", pod, name, signal)) as ConfigMap | undefined;
  }

  async secret(pod: Pod, name: string, signal: AbortSignal): Promise<Secret | undefined> {
    if (this.#detection === "Get") return this.#api.getSecret(pod.metadata.namespace, name, signal);
    return (await this.#watched("Secret", pod, name, signal)) as Secret | undefined;
  }

  /** Stops watching what only this pod used. */
  release(podUid: string): void {
    for (const [key, entry] of this.#entries) {
      entry.users.delete(podUid);
      if (entry.users.size > 0) continue;
      entry.stop.abort();
      this.#entries.delete(key);
    }
  }

  async #watched(kind: WatchedKind, pod: Pod, name: string, signal: AbortSignal): Promise<Found> {
    const key = `${kind}/${pod.metadata.namespace}/${name}`;
    let entry = this.#entries.get(key);
    if (!entry) {
      entry = this.#watch(kind, pod.metadata.namespace, name);
      this.#entries.set(key, entry);
    }
    entry.users.add(pod.metadata.uid);
    await this.#within(entry.known, signal);
    return entry.object;
  }

  #watch(kind: WatchedKind, namespace: string, name: string): Entry {
    let told = () => {};
    const known = new Promise<void>((resolve) => (told = resolve));
    const entry: Entry = { users: new Set(), stop: new AbortController(), object: undefined, known };
    let isFirst = true;
    const apply = (object: Found) => {
      entry.object = object;
      told();
      if (!isFirst) for (const podUid of entry.users) this.#changed(podUid);
      isFirst = false;
    };
    this.#scope.spawn(`watch ${kind}`, async (closed) => {
      const signal = AbortSignal.any([closed, entry.stop.signal]);
      await this.#api.watchObject(kind, { namespace, name }, apply, signal).catch((error) => {
        if (!signal.aborted) throw error;
      });
    });
    return entry;
  }

  async #within(known: Promise<void>, signal: AbortSignal): Promise<void> {
    const late = new AbortController();
    const timer = this.#clock.timer(FIRST_STATE_MS, () => late.abort(new Error("timed out waiting for the condition")));
    const both = AbortSignal.any([signal, late.signal]);
    try {
      await Promise.race([known, whenAborted(both)]);
    } finally {
      timer.cancel();
    }
  }
}

const FIRST_STATE_MS = 10_000;
