import { formatTime } from "../base/index.ts";
import { isNotFound, Namespace, Node, Pod } from "../api/index.ts";
import {
  type ComponentContext,
  createInformers,
  type EventRecorder,
  eventRecorder,
  type Informer,
  leaderElection,
  type LeaseOptions,
} from "../runtime/index.ts";
import { SchedulerCache } from "./cache.ts";
import { cycle, type Decision } from "./cycle.ts";
import type { ClusterEvent, Plugin, Snapshot } from "./framework.ts";
import { unschedulableMessage } from "./message.ts";
import { allPlugins } from "./plugins/all.ts";
import { type Preemption, preempt } from "./preemption.ts";
import { type QueuedPod, SchedulingQueue } from "./queue.ts";

export interface SchedulerOptions {
  /** Pods with this spec.schedulerName are ours. Default "default-scheduler". */
  readonly schedulerName?: string;
  /** First and longest wait between tries of one pod, in seconds. Defaults 1 and 10. */
  readonly podInitialBackoffSeconds?: number;
  readonly podMaxBackoffSeconds?: number;
  /** Seconds after which an unschedulable pod is tried again without cause. Default 300. */
  readonly podMaxInUnschedulablePodsDuration?: number;
  /** Only one scheduler acts at a time. Default true. */
  readonly leaderElect?: boolean;
  /** Name of this instance in the leader Lease; default random. */
  readonly identity?: string;
  /** Name and times of that Lease, where they differ from upstream's defaults. */
  readonly lease?: LeaseOptions;
  readonly plugins?: readonly Plugin[];
}

/** A running scheduler. */
export interface Scheduler {
  /** Resolves once the caches are filled. */
  readonly ready: Promise<void>;
  /** The last decision about a pod, by uid: every node's reasons and scores. */
  explain(uid: string): Decision | undefined;
  /** Pods that wait for a node. */
  readonly pending: number;
}

/** Decisions kept for `explain`. */
const DECISIONS_MAX = 1000;
/** Cycles between two looks at whether other work wants to run. */
const CYCLES_PER_SLICE = 32;

/** Starts scheduling; it ends with the context's scope. */
export async function startScheduler(context: ComponentContext, options: SchedulerOptions = {}): Promise<Scheduler> {
  if (options.leaderElect === false) return new RunningScheduler(context, options);
  const identity = options.identity ?? `navarch_${context.random.uuid()}`;
  let current: RunningScheduler | undefined;
  const started = Promise.withResolvers<void>();
  leaderElection(
    context,
    {
      name: "kube-scheduler",
      namespace: "kube-system",
      identity,
      leaseDurationMs: 15_000,
      renewDeadlineMs: 10_000,
      retryPeriodMs: 2_000,
      ...options.lease,
    },
    async (scope) => {
      current = new RunningScheduler({ ...context, scope }, options);
      await current.ready;
      started.resolve();
    },
  );
  return {
    ready: started.promise,
    explain: (uid) => current?.explain(uid),
    get pending() {
      return current?.pending ?? 0;
    },
  };
}

class RunningScheduler implements Scheduler {
  readonly ready: Promise<void>;
  readonly #context: ComponentContext;
  readonly #schedulerName: string;
  readonly #plugins: readonly Plugin[];
  readonly #cache = new SchedulerCache();
  readonly #queue: SchedulingQueue;
  readonly #events: EventRecorder;
  readonly #namespaces: Informer<Namespace>;
  readonly #decisions = new Map<string, Decision>();
  #running = false;
  #synced = false;
  #startIndex = 0;

  constructor(context: ComponentContext, options: SchedulerOptions) {
    this.#context = context;
    this.#schedulerName = options.schedulerName ?? "default-scheduler";
    this.#plugins = options.plugins ?? allPlugins;
    this.#events = eventRecorder(context, { component: this.#schedulerName });
    this.#queue = new SchedulingQueue({
      clock: context.clock,
      initialBackoffMs: (options.podInitialBackoffSeconds ?? 1) * 1000,
      maxBackoffMs: (options.podMaxBackoffSeconds ?? 10) * 1000,
      unschedulableRetryMs: (options.podMaxInUnschedulablePodsDuration ?? 300) * 1000,
      onActive: () => this.#run(),
    });
    context.scope.defer(() => this.#queue.close());
    const informers = createInformers(context);
    this.#namespaces = informers.for(Namespace);
    const nodes = informers.for(Node);
    const pods = informers.for(Pod);
    nodes.subscribe({ apply: (node, old) => this.#applyNode(node, old), delete: (node) => this.#deleteNode(node) });
    pods.subscribe({ apply: (pod, old) => this.#applyPod(pod, old), delete: (pod) => this.#deletePod(pod) });
    this.ready = Promise.all([nodes.synced, pods.synced, this.#namespaces.synced]).then(() => {
      this.#synced = true;
      this.#run();
    });
  }

  explain(uid: string): Decision | undefined {
    return this.#decisions.get(uid);
  }

  get pending(): number {
    return this.#queue.size;
  }

  #applyNode(node: Node, old: Node | undefined): void {
    this.#cache.applyNode(node);
    if (!old || nodeChanged(node, old)) this.#queue.wake("nodeApplied");
  }

  #deleteNode(node: Node): void {
    this.#cache.deleteNode(node.metadata.name);
  }

  #applyPod(pod: Pod, old: Pod | undefined): void {
    const { uid } = pod.metadata;
    if (isFinished(pod)) return this.#deletePod(pod);
    if (pod.spec.nodeName) {
      this.#queue.done(uid);
      this.#cache.applyPod(pod);
      if (!old?.spec.nodeName) this.#queue.wake("podPlaced");
      else if (old.metadata.labels !== pod.metadata.labels) this.#queue.wake("podChanged");
      return;
    }
    if (pod.spec.schedulerName !== this.#schedulerName || pod.metadata.deletionTimestamp)
      return this.#queue.delete(uid);
    if (pod.spec.schedulingGates?.length) return this.#queue.delete(uid);
    if (this.#cache.has(uid)) return;
    this.#queue.apply(pod, { changed: old !== undefined && podChanged(pod, old) });
  }

  #deletePod(pod: Pod): void {
    const { uid } = pod.metadata;
    this.#queue.delete(uid);
    this.#decisions.delete(uid);
    if (!this.#cache.has(uid)) return;
    this.#cache.deletePod(uid);
    this.#queue.wake("podDeleted");
  }

  #run(): void {
    if (this.#running || !this.#synced) return;
    this.#running = true;
    this.#context.scope.spawn("schedule pods", async (signal) => {
      try {
        for (let cycles = 1; !signal.aborted; cycles++) {
          const next = this.#queue.next();
          if (!next) return;
          this.#schedule(next);
          if (cycles % CYCLES_PER_SLICE === 0) await this.#context.clock.yield();
        }
      } finally {
        this.#running = false;
      }
    });
  }

  #schedule(entry: QueuedPod): void {
    const { pod } = entry;
    const snapshot = this.#snapshot();
    const decision = cycle({
      pod,
      snapshot,
      plugins: this.#plugins,
      random: this.#context.random,
      startIndex: this.#startIndex,
    });
    this.#startIndex =
      snapshot.nodes.length === 0
        ? 0
        : (this.#startIndex + decision.rejections.length + decision.scores.length) % snapshot.nodes.length;
    this.#remember(pod, decision);
    const { nodeName } = decision;
    if (nodeName === undefined) {
      this.#context.scope.spawn("report unschedulable pod", () => this.#turnDown(entry, decision, snapshot));
      return;
    }
    this.#cache.assume(pod, nodeName);
    this.#context.scope.spawn("bind pod", () => this.#bind(entry, nodeName));
  }

  #snapshot(): Snapshot {
    return { nodes: this.#cache.nodes(), namespace: (name) => this.#namespaces.get({ name }) };
  }

  #remember(pod: Pod, decision: Decision): void {
    this.#decisions.delete(pod.metadata.uid);
    this.#decisions.set(pod.metadata.uid, decision);
    if (this.#decisions.size > DECISIONS_MAX) this.#decisions.delete(this.#decisions.keys().next().value!);
  }

  async #bind(entry: QueuedPod, nodeName: string): Promise<void> {
    const { namespace, name, uid } = entry.pod.metadata;
    try {
      await this.#context.client.createSubresource(Pod, { namespace, name }, "binding", {
        apiVersion: "v1",
        kind: "Binding",
        metadata: { namespace, name, uid },
        target: { kind: "Node", name: nodeName },
      });
    } catch (error) {
      return this.#bindFailed(entry, error);
    }
    this.#queue.done(uid);
    this.#events.event(entry.pod, {
      type: "Normal",
      reason: "Scheduled",
      action: "Binding",
      message: `Successfully assigned ${namespace}/${name} to ${nodeName}`,
    });
  }

  #bindFailed(entry: QueuedPod, error: unknown): void {
    this.#cache.forget(entry.pod.metadata.uid);
    this.#queue.wake("podDeleted");
    if (isNotFound(error)) return this.#queue.delete(entry.pod.metadata.uid);
    this.#context.log.warn("Binding failed", {
      pod: `${entry.pod.metadata.namespace}/${entry.pod.metadata.name}`,
      error,
    });
    this.#queue.backOff(entry);
  }

  async #turnDown(entry: QueuedPod, decision: Decision, snapshot: Snapshot): Promise<void> {
    const { pod } = entry;
    const { preemption, message: afterFilter } = preempt({ pod, decision, snapshot, plugins: this.#plugins });
    const message = unschedulableMessage(decision.nodeCount, decision.rejections, afterFilter).trimEnd();
    this.#queue.park(entry, wakeEvents(decision, this.#plugins));
    this.#events.event(pod, { type: "Warning", reason: "FailedScheduling", action: "Scheduling", message });
    try {
      await this.#patchUnschedulable(pod, message, preemption);
      if (preemption) await this.#evict(pod, preemption);
    } catch (error) {
      if (isNotFound(error)) return;
      this.#context.log.warn("Reporting an unschedulable pod failed", {
        pod: `${pod.metadata.namespace}/${pod.metadata.name}`,
        error,
      });
      this.#queue.backOff(entry);
    }
  }

  async #patchUnschedulable(pod: Pod, message: string, preemption: Preemption | undefined): Promise<void> {
    const known = pod.status.conditions?.find((condition) => condition.type === "PodScheduled");
    const sameNomination = (preemption?.nodeName ?? pod.status.nominatedNodeName) === pod.status.nominatedNodeName;
    const sameGeneration = known?.observedGeneration === pod.metadata.generation;
    if (
      known?.status === "False" &&
      known.reason === "Unschedulable" &&
      known.message === message &&
      sameNomination &&
      sameGeneration
    )
      return;
    const now = formatTime(this.#context.clock.now());
    const condition = {
      type: "PodScheduled",
      status: "False",
      reason: "Unschedulable",
      message,
      observedGeneration: pod.metadata.generation,
      lastProbeTime: null,
      lastTransitionTime: known?.status === "False" ? known.lastTransitionTime : now,
    };
    const status = { conditions: [condition], ...(preemption && { nominatedNodeName: preemption.nodeName }) };
    const { namespace, name, uid } = pod.metadata;
    await this.#context.client.patch(
      Pod,
      { namespace, name },
      { metadata: { uid }, status },
      { type: "strategic", subresource: "status" },
    );
  }

  async #evict(pod: Pod, { nodeName, victims }: Preemption): Promise<void> {
    for (const victim of victims) {
      if (victim.metadata.deletionTimestamp) continue;
      const { namespace, name, uid } = victim.metadata;
      const condition = {
        type: "DisruptionTarget",
        status: "True",
        reason: "PreemptionByScheduler",
        message: `${this.#schedulerName}: preempting to accommodate a higher priority pod`,
        observedGeneration: victim.metadata.generation,
        lastProbeTime: null,
        lastTransitionTime: formatTime(this.#context.clock.now()),
      };
      const patch = { metadata: { uid }, status: { conditions: [condition] } };
      await this.#context.client.patch(Pod, { namespace, name }, patch, { type: "strategic", subresource: "status" });
      await this.#context.client.delete(Pod, { namespace, name }, { preconditions: { uid } });
      const message = `Preempted by pod ${pod.metadata.uid} on node ${nodeName}`;
      this.#events.event(victim, { type: "Normal", reason: "Preempted", action: "Preempting", message });
    }
  }
}

function wakeEvents(decision: Decision, plugins: readonly Plugin[]): ReadonlySet<ClusterEvent> {
  const rejecting = new Set(decision.rejections.map((rejection) => rejection.plugin));
  const events = new Set<ClusterEvent>(["nodeApplied"]);
  for (const plugin of plugins) if (rejecting.has(plugin.name)) for (const event of plugin.events) events.add(event);
  return events;
}

function isFinished(pod: Pod): boolean {
  return pod.status.phase === "Succeeded" || pod.status.phase === "Failed";
}

/** Whether something changed that scheduling looks at. */
function nodeChanged(node: Node, old: Node): boolean {
  return JSON.stringify(schedulingView(node)) !== JSON.stringify(schedulingView(old));
}

function schedulingView({ spec, metadata, status }: Node): unknown {
  return [spec, metadata.labels, status.allocatable];
}

function podChanged(pod: Pod, old: Pod): boolean {
  return JSON.stringify([pod.spec, pod.metadata.labels]) !== JSON.stringify([old.spec, old.metadata.labels]);
}
