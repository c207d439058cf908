import type { Clock, Timer } from "../base/index.ts";
import type { Pod } from "../api/index.ts";
import type { ClusterEvent } from "./framework.ts";

/** A pod that waits to be scheduled. */
export interface QueuedPod {
  pod: Pod;
  attempts: number;
  /** Breaks ties between pods of one priority: first come, first served. */
  readonly order: number;
  /** Events that make another try worth it. */
  wakeOn: ReadonlySet<ClusterEvent>;
  timer: Timer | undefined;
  place: "active" | "backoff" | "unschedulable" | "inFlight";
  /** Something worth another try happened while the pod was being tried. */
  stale: boolean;
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

/** The three queues: pods to try now, pods in back-off, and pods that wait for the cluster to change. */
export class SchedulingQueue {
  readonly #options: QueueOptions;
  readonly #pods = new Map<string, QueuedPod>();
  #active: QueuedPod[] = [];
  #sorted = true;
  #order = 0;

  constructor(options: QueueOptions) {
    this.#options = options;
  }

  /** Pods that wait, in any of the queues. */
  get size(): number {
    return this.#pods.size;
  }

  /** Adds a new pod, or takes over the newest version of one that waits; a change may make it worth trying again. */
  apply(pod: Pod, options: { readonly changed: boolean }): void {
    const known = this.#pods.get(pod.metadata.uid);
    if (!known) {
      const entry: QueuedPod = {
        pod,
        attempts: 0,
        order: this.#order++,
        wakeOn: new Set(),
        timer: undefined,
        place: "active",
        stale: false,
      };
      this.#pods.set(pod.metadata.uid, entry);
      this.#activate(entry);
      return;
    }
    known.pod = pod;
    if (!options.changed) return;
    this.#wake(known);
  }

  delete(uid: string): void {
    const entry = this.#pods.get(uid);
    if (!entry) return;
    entry.timer?.cancel();
    this.#pods.delete(uid);
    if (entry.place === "active") this.#active = this.#active.filter((one) => one !== entry);
  }

  /** The next pod to try: highest priority first. It stays known until `done` or `retry`. */
  next(): QueuedPod | undefined {
    if (!this.#sorted) {
      this.#active.sort(lastIsNext);
      this.#sorted = true;
    }
    const entry = this.#active.pop();
    if (!entry) return undefined;
    entry.place = "inFlight";
    entry.stale = false;
    entry.attempts++;
    return entry;
  }

  /** The pod has a node. */
  done(uid: string): void {
    this.delete(uid);
  }

  /** The pod did not fit: it waits for one of these events, or for time to pass. */
  park(entry: QueuedPod, wakeOn: ReadonlySet<ClusterEvent>): void {
    if (this.#pods.get(entry.pod.metadata.uid) !== entry) return;
    entry.wakeOn = wakeOn;
    if (entry.stale) return this.backOff(entry);
    entry.place = "unschedulable";
    entry.timer = this.#options.clock.timer(this.#options.unschedulableRetryMs, () => this.#activate(entry));
  }

  /** Something went wrong: the pod is tried again after its back-off. */
  backOff(entry: QueuedPod): void {
    if (this.#pods.get(entry.pod.metadata.uid) !== entry) return;
    entry.place = "backoff";
    entry.timer?.cancel();
    entry.timer = this.#options.clock.timer(this.#backoffMs(entry), () => this.#activate(entry));
  }

  /** The cluster changed: pods that wait for this are tried again once their back-off is over. */
  wake(event: ClusterEvent): void {
    for (const entry of this.#pods.values()) {
      if (entry.place === "inFlight") entry.stale = true;
      else if (entry.place === "unschedulable" && entry.wakeOn.has(event)) this.#wake(entry);
    }
  }

  close(): void {
    for (const entry of this.#pods.values()) entry.timer?.cancel();
  }

  #wake(entry: QueuedPod): void {
    if (entry.place === "unschedulable") this.backOff(entry);
    else if (entry.place === "inFlight") entry.stale = true;
  }

  #backoffMs(entry: QueuedPod): number {
    const { initialBackoffMs, maxBackoffMs } = this.#options;
    return Math.min(initialBackoffMs * 2 ** Math.max(0, entry.attempts - 1), maxBackoffMs);
  }

  #activate(entry: QueuedPod): void {
    if (this.#pods.get(entry.pod.metadata.uid) !== entry) return;
    entry.timer?.cancel();
    entry.timer = undefined;
    entry.place = "active";
    this.#active.push(entry);
    this.#sorted = false;
    this.#options.onActive();
  }
}

/** Sorts so that the pod to try next is the last one. */
function lastIsNext(a: QueuedPod, b: QueuedPod): number {
  return (a.pod.spec.priority ?? 0) - (b.pod.spec.priority ?? 0) || b.order - a.order;
}
