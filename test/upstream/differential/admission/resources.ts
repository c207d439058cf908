import type { Random } from "../../../../src/base/index.ts";
import { chance } from "../access/scene.ts";
import { pick } from "../mutate.ts";

type Json = Record<string, unknown>;
type Amounts = Record<string, string | number>;

/** Amounts of each resource, small enough that a few of them exceed what a namespace may have. */
const AMOUNTS: Readonly<Record<string, readonly (string | number)[]>> = {
  cpu: ["100m", "250m", "500m", "1", "2", "0", 1, "1500m"],
  memory: ["64Mi", "128Mi", "1Gi", "0", "500M", "1e8", "2Gi"],
  "ephemeral-storage": ["100Mi", "1Gi", "0"],
  "hugepages-2Mi": ["2Mi", "4Mi"],
  "example.com/gpu": ["1", "2", 3],
};
const LIKELIHOODS: Readonly<Record<string, number>> = {
  cpu: 0.7,
  memory: 0.7,
  "ephemeral-storage": 0.15,
  "hugepages-2Mi": 0.05,
  "example.com/gpu": 0.1,
};

/** Some of each resource, or of none. */
export function amounts(random: Random, scale = 1): Amounts {
  return Object.fromEntries(
    Object.entries(AMOUNTS).flatMap(([name, values]) =>
      chance(random, LIKELIHOODS[name]! * scale) ? [[name, pick(values, random)]] : [],
    ),
  );
}

/** What a container asks for: what can't be given beyond its limit is asked for as its limit. */
export function containerResources(random: Random): Json {
  if (chance(random, 0.15)) return {};
  const limits = chance(random, 0.7) ? amounts(random) : {};
  const requests = chance(random, 0.7) ? amounts(random) : {};
  for (const name of Object.keys(requests))
    if (/^hugepages|\//.test(name)) {
      if (limits[name] === undefined) limits[name] = requests[name]!;
      else requests[name] = limits[name];
    }
  return {
    ...(Object.keys(limits).length > 0 && { limits }),
    ...(Object.keys(requests).length > 0 && { requests }),
  };
}

/** A pod whose containers ask for something. */
export function demandingPod(random: Random, name: string): Json {
  const container = (one: string) => ({ name: one, image: "i", resources: containerResources(random) });
  const containers = Array.from({ length: 1 + random.int(2) }, (_, index) => container(`c${index}`));
  const initContainers = Array.from({ length: Math.max(0, random.int(4) - 2) }, (_, index) => ({
    ...container(`i${index}`),
    ...(chance(random, 0.4) && { restartPolicy: "Always" }),
  }));
  return {
    metadata: { name, labels: { a: "b" } },
    spec: {
      containers,
      ...(initContainers.length > 0 && { initContainers }),
      ...(chance(random, 0.2) && { activeDeadlineSeconds: pick([5, 60], random) }),
      ...(chance(random, 0.2) && {
        priorityClassName: pick(["system-node-critical", "system-cluster-critical"], random),
      }),
      ...(chance(random, 0.15) && { resources: containerResources(random) }),
      ...(chance(random, 0.15) && { affinity: affinity(random) }),
      ...(chance(random, 0.1) && { terminationGracePeriodSeconds: 0 }),
    },
  };
}

function affinity(random: Random): Json {
  const term = {
    topologyKey: "kubernetes.io/hostname",
    labelSelector: { matchLabels: { a: "b" } },
    ...pick<object>([{}, { namespaces: ["x"] }, { namespaceSelector: {} }, { namespaces: [] }], random),
  };
  const weighted = { weight: 1, podAffinityTerm: term };
  return {
    [pick(["podAffinity", "podAntiAffinity"], random)]: chance(random, 0.5)
      ? { requiredDuringSchedulingIgnoredDuringExecution: [term] }
      : { preferredDuringSchedulingIgnoredDuringExecution: [weighted] },
  };
}

/** A claim of a volume. */
export function claim(random: Random, name: string): Json {
  return {
    metadata: {
      name,
      ...(chance(random, 0.1) && { annotations: { "volume.beta.kubernetes.io/storage-class": "gold" } }),
    },
    spec: {
      accessModes: ["ReadWriteOnce"],
      resources: {
        requests: { storage: pick(["1Gi", "2Gi", "500Mi", "5Gi", "10Gi"], random) },
        ...(chance(random, 0.2) && { limits: { storage: pick(["1Gi", "10Gi", "20Gi"], random) } }),
      },
      ...(chance(random, 0.5) && { storageClassName: pick(["gold", "silver", ""], random) }),
      ...(chance(random, 0.1) && { volumeAttributesClassName: pick(["fast", "slow"], random) }),
    },
  };
}

/** A service of one of the types that quotas count. */
export function countedService(random: Random, name: string): Json {
  const type = pick(["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"], random);
  const ports = Array.from({ length: 1 + random.int(3) }, (_, index) => ({ name: `p${index}`, port: 80 + index }));
  return {
    metadata: { name },
    spec: {
      type,
      ...(type === "ExternalName" ? { externalName: "a.b" } : { ports }),
      ...(type === "LoadBalancer" && chance(random, 0.3) && { allocateLoadBalancerNodePorts: false }),
    },
  };
}
