import { isNotFound, Lease, Node, Pod, unlessGone, conditionOf } from "../../api/index.ts";
import { formatTime } from "../../base/index.ts";
import type { EventRecorder, Informer } from "../../runtime/index.ts";
import { type ControllerEnvironment, reconcileKeys } from "../common/environment.ts";
import {
  type Health,
  labelsFor,
  needsEviction,
  observe,
  silentConditions,
  taintsFor,
  zoneOf,
  type ZoneState,
  zoneState,
} from "./plan.ts";

const LEASES = "kube-node-lease";

/** Watches over nodes: marks silent ones, and taints those that should get or keep no pods. */
export async function startNodeLifecycleController(environment: ControllerEnvironment): Promise<void> {
  const nodes = environment.informers.for(Node);
  const leases = environment.informers.for(Lease, { namespace: LEASES });
  const pods = environment.informers.for(Pod);
  pods.addIndex("node", (pod) => [pod.spec.nodeName ?? ""]);
  const events = environment.recorder("node-controller");
  const controller = new NodeLifecycle(environment, { nodes, leases, pods, events });
  controller.start();
}

interface Parts {
  readonly nodes: Informer<Node>;
  readonly leases: Informer<Lease>;
  readonly pods: Informer<Pod>;
  readonly events: EventRecorder;
}

class NodeLifecycle {
  readonly #environment: ControllerEnvironment;
  readonly #parts: Parts;
  readonly #health = new Map<string, Health>();
  readonly #announced = new Set<string>();
  /** When the next node of a zone may be tainted. */
  readonly #nextMs = new Map<string, number>();

  constructor(environment: ControllerEnvironment, parts: Parts) {
    this.#environment = environment;
    this.#parts = parts;
  }

  start(): void {
    const { nodes, leases, pods } = this.#parts;
    const { scope, clock, options } = this.#environment;
    const synced = [nodes.synced, leases.synced, pods.synced];
    const queue = reconcileKeys(this.#environment, {
      name: "node-lifecycle",
      workers: 8,
      synced,
      reconcile: (name, signal) => this.#taint(name, signal),
    });
    nodes.subscribe({
      apply: (node) => queue.add(node.metadata.name),
      delete: (node) => this.#removed(node),
    });
    scope.spawn("node monitor", async (signal) => {
      await Promise.all(synced);
      while (!signal.aborted) {
        await this.#monitor(signal, (name) => queue.add(name)).catch((error) => {
          if (signal.aborted) throw error;
          this.#environment.log.warn("Monitoring nodes failed", { error });
        });
        await clock.sleep(options.nodeMonitorPeriodMs ?? 5_000, signal);
      }
    });
  }

  #removed(node: Node): void {
    const { name, uid } = node.metadata;
    this.#health.delete(name);
    if (!this.#announced.delete(uid)) return;
    const message = `Node ${name} event: Removing Node ${name} from Controller`;
    this.#parts.events.event(subject(node), { type: "Normal", reason: "RemovingNode", message });
  }

  #announce(node: Node): void {
    const { name, uid } = node.metadata;
    if (this.#announced.has(uid)) return;
    this.#announced.add(uid);
    const message = `Node ${name} event: Registered Node ${name} in Controller`;
    this.#parts.events.event(subject(node), { type: "Normal", reason: "RegisteredNode", message });
  }

  async #monitor(signal: AbortSignal, wake: (name: string) => void): Promise<void> {
    const { nodes } = this.#parts;
    for (const node of nodes.list()) {
      this.#announce(node);
      await this.#check(node, signal);
      if (needsEviction(node)) wake(node.metadata.name);
    }
  }

  async #check(node: Node, signal: AbortSignal): Promise<void> {
    const { leases } = this.#parts;
    const { clock, options, client } = this.#environment;
    const { name } = node.metadata;
    const nowMs = clock.now();
    const health = observe(this.#health.get(name), { node, lease: leases.get({ namespace: LEASES, name }), nowMs });
    this.#health.set(name, health);
    const conditions = silentConditions(node, {
      health,
      graceMs: options.nodeMonitorGracePeriodMs ?? 50_000,
      startupMs: options.nodeStartupGracePeriodMs ?? 60_000,
      nowMs,
    });
    const wasReady = conditionOf(node.status.conditions, "Ready")?.status === "True";
    if (conditions) {
      try {
        const written = await client.updateStatus(
          Node,
          { ...node, status: { ...node.status, conditions } },
          { signal },
        );
        await this.#parts.nodes.expect(written, signal);
      } catch (error) {
        if (isNotFound(error)) return;
        throw error;
      }
      if (wasReady) {
        const message = `Node ${name} status is now: NodeNotReady`;
        this.#parts.events.event(subject(node), { type: "Normal", reason: "NodeNotReady", message });
      }
    }
    const ready = conditionOf((this.#parts.nodes.get({ name }) ?? node).status.conditions, "Ready")?.status;
    if (ready === "False" || ready === "Unknown") await this.#markPods(name, signal);
  }

  /** Pods of a node that isn't ready can't be ready either. */
  async #markPods(nodeName: string, signal: AbortSignal): Promise<void> {
    const { client, clock } = this.#environment;
    for (const pod of this.#parts.pods.index("node", nodeName)) {
      const ready = pod.status.conditions?.find(({ type }) => type === "Ready");
      if (ready?.status !== "True") continue;
      const { namespace, name, uid } = pod.metadata;
      const condition = { type: "Ready", status: "False", lastTransitionTime: formatTime(clock.now()) };
      const patch = { metadata: { uid }, status: { conditions: [condition] } };
      await unlessGone(
        client.patch(Pod, { namespace, name }, patch, { type: "strategic", subresource: "status", signal }),
      );
      this.#parts.events.event(pod, { type: "Warning", reason: "NodeNotReady", message: "Node is not ready" });
    }
  }

  /** How long an unready node must wait until its pods may be evicted; undefined when that isn't allowed at all. */
  #evictionWaitMs(node: Node): number | undefined {
    const { options, clock } = this.#environment;
    const zones = new Map<string, Node[]>();
    for (const other of this.#parts.nodes.list())
      zones.set(zoneOf(other), [...(zones.get(zoneOf(other)) ?? []), other]);
    const states = new Map(
      [...zones].map(([zone, members]) => [zone, zoneState(members, options.unhealthyZoneThreshold ?? 0.55)]),
    );
    // When nothing anywhere is ready, it is more likely us who are cut off: nobody is evicted.
    const blind = this.#parts.nodes.size > 1 && [...states.values()].every((state) => state === "FullDisruption");
    const zone = zoneOf(node);
    const rate = blind ? 0 : this.#rate(states.get(zone)!, zones.get(zone)!.length);
    if (rate <= 0) return undefined;
    const nowMs = clock.now();
    const nextMs = this.#nextMs.get(zone) ?? nowMs;
    if (nextMs > nowMs) return nextMs - nowMs;
    this.#nextMs.set(zone, nowMs + 1000 / rate);
    return 0;
  }

  #rate(state: ZoneState, size: number): number {
    const {
      nodeEvictionRate = 0.1,
      secondaryNodeEvictionRate = 0.01,
      largeClusterSizeThreshold = 50,
    } = this.#environment.options;
    if (state !== "PartialDisruption") return nodeEvictionRate;
    return size > largeClusterSizeThreshold ? secondaryNodeEvictionRate : 0;
  }

  async #taint(name: string, signal: AbortSignal): Promise<{ requeueAfterMs?: number } | undefined> {
    const { client, clock } = this.#environment;
    const node = this.#parts.nodes.get({ name });
    if (!node) return undefined;
    const waitMs = needsEviction(node) ? this.#evictionWaitMs(node) : undefined;
    const later = waitMs ? { requeueAfterMs: waitMs } : undefined;
    const taints = taintsFor(node, { nowMs: clock.now(), evict: waitMs === 0 });
    const labels = labelsFor(node);
    if (!taints && !labels) return later;
    const { resourceVersion } = node.metadata;
    const patch = {
      metadata: { resourceVersion, ...(labels && { labels }) },
      ...(taints && { spec: { taints: taints.length > 0 ? taints : null } }),
    };
    const updated = await unlessGone(client.patch(Node, { name }, patch, { type: "merge", signal }));
    if (updated) await this.#parts.nodes.expect(updated, signal);
    return later;
  }
}

/** A node without its revision: events about it count up whatever has changed. */
function subject({ kind, apiVersion, metadata }: Node) {
  return { kind, apiVersion, metadata: { name: metadata.name, uid: metadata.uid } };
}
