import type { Clock, Timer } from "../base/index.ts";
import type { Pod } from "../api/index.ts";
import type { ClusterChange, Plugin } from "./framework.ts";

/** A pod that waits to be scheduled. */
export interface QueuedPod {
  pod: Pod;
  attempts: number;
  /** Breaks ties between pods of one priority: first come, first served. */
  readonly order: number;
  /** Who turned the pod down last: changes that help none of them are no reason for another try. */
  rejectedBy: readonly Plugin[];
  timer: Timer | undefined;
  place: "active" | "backoff" | "unschedulable" | "inFlight";
  /** What happened while the pod was being tried. */
  readonly missed: ClusterChange[];
  readonly addedMs: number;
}

export interface QueueOptions {
  readonly clock: Clock;
  readonly initialBackoffMs: number;
  readonly maxBackoffMs: number;
  /** A pod found unschedulable is tried again after this long, whatever happens. */
  readonly unschedulableRetryMs: number;
  /** Called when a pod becomes ready to be tried. */
  readonly onActive: () => void;
}

/** How many pods wait where. */
export interface QueueSizes {
  readonly active: number;
  readonly backoff: number;
  readonly unschedulable: number;
}

/** Changes remembered for a pod that is being tried; more count as one that helps. */
const MISSED_MAX = 64;

/** The three queues: pods to try now, pods in back-off, and pods that wait for the cluster to change. */
export class SchedulingQueue {
  readonly #options: QueueOptions;
  readonly #pods = new Map<string, QueuedPod>();
  /** In each state that `wake` asks for, so that a change needn't look at pods it can't concern. */
  readonly #unschedulable = new Set<QueuedPod>();
  readonly #inFlight = new Set<QueuedPod>();
  readonly #active: QueuedPod[] = [];
  #sorted = true;
  #order = 0;

  constructor(options: QueueOptions) {
    this.#options = options;
  }

  /** Pods that wait, in any of the queues. */
  get size(): number {
    return this.#pods.size;
  }

  get sizes(): QueueSizes {
    const unschedulable = this.#unschedulable.size;
    const active = this.#active.filter((entry) => this.#isActive(entry)).length;
    return { active, unschedulable, backoff: this.#pods.size - unschedulable - active - this.#inFlight.size };
  }

  get(uid: string): QueuedPod | undefined {
    return this.#pods.get(uid);
  }

  /** Adds a new pod, or takes over the newest version of one that waits; a change may make it worth trying again. */
  apply(pod: Pod, change: ClusterChange | undefined): void {
    const known = this.#pods.get(pod.metadata.uid);
    if (!known) return this.#insert(pod);
    known.pod = pod;
    if (change) this.#consider(known, change);
  }

  delete(uid: string): void {
    const entry = this.#pods.get(uid);
    if (!entry) return;
    this.#leave(entry);
    this.#pods.delete(uid);
  }

  /** The next pod to try: highest priority first. It stays known until it is done, parked or backs off. */
  next(): QueuedPod | undefined {
    if (!this.#sorted) {
      this.#active.sort(lastIsNext);
      this.#sorted = true;
    }
    for (;;) {
      const entry = this.#active.pop();
      if (!entry) return undefined;
      // Those deleted meanwhile are still in the array.
      if (!this.#isActive(entry)) continue;
      entry.place = "inFlight";
      entry.missed.length = 0;
      entry.attempts++;
      this.#inFlight.add(entry);
      return entry;
    }
  }

  /** The pod did not fit: it waits for a change that helps, or for time to pass. */
  park(entry: QueuedPod, rejectedBy: readonly Plugin[]): void {
    if (this.#pods.get(entry.pod.metadata.uid) !== entry) return;
    entry.rejectedBy = rejectedBy;
    if (entry.missed.some((change) => helps(entry, change))) return this.backOff(entry);
    this.#leave(entry);
    entry.place = "unschedulable";
    this.#unschedulable.add(entry);
    entry.timer = this.#options.clock.timer(this.#options.unschedulableRetryMs, () => this.#activate(entry));
  }

  /** The pod is tried again after its back-off. */
  backOff(entry: QueuedPod): void {
    if (this.#pods.get(entry.pod.metadata.uid) !== entry) return;
    this.#leave(entry);
    entry.place = "backoff";
    entry.timer = this.#options.clock.timer(this.#backoffMs(entry), () => this.#activate(entry));
  }

  /** The cluster changed: pods that this helps are tried again once their back-off is over. */
  wake(change: ClusterChange): void {
    for (const entry of [...this.#unschedulable]) this.#consider(entry, change);
    for (const entry of this.#inFlight) this.#consider(entry, change);
  }

  close(): void {
    for (const entry of this.#pods.values()) entry.timer?.cancel();
  }

  #insert(pod: Pod): void {
    const entry: QueuedPod = {
      pod,
      attempts: 0,
      order: this.#order++,
      rejectedBy: [],
      timer: undefined,
      place: "active",
      missed: [],
      addedMs: this.#options.clock.monotonicMs(),
    };
    this.#pods.set(pod.metadata.uid, entry);
    this.#activate(entry);
  }

  #isActive(entry: QueuedPod): boolean {
    return entry.place === "active" && this.#pods.get(entry.pod.metadata.uid) === entry;
  }

  #consider(entry: QueuedPod, change: ClusterChange): void {
    if (entry.place === "inFlight") {
      if (entry.missed.length < MISSED_MAX) entry.missed.push(change);
    } else if (entry.place === "unschedulable" && helps(entry, change)) this.backOff(entry);
  }

  /** Takes it out of wherever it is; where it goes is the caller's. */
  #leave(entry: QueuedPod): void {
    entry.timer?.cancel();
    entry.timer = undefined;
    this.#unschedulable.delete(entry);
    this.#inFlight.delete(entry);
  }

  #backoffMs(entry: QueuedPod): number {
    const { initialBackoffMs, maxBackoffMs } = this.#options;
    return Math.min(initialBackoffMs * 2 ** Math.max(0, entry.attempts - 1), maxBackoffMs);
  }

  #activate(entry: QueuedPod): void {
    if (this.#pods.get(entry.pod.metadata.uid) !== entry) return;
    this.#leave(entry);
    entry.place = "active";
    this.#active.push(entry);
    this.#sorted = false;
    this.#options.onActive();
  }
}

/** Whether a change could turn the mind of one of those who rejected the pod. */
function helps({ pod, rejectedBy, missed }: QueuedPod, change: ClusterChange): boolean {
  if (missed.length >= MISSED_MAX) return true;
  return (
    rejectedBy.length === 0 ||
    rejectedBy.some((plugin) => plugin.events.includes(change.event) && (plugin.helps?.(pod, change) ?? true))
  );
}

/** Sorts so that the pod to try next is the last one. */
function lastIsNext(a: QueuedPod, b: QueuedPod): number {
  return (a.pod.spec.priority ?? 0) - (b.pod.spec.priority ?? 0) || b.order - a.order;
}
