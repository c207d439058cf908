import { jsonEqual, messageOf } from "../base/index.ts";
import { isNotFound, Namespace, Node, Pod, PodDisruptionBudget, isPodTerminal } from "../api/index.ts";
import {
  type ComponentContext,
  createInformers,
  type EventRecorder,
  eventRecorder,
  type Informer,
} from "../runtime/index.ts";
import { SchedulerCache } from "./cache.ts";
import type { Scheduler, SchedulerOptions } from "./contracts.ts";
import { type Cycle, cycle, priorityOf } from "./cycle.ts";
import { type Explanation, explain } from "./explain.ts";
import type { Plugin, Reservation } from "./framework.ts";
import { DecisionHistory } from "./history.ts";
import { unschedulableMessage } from "./message.ts";
import { SchedulerMetrics } from "./metrics.ts";
import { Nominations } from "./nominations.ts";
import { allPlugins } from "./plugins/all.ts";
import { preempt, type PreemptionResult } from "./preemption.ts";
import { type Profile, profilesOf, type SchedulerConfiguration } from "./profile.ts";
import { type QueuedPod, SchedulingQueue } from "./queue.ts";
import { watchWorld } from "./world.ts";
import { bind, clearNomination, evictVictims, reportUnscheduled } from "./writes.ts";

/** Cycles between two looks at whether other work wants to run. */
const CYCLES_PER_SLICE = 32;

/** A pod whose node is decided, on its way to being bound. */
interface Placing {
  readonly entry: QueuedPod;
  readonly profile: Profile;
  readonly nodeName: string;
  readonly reservations: readonly { readonly plugin: string; readonly reservation: Reservation }[];
  readonly startedMs: number;
}

/** Feeds pods to cycles, one after the other, and does what comes out. */
export class RunningScheduler implements Scheduler {
  readonly ready: Promise<void>;
  readonly configuration: SchedulerConfiguration;
  readonly #context: ComponentContext;
  readonly #profiles: ReadonlyMap<string, Profile>;
  readonly #cache: SchedulerCache;
  readonly #queue: SchedulingQueue;
  readonly #nominations = new Nominations();
  readonly #history = new DecisionHistory();
  readonly #metrics = new SchedulerMetrics();
  readonly #events: ReadonlyMap<string, EventRecorder>;
  readonly #namespaces: Informer<Namespace>;
  readonly #budgets: Informer<PodDisruptionBudget>;
  /** Pods that it is too early to try. */
  readonly #gated = new Map<string, Pod>();
  #running = false;
  #synced = false;
  #startIndex = 0;

  constructor(context: ComponentContext, options: SchedulerOptions) {
    this.#context = context;
    this.configuration = options.configuration ?? {};
    this.#queue = new SchedulingQueue({
      clock: context.clock,
      initialBackoffMs: (this.configuration.podInitialBackoffSeconds ?? 1) * 1000,
      maxBackoffMs: (this.configuration.podMaxBackoffSeconds ?? 10) * 1000,
      unschedulableRetryMs: (options.podMaxInUnschedulablePodsDuration ?? 300) * 1000,
      onActive: () => this.#run(),
    });
    context.scope.defer(() => this.#queue.close());
    const informers = createInformers(context);
    this.#namespaces = informers.for(Namespace);
    this.#budgets = informers.for(PodDisruptionBudget);
    this.#cache = new SchedulerCache((name) => this.#namespaces.get({ name }));
    const { world, synced } = watchWorld(context, informers, (change) => {
      this.#queue.wake(change);
      this.#lookAtGated();
    });
    const registry = new Map([...allPlugins, ...(options.plugins ?? [])]);
    const profiles = profilesOf(this.configuration, { registry, world });
    this.#profiles = new Map(profiles.map((profile) => [profile.schedulerName, profile]));
    this.#events = new Map(
      profiles.map(({ schedulerName }) => [schedulerName, eventRecorder(context, { component: schedulerName })]),
    );
    const nodes = informers.for(Node);
    const pods = informers.for(Pod);
    this.#namespaces.subscribe({ apply: (now, old) => this.#applyNamespace(now, old), delete: () => {} });
    nodes.subscribe({
      apply: (node, old) => this.#applyNode(node, old),
      delete: (node) => this.#cache.deleteNode(node.metadata.name),
    });
    pods.subscribe({ apply: (pod, old) => this.#applyPod(pod, old), delete: (pod) => this.#deletePod(pod) });
    const all = [nodes.synced, pods.synced, this.#namespaces.synced, this.#budgets.synced, synced];
    this.ready = Promise.all(all).then(() => {
      this.#synced = true;
      this.#run();
    });
    // Rejects when the scheduler is ended before it was ready; that is for those who wait to hear.
    this.ready.catch(() => {});
  }

  get isReady(): boolean {
    return this.#synced;
  }

  get pending(): number {
    return this.#queue.size;
  }

  explain(namespace: string, name: string): Explanation | undefined {
    const record = this.#history.get(namespace, name);
    return record && explain(record);
  }

  metrics(): string {
    return this.#metrics.text(this.#queue.sizes);
  }

  #applyNamespace(namespace: Namespace, old: Namespace | undefined): void {
    if (!old || jsonEqual(namespace.metadata.labels, old.metadata.labels)) return;
    this.#cache.namespacesChanged();
    this.#queue.wake({ event: "namespaceChanged" });
  }

  #applyNode(node: Node, old: Node | undefined): void {
    this.#cache.applyNode(node);
    if (!old || !jsonEqual(schedulingView(node), schedulingView(old))) this.#queue.wake({ event: "nodeApplied", node });
  }

  #applyPod(pod: Pod, old: Pod | undefined): void {
    const { uid } = pod.metadata;
    if (isPodTerminal(pod)) return this.#deletePod(pod);
    if (pod.spec.nodeName) return this.#applyPlaced(pod, old);
    const isOurs = this.#profiles.has(pod.spec.schedulerName ?? "");
    this.#nominations.set(pod, pod.metadata.deletionTimestamp ? "" : (pod.status.nominatedNodeName ?? ""));
    if (!isOurs || pod.metadata.deletionTimestamp || pod.spec.schedulingGates?.length) return this.#queue.delete(uid);
    if (this.#cache.has(uid)) return;
    const plugins = this.#profiles.get(pod.spec.schedulerName!)!.plugins;
    if (plugins.some((plugin) => plugin.isGated?.(pod))) {
      this.#gated.set(uid, pod);
      return this.#queue.delete(uid);
    }
    this.#gated.delete(uid);
    const changed = old !== undefined && !jsonEqual(queueView(pod), queueView(old));
    this.#queue.apply(pod, changed ? { event: "selfChanged", pod } : undefined);
  }

  /** What a pod waited for before it could be tried may have come. */
  #lookAtGated(): void {
    for (const pod of [...this.#gated.values()]) this.#applyPod(pod, undefined);
  }

  #applyPlaced(pod: Pod, old: Pod | undefined): void {
    const { uid } = pod.metadata;
    this.#queue.delete(uid);
    this.#gated.delete(uid);
    this.#nominations.delete(uid);
    const known = this.#cache.has(uid);
    this.#cache.applyPod(pod);
    if (!old?.spec.nodeName) return known ? undefined : this.#queue.wake({ event: "podPlaced", pod });
    if (!jsonEqual(old.metadata.labels, pod.metadata.labels)) this.#queue.wake({ event: "podChanged", pod });
    else if (old.metadata.deletionTimestamp !== pod.metadata.deletionTimestamp || takesLess(pod, old))
      this.#queue.wake({ event: "podDeleted", pod });
  }

  #deletePod(pod: Pod): void {
    const { uid } = pod.metadata;
    this.#queue.delete(uid);
    this.#gated.delete(uid);
    this.#nominations.delete(uid);
    this.#history.forget(pod);
    if (!this.#cache.has(uid)) return;
    this.#cache.deletePod(uid);
    this.#queue.wake({ event: "podDeleted", pod });
  }

  #run(): void {
    if (this.#running || !this.#synced) return;
    this.#running = true;
    this.#context.scope.spawn("schedule pods", async (signal) => {
      try {
        for (let cycles = 1; !signal.aborted; cycles++) {
          const next = this.#queue.next();
          if (!next) return;
          this.#try(next);
          if (cycles % CYCLES_PER_SLICE === 0) await this.#context.clock.yield();
        }
      } finally {
        this.#running = false;
      }
    });
  }

  /** A pod that breaks a plugin must not keep the others from their turn. */
  #try(entry: QueuedPod): void {
    try {
      this.#schedule(entry);
    } catch (error) {
      const { namespace, name, uid } = entry.pod.metadata;
      this.#context.log.error("Scheduling failed", { pod: `${namespace}/${name}`, error });
      this.#cache.forget(uid);
      this.#queue.backOff(entry);
      const message = messageOf(error);
      const said = { reason: "SchedulerError", message, nominatedNodeName: undefined } as const;
      this.#context.scope.spawn("report pod in error", () => this.#report(entry, said));
    }
  }

  #schedule(entry: QueuedPod): void {
    const { pod } = entry;
    const startedMs = this.#context.clock.monotonicMs();
    const profile = this.#profiles.get(pod.spec.schedulerName ?? "");
    if (!profile) return this.#queue.delete(pod.metadata.uid);
    const result = cycle({
      pod,
      snapshot: this.#cache,
      plugins: profile.plugins,
      random: this.#context.random,
      startIndex: this.#startIndex,
      nominated: (nodeName) => this.#nominations.on(nodeName),
      percentageOfNodesToScore: profile.percentageOfNodesToScore,
    });
    this.#startIndex = result.nextIndex;
    const { nodeName } = result.decision;
    if (nodeName === undefined) return this.#turnDown({ entry, profile, result, startedMs });
    this.#remember(entry, result, { message: "", preemption: undefined });
    const node = this.#cache.node(nodeName)!;
    const reservations = result.prepared.flatMap(({ plugin, notes }) => {
      const reservation = plugin.reserve?.(pod, node, notes);
      return reservation ? [{ plugin: plugin.name, reservation }] : [];
    });
    this.#nominations.delete(pod.metadata.uid);
    this.#cache.assume(pod, nodeName);
    this.#queue.wake({ event: "podPlaced", pod });
    const placing = { entry, profile, nodeName, reservations, startedMs };
    this.#context.scope.spawn("bind pod", (signal) => this.#place(placing, signal));
  }

  #remember(
    { pod, attempts }: QueuedPod,
    { decision }: Cycle,
    { message, preemption }: Pick<PreemptionResult, "message" | "preemption">,
  ): void {
    const { namespace, name, uid } = pod.metadata;
    this.#history.remember({
      pod: { namespace, name, uid },
      schedulerName: pod.spec.schedulerName ?? "",
      atMs: this.#context.clock.now(),
      attempt: attempts,
      decision,
      message,
      preemption,
    });
  }

  async #place({ entry, profile, nodeName, reservations, startedMs }: Placing, signal: AbortSignal): Promise<void> {
    const { pod } = entry;
    const { namespace, name, uid } = pod.metadata;
    let doing = "";
    try {
      for (const { plugin, reservation } of reservations) {
        doing = `running PreBind plugin "${plugin}"`;
        await reservation.commit(signal);
      }
      doing = 'running Bind plugin "DefaultBinder"';
      await bind(this.#context, pod, nodeName);
    } catch (error) {
      for (const { reservation } of reservations) reservation.undo();
      if (!signal.aborted) await this.#placingFailed(entry, profile, { doing, error });
      return;
    }
    this.#metrics.attempt(profile.schedulerName, "scheduled", this.#context.clock.monotonicMs() - startedMs);
    this.#queue.delete(uid);
    this.#events.get(profile.schedulerName)?.event(pod, {
      type: "Normal",
      reason: "Scheduled",
      action: "Binding",
      message: `Successfully assigned ${namespace}/${name} to ${nodeName}`,
    });
  }

  async #placingFailed(
    entry: QueuedPod,
    { schedulerName }: Profile,
    { doing, error }: { readonly doing: string; readonly error: unknown },
  ): Promise<void> {
    const { pod } = entry;
    this.#cache.forget(pod.metadata.uid);
    this.#queue.wake({ event: "podDeleted", pod });
    if (isNotFound(error)) return this.#queue.delete(pod.metadata.uid);
    this.#metrics.attempt(schedulerName, "error", 0);
    this.#context.log.warn("Binding failed", { pod: `${pod.metadata.namespace}/${pod.metadata.name}`, error });
    this.#queue.backOff(entry);
    const message = `${doing}: ${messageOf(error)}`;
    await this.#report(entry, { reason: "SchedulerError", message, nominatedNodeName: undefined });
  }

  #turnDown({
    entry,
    profile,
    result,
    startedMs,
  }: {
    readonly entry: QueuedPod;
    readonly profile: Profile;
    readonly result: Cycle;
    readonly startedMs: number;
  }): void {
    const { pod } = entry;
    const { decision, prepared } = result;
    const speaker = profile.plugins.find(({ afterFilter }) => afterFilter);
    // Turned down before that plugin had its say: its notes are missing, and with them everything that comes after it.
    const isMute = decision.rejectedAll && speaker && !prepared.some(({ plugin }) => plugin === speaker);
    const outcome = isMute ? undefined : this.#makeRoom(pod, profile, result);
    const said = isMute
      ? ["not found"]
      : prepared.flatMap(({ plugin, notes }) => plugin.afterFilter?.(pod, notes, decision) ?? []);
    if (outcome?.message) said.push(`preemption: ${outcome.message}`);
    const preemption = outcome?.preemption;
    const message = unschedulableMessage(decision, preemption ? "" : said.join(", "));
    this.#remember(entry, result, { message, preemption });
    this.#metrics.attempt(profile.schedulerName, "unschedulable", this.#context.clock.monotonicMs() - startedMs);
    const action = { type: "Warning", reason: "FailedScheduling", action: "Scheduling", message } as const;
    this.#events.get(profile.schedulerName)?.event(pod, action);
    this.#queue.park(entry, rejecting(result, profile.plugins));
    const cleared = outcome?.clearNomination ? "" : undefined;
    const nominatedNodeName = preemption?.nodeName ?? cleared;
    if (nominatedNodeName !== undefined) this.#nominations.set(pod, nominatedNodeName);
    this.#context.scope.spawn("report unschedulable pod", async () => {
      await this.#report(entry, { reason: "Unschedulable", message, nominatedNodeName });
      if (preemption) await this.#evict(entry, profile, preemption);
    });
  }

  #makeRoom(pod: Pod, { preemption: limits }: Profile, { decision, prepared }: Cycle): PreemptionResult | undefined {
    if (!limits) return undefined;
    return preempt({
      pod,
      decision,
      prepared,
      snapshot: this.#cache,
      nominated: (nodeName) => this.#nominations.on(nodeName),
      budgets: (namespace) => this.#budgets.list(namespace),
      random: this.#context.random,
      nowMs: this.#context.clock.now(),
      limits,
    });
  }

  async #evict(
    entry: QueuedPod,
    { schedulerName }: Profile,
    preemption: NonNullable<PreemptionResult["preemption"]>,
  ): Promise<void> {
    const { pod } = entry;
    this.#metrics.preempted(preemption.victims.length);
    // Less important pods that wait for the same room have to look for another place.
    const displaced = this.#nominations.on(preemption.nodeName).filter((other) => priorityOf(other) < priorityOf(pod));
    try {
      for (const other of displaced) {
        this.#nominations.delete(other.metadata.uid);
        await clearNomination(this.#context, other);
      }
      await evictVictims(this.#context, this.#events.get(schedulerName)!, { pod, preemption, schedulerName });
    } catch (error) {
      this.#context.log.warn("Preemption failed", { pod: `${pod.metadata.namespace}/${pod.metadata.name}`, error });
      this.#queue.backOff(entry);
    }
  }

  async #report(entry: QueuedPod, said: Parameters<typeof reportUnscheduled>[2]): Promise<void> {
    const { pod } = entry;
    try {
      await reportUnscheduled(this.#context, pod, said);
    } catch (error) {
      if (isNotFound(error) || this.#context.scope.signal.aborted) return;
      const { namespace, name } = pod.metadata;
      this.#context.log.warn("Reporting an unschedulable pod failed", { pod: `${namespace}/${name}`, error });
    }
  }
}

/** The plugins that said no; all of them when there was no node to say it of. */
function rejecting({ decision }: Cycle, plugins: readonly Plugin[]): readonly Plugin[] {
  const names = new Set(decision.rejections.map(({ plugin }) => plugin));
  if (decision.rejectedAll) names.add(decision.rejectedAll.plugin);
  return names.size === 0 ? [] : plugins.filter(({ name }) => names.has(name));
}

/** What scheduling looks at in a node. */
function schedulingView({ spec, metadata, status }: Node): unknown {
  return [spec, metadata.labels, status.allocatable];
}

/** What scheduling looks at in a pod that waits. */
function queueView({ spec, metadata }: Pod): unknown {
  return [spec, metadata.labels];
}

function takesLess(pod: Pod, old: Pod): boolean {
  return pod.spec !== old.spec && !jsonEqual(pod.spec.containers, old.spec.containers);
}
