import { qosClass } from "../core/v1/pod/qos.ts";
import type { Pod } from "../core/v1/pod.ts";
import { isExtendedResource, isHugePages } from "../validation/index.ts";
import { addAmounts, type Amounts } from "./amounts.ts";
import { isPodResource } from "../core/v1/pod/requests.ts";
import { podAmounts } from "./pod-amounts.ts";
import type { Evaluator } from "./evaluator.ts";

const COMPUTE = ["cpu", "memory", "ephemeral-storage"];
/** What every container must say if it is counted. */
const MUST_SAY = ["cpu", "memory", "requests.cpu", "requests.memory", "limits.cpu", "limits.memory"];

/** How pods are counted, and what they cost. */
export const podEvaluator: Evaluator<Pod> = {
  counts: (name) =>
    name === "pods" ||
    name === "count/pods" ||
    [...COMPUTE, ...COMPUTE.flatMap((one) => [`requests.${one}`, `limits.${one}`])].includes(name) ||
    isHugePages(name.replace(/^requests\./, "")) ||
    (name.startsWith("requests.") && isExtendedResource(name.slice("requests.".length))),
  usage(pod) {
    // A pod that has ended still takes its place in the store, and nothing else.
    const ended = pod.status?.phase === "Failed" || pod.status?.phase === "Succeeded";
    const stored = { "count/pods": "1" };
    return ended
      ? stored
      : addAmounts(stored, computeUsage(podAmounts(pod.spec, "requests"), podAmounts(pod.spec, "limits")));
  },
  missing({ spec }, names) {
    // What the pod asks for as a whole says it for its containers.
    if (Object.keys({ ...spec.resources?.limits, ...spec.resources?.requests }).some(isPodResource)) return undefined;
    const asked = names.filter((name) => MUST_SAY.includes(name));
    const missing = new Map<string, string[]>();
    for (const { name, resources } of [...(spec.containers ?? []), ...(spec.initContainers ?? [])]) {
      const said = computeUsage(resources?.requests ?? {}, resources?.limits ?? {});
      for (const resource of asked)
        if (said[resource] === undefined) missing.set(resource, [...(missing.get(resource) ?? []), name]);
    }
    if (missing.size === 0) return undefined;
    const texts = [...missing]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([resource, names]) => `${resource} for: ${names.sort().join(",")}`);
    return `must specify ${texts.join("; ")}`;
  },
  inScope(pod, { scopeName, operator, values = [] }) {
    const { spec } = pod;
    const terminating = spec.activeDeadlineSeconds !== undefined && spec.activeDeadlineSeconds >= 0;
    const bestEffort = qosClass(spec) === "BestEffort";
    switch (scopeName) {
      case "Terminating":
        return terminating;
      case "NotTerminating":
        return !terminating;
      case "BestEffort":
        return bestEffort;
      case "NotBestEffort":
        return !bestEffort;
      case "PriorityClass":
        return matchesName(spec.priorityClassName ?? "", operator, values);
      case "CrossNamespacePodAffinity":
        return looksIntoOtherNamespaces(spec);
      default:
        return false;
    }
  },
};

function computeUsage(requests: Amounts, limits: Amounts): Amounts {
  const usage: Record<string, string> = { pods: "1" };
  for (const name of COMPUTE) {
    if (requests[name] !== undefined) usage[name] = usage[`requests.${name}`] = requests[name];
    if (limits[name] !== undefined) usage[`limits.${name}`] = limits[name];
  }
  for (const [name, amount] of Object.entries(requests)) {
    if (isHugePages(name)) usage[name] = usage[`requests.${name}`] = amount;
    if (isExtendedResource(name)) usage[`requests.${name}`] = amount;
  }
  return usage;
}

/** Whether a name, "" for none, is picked by a scope's operator. */
export function matchesName(name: string, operator: string, values: readonly string[]): boolean {
  switch (operator) {
    case "In":
      return name !== "" && values.includes(name);
    case "NotIn":
      return name === "" || !values.includes(name);
    case "DoesNotExist":
      return name === "";
    default:
      return name !== "";
  }
}

function looksIntoOtherNamespaces({ affinity }: Pod["spec"]): boolean {
  const both = [affinity?.podAffinity, affinity?.podAntiAffinity];
  const terms = both.flatMap((one) => [
    ...(one?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
    ...(one?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(({ podAffinityTerm }) => podAffinityTerm),
  ]);
  return terms.some(
    ({ namespaces, namespaceSelector }) => (namespaces ?? []).length > 0 || namespaceSelector !== undefined,
  );
}
