import { parseQuantity } from "../../../quantity.ts";
import type { ResourceRequirements } from "../container.ts";
import type { PodSpec } from "../podspec.ts";

export type QosClass = "BestEffort" | "Burstable" | "Guaranteed";

const COMPUTE = ["cpu", "memory"];

/** Guaranteed: all limits set and equal to requests; BestEffort: neither; Burstable otherwise. */
export function qosClass(spec: PodSpec): QosClass {
  const { resources } = spec;
  const own = Object.keys(resources?.requests ?? {}).length + Object.keys(resources?.limits ?? {}).length > 0;
  // What the pod asks for as a whole is what counts, where it says so.
  const all = own
    ? [resources]
    : [...(spec.initContainers ?? []), ...(spec.containers ?? [])].map((one) => one.resources);
  const amounts = all.map((one) => countedOf(one));
  if (amounts.every(({ requests, limits }) => requests.size === 0 && limits.size === 0)) return "BestEffort";
  const guaranteed = amounts.every(
    ({ requests, limits }) =>
      limits.size === COMPUTE.length &&
      [...limits].every(([name, amount]) => (requests.get(name) ?? amount) === amount),
  );
  return guaranteed ? "Guaranteed" : "Burstable";
}

function countedOf(resources: ResourceRequirements | undefined) {
  return { requests: counted(resources?.requests), limits: counted(resources?.limits) };
}

function counted(quantities: Readonly<Record<string, string>> | undefined): Map<string, bigint> {
  const amounts = new Map<string, bigint>();
  for (const name of COMPUTE) {
    const text = quantities?.[name];
    if (text !== undefined && parseQuantity(text).nanos > 0n) amounts.set(name, parseQuantity(text).nanos);
  }
  return amounts;
}
