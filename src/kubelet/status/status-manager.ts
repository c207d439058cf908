import { podCondition, type Pod, type PodCondition, type PodStatus } from "../../api/index.ts";
import { jsonAlike, messageOf, type Clock, type Log, type Scope } from "../../base/index.ts";
import type { KubeletApi, PatchBody } from "../api.ts";

const RETRY_MS_MIN = 1000;
const RETRY_MS_MAX = 30_000;

interface Desired {
  /** The pod as the API server last told of it. */
  pod: Pod;
  status: PodStatus;
  /** All is over and cleaned up: the record may go when its deletion is asked for. */
  finished: boolean;
  busy: boolean;
  dirty: boolean;
  failures: number;
}

/** Brings what the kubelet knows of its pods to the API server, one patch at a time for each pod, until it is there. */
export class StatusManager {
  readonly #api: KubeletApi;
  readonly #clock: Clock;
  readonly #scope: Scope;
  readonly #log: Log;
  readonly #desired = new Map<string, Desired>();

  constructor(options: {
    readonly api: KubeletApi;
    readonly clock: Clock;
    readonly scope: Scope;
    readonly log: Log;
  }) {
    this.#api = options.api;
    this.#clock = options.clock;
    this.#scope = options.scope;
    this.#log = options.log;
  }

  /** What the pod's status should be; `pod` is its record at the API server. */
  set(pod: Pod, status: PodStatus, { finished }: { readonly finished: boolean }): void {
    const { uid } = pod.metadata;
    const entry = this.#desired.get(uid);
    if (entry)
      Object.assign(entry, { pod: newer(entry.pod, pod), status, finished: entry.finished || finished, dirty: true });
    else this.#desired.set(uid, { pod, status, finished, busy: false, dirty: true, failures: 0 });
    this.#flush(uid);
  }

  /** The record has changed; what others wrote over is written again. */
  observe(pod: Pod): void {
    const entry = this.#desired.get(pod.metadata.uid);
    if (!entry) return;
    entry.pod = newer(entry.pod, pod);
    entry.dirty = true;
    this.#flush(pod.metadata.uid);
  }

  forget(podUid: string): void {
    this.#desired.delete(podUid);
  }

  #flush(podUid: string): void {
    const entry = this.#desired.get(podUid);
    if (!entry || entry.busy) return;
    entry.busy = true;
    this.#scope.spawn("report pod status", async (signal) => {
      try {
        await this.#report(entry, signal);
        entry.failures = 0;
      } catch (error) {
        if (signal.aborted) return;
        entry.failures++;
        entry.dirty = true;
        this.#log.warn("Pod status not reported", { pod: entry.pod.metadata.name, error: messageOf(error) });
        await this.#clock.sleep(Math.min(RETRY_MS_MIN * 2 ** (entry.failures - 1), RETRY_MS_MAX), signal);
      } finally {
        entry.busy = false;
      }
      if (entry.dirty && this.#desired.get(podUid) === entry) this.#flush(podUid);
    });
  }

  async #report(entry: Desired, signal: AbortSignal): Promise<void> {
    while (entry.dirty) {
      entry.dirty = false;
      const body = statusPatch(entry.pod, entry.status);
      if (body) {
        const patched = await this.#api.patchPodStatus(entry.pod, body, signal);
        if (!patched) return;
        entry.pod = newer(entry.pod, patched);
      }
    }
    if (entry.finished && entry.pod.metadata.deletionTimestamp !== undefined)
      await this.#api.deletePod(entry.pod, signal);
  }
}

function newer(a: Pod, b: Pod): Pod {
  return Number(b.metadata.resourceVersion) >= Number(a.metadata.resourceVersion) ? b : a;
}

/** Fields of the status that the kubelet owns; it leaves the others alone. */
const OWNED = [
  "observedGeneration",
  "phase",
  "message",
  "reason",
  "hostIP",
  "hostIPs",
  "podIP",
  "podIPs",
  "startTime",
  "initContainerStatuses",
  "containerStatuses",
  "qosClass",
  "ephemeralContainerStatuses",
] as const;

/** The kubelet's own condition that goes when it holds no more. */
const RESIZE_PENDING = "PodResizePending";

/** A strategic merge patch from the record to the wanted status; undefined when nothing differs. */
function statusPatch(pod: Pod, wanted: PodStatus): PatchBody | undefined {
  const changes: Record<string, unknown> = {};
  for (const key of OWNED) {
    const before = pod.status[key];
    const after = wanted[key];
    if (jsonAlike(before, after)) continue;
    if (after === undefined) changes[key] = null;
    // The directive says something only of a list that is there; elsewhere it would become an element.
    else if ((key === "podIPs" || key === "hostIPs") && before !== undefined)
      changes[key] = [...(after as readonly unknown[]), { $patch: "replace" }];
    else changes[key] = after;
  }
  const conditions = (wanted.conditions ?? []).filter((each) => !jsonAlike(each, podCondition(pod, each.type)));
  const over = (pod.status.conditions ?? []).filter(
    ({ type }) => type === RESIZE_PENDING && !wanted.conditions?.some((each) => each.type === type),
  );
  if (conditions.length + over.length > 0) {
    const removed = over.map(({ type }) => ({ $patch: "delete", type }));
    changes.conditions = [...conditions.map(withCleared(pod)), ...removed];
    changes["$setElementOrder/conditions"] = (wanted.conditions ?? []).map(({ type }) => ({ type }));
  }
  if (Object.keys(changes).length === 0) return undefined;
  return { metadata: { uid: pod.metadata.uid }, status: changes };
}

/** A condition merges into the one there is: what it no longer says has to be taken out. */
function withCleared(pod: Pod): (condition: PodCondition) => Record<string, unknown> {
  return (condition) => {
    const before = podCondition(pod, condition.type);
    const cleared: Record<string, null> = {};
    if (before?.reason !== undefined && condition.reason === undefined) cleared.reason = null;
    if (before?.message !== undefined && condition.message === undefined) cleared.message = null;
    return { ...condition, ...cleared };
  };
}
