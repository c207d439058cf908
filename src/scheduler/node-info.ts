import type { Node, Pod } from "../api/index.ts";
import { add, nonZeroRequestsOf, requestsOf, type Resources, resourcesOf, subtract } from "./resources.ts";

/** A pod on a node with what it takes, worked out once. */
export interface PlacedPod {
  readonly pod: Pod;
  readonly requests: Resources;
  readonly nonZero: Resources;
}

/** A node and everything on it, kept up to date as pods come and go. */
export class NodeInfo {
  node: Node;
  allocatable: Resources;
  readonly requested: Resources = new Map();
  readonly nonZeroRequested: Resources = new Map();
  readonly pods = new Map<string, PlacedPod>();
  /** Pods here that have required anti-affinity, which others must respect. */
  readonly podsWithAntiAffinity = new Map<string, Pod>();
  /** protocol/port -> uses per host IP. */
  readonly hostPorts = new Map<string, Map<string, number>>();

  constructor(node: Node) {
    this.node = node;
    this.allocatable = resourcesOf(node.status.allocatable);
  }

  get name(): string {
    return this.node.metadata.name;
  }

  setNode(node: Node): void {
    this.node = node;
    this.allocatable = resourcesOf(node.status.allocatable);
  }

  addPod(pod: Pod): void {
    const placed = placedPod(pod);
    this.pods.set(pod.metadata.uid, placed);
    add(this.requested, placed.requests);
    add(this.nonZeroRequested, placed.nonZero);
    if (pod.spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.length) {
      this.podsWithAntiAffinity.set(pod.metadata.uid, pod);
    }
    for (const { key, ip } of hostPortsOf(pod)) {
      const uses = this.hostPorts.get(key) ?? new Map<string, number>();
      uses.set(ip, (uses.get(ip) ?? 0) + 1);
      this.hostPorts.set(key, uses);
    }
  }

  removePod(uid: string): void {
    const placed = this.pods.get(uid);
    if (!placed) return;
    this.pods.delete(uid);
    this.podsWithAntiAffinity.delete(uid);
    subtract(this.requested, placed.requests);
    subtract(this.nonZeroRequested, placed.nonZero);
    for (const { key, ip } of hostPortsOf(placed.pod)) {
      const uses = this.hostPorts.get(key);
      const left = (uses?.get(ip) ?? 0) - 1;
      if (left > 0) uses?.set(ip, left);
      else uses?.delete(ip);
    }
  }

  /** A copy to try things on. */
  clone(): NodeInfo {
    const copy = new NodeInfo(this.node);
    for (const { pod } of this.pods.values()) copy.addPod(pod);
    return copy;
  }
}

const cache = new WeakMap<Pod, PlacedPod>();

function placedPod(pod: Pod): PlacedPod {
  let placed = cache.get(pod);
  if (!placed) {
    placed = { pod, requests: requestsOf(pod), nonZero: nonZeroRequestsOf(pod) };
    cache.set(pod, placed);
  }
  return placed;
}

/** What a pod requests, remembered per object. */
export function placementOf(pod: Pod): PlacedPod {
  return placedPod(pod);
}

/** The host ports that a pod's containers and sidecars take. */
export function hostPortsOf(pod: Pod): { key: string; ip: string }[] {
  const ports: { key: string; ip: string }[] = [];
  const sidecars = (pod.spec.initContainers ?? []).filter((container) => container.restartPolicy === "Always");
  for (const container of [...(pod.spec.containers ?? []), ...sidecars]) {
    for (const port of container.ports ?? []) {
      if (port.hostPort)
        ports.push({ key: `${port.protocol ?? "TCP"}/${port.hostPort}`, ip: port.hostIP || "0.0.0.0" });
    }
  }
  return ports;
}
