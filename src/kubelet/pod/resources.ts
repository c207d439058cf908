import { type Container, type Pod, type QosClass, qosClass as qosClassOf } from "../../api/index.ts";
import type { LinuxResources } from "../cri/index.ts";
import type { CgroupLimits } from "../host/index.ts";
import { milliValue, quantityValue } from "./quantity.ts";

const CPU_PERIOD_US = 100_000;
const CPU_QUOTA_US_MIN = 1000;
const SHARES_PER_CPU = 1024;
const SHARES_MIN = 2;
const SHARES_MAX = 262_144;

/** Weight against other cgroups, from a request in thousandths of a core. */
function cpuShares(milli: number): number {
  return milli === 0
    ? SHARES_MIN
    : Math.min(Math.max(Math.floor((milli * SHARES_PER_CPU) / 1000), SHARES_MIN), SHARES_MAX);
}

/** Microseconds of CPU per period for a limit in thousandths of a core; undefined for none. */
function cpuQuota(milli: number): number | undefined {
  return milli === 0 ? undefined : Math.max(Math.floor((milli * CPU_PERIOD_US) / 1000), CPU_QUOTA_US_MIN);
}

/** The cgroup settings of one container. */
export function containerResources(pod: Pod, container: Container, nodeMemoryBytes: number): LinuxResources {
  const { requests, limits } = container.resources;
  const cpuLimit = milliValue(limits?.cpu);
  const memoryLimit = quantityValue(limits?.memory);
  const quota = cpuQuota(cpuLimit);
  return {
    cpuShares: cpuShares(
      requests?.cpu === undefined && limits?.cpu !== undefined ? cpuLimit : milliValue(requests?.cpu),
    ),
    ...(quota === undefined ? {} : { cpuQuota: quota, cpuPeriod: CPU_PERIOD_US }),
    ...(memoryLimit > 0 ? { memoryLimitBytes: memoryLimit, memorySwapLimitBytes: memoryLimit } : {}),
    oomScoreAdj: oomScoreAdj(pod, container, nodeMemoryBytes),
  };
}

/** The same as a change of a running container: a limit that is gone has to be said. */
export function changedResources(pod: Pod, container: Container, nodeMemoryBytes: number): LinuxResources {
  const wanted = containerResources(pod, container, nodeMemoryBytes);
  return wanted.cpuQuota === undefined ? { ...wanted, cpuQuota: -1, cpuPeriod: CPU_PERIOD_US } : wanted;
}

/** What of a container's resources is recorded with it. */
export function resourcesText({ resources: { limits, requests } }: Container): string {
  return JSON.stringify({ limits, requests });
}

/** Whom the kernel kills first when memory runs out: best effort, then those far above what they asked for. */
function oomScoreAdj(pod: Pod, container: Container, nodeMemoryBytes: number): number {
  if ((pod.spec.priority ?? 0) >= SYSTEM_CRITICAL_PRIORITY) return -997;
  const qos = qosClass(pod);
  if (qos === "Guaranteed") return -997;
  if (qos === "BestEffort") return 1000;
  const request = quantityValue(container.resources.requests?.memory);
  const adjusted = 1000 - Math.floor((1000 * request) / nodeMemoryBytes);
  if (adjusted < 3) return 3;
  return adjusted === 1000 ? 999 : adjusted;
}

const SYSTEM_CRITICAL_PRIORITY = 2_000_000_000;

/** The pod's class; the API server's word where it has spoken. */
export function qosClass({ status, spec }: Pod): QosClass {
  const { qosClass: known } = status;
  return known === "Guaranteed" || known === "Burstable" || known === "BestEffort" ? known : qosClassOf(spec);
}

/** The cgroup that holds a pod's containers. */
export function podCgroup(root: string, pod: Pod): string {
  const qos = qosClass(pod);
  const parent = qos === "Guaranteed" ? "" : `/${qos.toLowerCase()}`;
  return `${root}/kubepods${parent}/pod${pod.metadata.uid}`;
}

/** Limits of the pod's own cgroup: its own word, or sums over its containers, limits only where every container has one. */
export function podLimits(pod: Pod): CgroupLimits {
  const inits = pod.spec.initContainers ?? [];
  const main = [...pod.spec.containers, ...inits.filter((each) => each.restartPolicy === "Always")];
  const total = (name: "cpu" | "memory", from: "requests" | "limits", value: (text: string | undefined) => number) => {
    const own = pod.spec.resources?.[from]?.[name];
    const sum = main.reduce((all, each) => all + value(each.resources[from]?.[name]), 0);
    const largestInit = Math.max(0, ...inits.map((each) => value(each.resources[from]?.[name])));
    return (own === undefined ? Math.max(sum, largestInit) : value(own)) + value(pod.spec.overhead?.[name]);
  };
  const limited = (name: "cpu" | "memory") =>
    pod.spec.resources?.limits?.[name] !== undefined ||
    [...pod.spec.containers, ...inits].every((each) => each.resources.limits?.[name] !== undefined);
  const quota = limited("cpu") ? cpuQuota(total("cpu", "limits", milliValue)) : undefined;
  return {
    cpuShares: cpuShares(total("cpu", "requests", milliValue)),
    ...(quota === undefined ? {} : { cpuQuota: quota, cpuPeriod: CPU_PERIOD_US }),
    ...(limited("memory") ? { memoryLimitBytes: total("memory", "limits", quantityValue) } : {}),
  };
}

/** What the pod asks of its node, for admission: the larger of its containers together and each init container. */
export function podRequest(pod: Pod, resource: string): number {
  const overhead = quantityValue(pod.spec.overhead?.[resource]);
  const own = pod.spec.resources?.requests?.[resource] ?? pod.spec.resources?.limits?.[resource];
  if (own !== undefined) return quantityValue(own) + overhead;
  const request = (each: Container) =>
    quantityValue(each.resources.requests?.[resource] ?? each.resources.limits?.[resource]);
  const main = pod.spec.containers.reduce((sum, each) => sum + request(each), 0);
  let sidecars = 0;
  let largestInit = 0;
  for (const each of pod.spec.initContainers ?? []) {
    if (each.restartPolicy === "Always") sidecars += request(each);
    largestInit = Math.max(largestInit, sidecars + (each.restartPolicy === "Always" ? 0 : request(each)));
  }
  return Math.max(main + sidecars, largestInit) + overhead;
}
