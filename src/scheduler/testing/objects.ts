import type { Node, Pod } from "../../api/index.ts";
import { SchedulerCache } from "../cache.ts";
import type { Devices } from "../devices.ts";
import { allPlugins } from "../plugins/all.ts";
import { type Profile, profilesOf, type SchedulerConfiguration } from "../profile.ts";
import type { Volumes } from "../volumes.ts";
import type { World } from "../world.ts";

/** A node with room for 4 CPUs, 8 GiB and 110 pods, unless said otherwise. */
export function node(name: string, { labels = {}, allocatable = {}, ...spec }: Record<string, object> = {}): Node {
  return {
    metadata: { name, uid: name, labels: { "kubernetes.io/hostname": name, ...labels } },
    spec,
    status: { allocatable: { cpu: "4", memory: "8Gi", pods: "110", ...allocatable } },
  } as unknown as Node;
}

/** A pod with one container that requests `cpu`. */
export function pod(name: string, { cpu = "", on = "", priority = 0, labels = {}, ...spec }: PodGiven = {}): Pod {
  const resources = cpu ? { requests: { cpu } } : {};
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "default", uid: name, labels, generation: 1 },
    spec: {
      schedulerName: "default-scheduler",
      containers: [{ name: "c", image: "i:1", resources }],
      priority,
      ...(on && { nodeName: on }),
      ...spec,
    },
    status: { phase: "Pending" },
  } as unknown as Pod;
}

interface PodGiven {
  readonly cpu?: string;
  readonly on?: string;
  readonly priority?: number;
  readonly labels?: Record<string, string>;
  readonly [field: string]: unknown;
}

/** A cache that holds these nodes and placed pods. */
export function cacheOf(nodes: readonly Node[], pods: readonly Pod[] = []): SchedulerCache {
  const cache = new SchedulerCache(() => undefined);
  for (const one of nodes) cache.applyNode(one);
  for (const one of pods) cache.applyPod(one);
  return cache;
}

/** The first profile of a configuration, in a world without services, volumes or devices. */
export function profile(configuration: SchedulerConfiguration = {}): Profile {
  const world: World = { selectorOf: () => undefined, volumes: noVolumes(), devices: noDevices() };
  return profilesOf(configuration, { registry: allPlugins, world })[0]!;
}

/** Volumes of a cluster that has none; `known` has what it does have. */
export function noVolumes(known: Partial<Volumes> = {}): Volumes {
  const unexpected = async () => {
    throw new Error("nothing should be bound");
  };
  return {
    claim: () => undefined,
    volume: () => undefined,
    volumesOf: () => [],
    storageClass: () => undefined,
    csiNode: () => undefined,
    csiDriver: () => undefined,
    capacities: () => [],
    taken: new Set(),
    bind: unexpected,
    selectNode: unexpected,
    bound: unexpected,
    ...known,
  };
}

/** A cluster without devices. */
function noDevices(): Devices {
  return {
    claim: () => undefined,
    claims: () => [],
    deviceClass: () => undefined,
    slices: () => [],
    taken: new Set(),
    reserve: async () => {
      throw new Error("nothing should be reserved");
    },
  };
}
