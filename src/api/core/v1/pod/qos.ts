import { parseQuantity } from "../../../quantity.ts";
import type { ResourceRequirements } from "../container.ts";
import type { PodSpec } from "../podspec.ts";

export type QosClass = "BestEffort" | "Burstable" | "Guaranteed";

const COMPUTE = ["cpu", "memory"];

/** Guaranteed: everything limited, and as much of it requested; BestEffort: neither; Burstable otherwise. */
export function qosClass({ resources, initContainers, containers }: PodSpec): QosClass {
  // Of a pod that was sent without a spec the lists are null.
  const each = [...(initContainers ?? []), ...(containers ?? [])];
  // What the pod asks for as a whole is what counts, where it says anything of that, even nothing.
  const all = resources ? [resources] : each.map((one) => one.resources);
  const requests = positive(all.map((one) => one?.requests));
  const limits = positive(all.map((one) => one?.limits));
  if (requests.size === 0 && limits.size === 0) return "BestEffort";
  const isLimited = all.every((one) => positive([one?.limits]).size === COMPUTE.length);
  const isRequested = requests.size === limits.size && [...requests].every(([name, sum]) => limits.get(name) === sum);
  return isLimited && isRequested ? "Guaranteed" : "Burstable";
}

/** Sums of what counts, of which there is some. */
function positive(lists: readonly ResourceRequirements["requests"][]): Map<string, bigint> {
  const sums = new Map<string, bigint>();
  for (const amounts of lists)
    for (const name of COMPUTE) {
      const { nanos } = parseQuantity(amounts?.[name] ?? "0");
      if (nanos > 0n) sums.set(name, (sums.get(name) ?? 0n) + nanos);
    }
  return sums;
}
