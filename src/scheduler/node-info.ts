import type { Node, Pod } from "../api/index.ts";
import { add, nonZeroRequestsOf, requestsOf, type Resources, resourcesOf, subtract } from "./resources.ts";

/** A pod on a node with what it takes, worked out once. */
export interface PlacedPod {
  readonly pod: Pod;
  readonly requests: Resources;
  readonly nonZero: Resources;
  readonly hostPorts: readonly HostPort[];
  readonly hasAffinity: boolean;
  readonly hasRequiredAntiAffinity: boolean;
}

export interface HostPort {
  /** protocol/port */
  readonly key: string;
  readonly ip: string;
}

/** A node and everything on it, kept up to date as pods come and go. */
export class NodeInfo {
  node: Node;
  allocatable: Resources;
  /** Image name -> bytes. */
  images: ReadonlyMap<string, number>;
  readonly requested: Resources = new Map();
  readonly nonZeroRequested: Resources = new Map();
  readonly pods = new Map<string, PlacedPod>();
  /** Pods here that have affinity or anti-affinity of their own. */
  readonly podsWithAffinity = new Map<string, Pod>();
  /** Those of them with required anti-affinity, which others must respect. */
  readonly podsWithAntiAffinity = new Map<string, Pod>();
  /** protocol/port -> uses per host IP. */
  readonly hostPorts = new Map<string, Map<string, number>>();

  constructor(node: Node) {
    this.node = node;
    this.allocatable = resourcesOf(node.status.allocatable);
    this.images = imagesOf(node);
  }

  get name(): string {
    return this.node.metadata.name;
  }

  setNode(node: Node): void {
    // Nodes write their status every few seconds; what didn't change isn't read again.
    if (node.status.allocatable !== this.node.status.allocatable)
      this.allocatable = resourcesOf(node.status.allocatable);
    if (node.status.images !== this.node.status.images) this.images = imagesOf(node);
    this.node = node;
  }

  addPod(pod: Pod): void {
    const placed = placementOf(pod);
    const { uid } = pod.metadata;
    this.pods.set(uid, placed);
    add(this.requested, placed.requests);
    add(this.nonZeroRequested, placed.nonZero);
    if (placed.hasAffinity) this.podsWithAffinity.set(uid, pod);
    if (placed.hasRequiredAntiAffinity) this.podsWithAntiAffinity.set(uid, pod);
    for (const { key, ip } of placed.hostPorts) {
      const uses = this.hostPorts.get(key) ?? new Map<string, number>();
      uses.set(ip, (uses.get(ip) ?? 0) + 1);
      this.hostPorts.set(key, uses);
    }
  }

  removePod(uid: string): void {
    const placed = this.pods.get(uid);
    if (!placed) return;
    this.pods.delete(uid);
    this.podsWithAffinity.delete(uid);
    this.podsWithAntiAffinity.delete(uid);
    subtract(this.requested, placed.requests);
    subtract(this.nonZeroRequested, placed.nonZero);
    for (const { key, ip } of placed.hostPorts) {
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

function imagesOf(node: Node): ReadonlyMap<string, number> {
  const images = new Map<string, number>();
  for (const { names, sizeBytes } of node.status.images ?? [])
    for (const name of names ?? []) images.set(name, sizeBytes ?? 0);
  return images;
}

const cache = new WeakMap<Pod, PlacedPod>();

/** What a pod takes of a node, remembered per object. */
export function placementOf(pod: Pod): PlacedPod {
  let placed = cache.get(pod);
  if (!placed) {
    const { podAffinity, podAntiAffinity } = pod.spec.affinity ?? {};
    placed = {
      pod,
      requests: requestsOf(pod),
      nonZero: nonZeroRequestsOf(pod),
      hostPorts: hostPortsOf(pod),
      hasAffinity: podAffinity !== undefined || podAntiAffinity !== undefined,
      hasRequiredAntiAffinity: Boolean(podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.length),
    };
    cache.set(pod, placed);
  }
  return placed;
}

/** The host ports that a pod's containers and sidecars take. */
function hostPortsOf(pod: Pod): HostPort[] {
  const ports: HostPort[] = [];
  const sidecars = (pod.spec.initContainers ?? []).filter((container) => container.restartPolicy === "Always");
  for (const container of [...(pod.spec.containers ?? []), ...sidecars]) {
    for (const port of container.ports ?? []) {
      if (port.hostPort)
        ports.push({ key: `${port.protocol ?? "TCP"}/${port.hostPort}`, ip: port.hostIP || "0.0.0.0" });
    }
  }
  return ports;
}
