import type { FieldError, KindBehavior, Mutable } from "../../kind.ts";
import { parseQuantity } from "../../quantity.ts";
import type { Container } from "./container.ts";
import type { Pod } from "./pod.ts";
import { setPodSpecDefaults } from "./pod/defaults.ts";
import { validatePodSpec } from "./pod/validate.ts";

/** What a pod's declaration can't say. */
export const podBehavior: KindBehavior<Pod> = {
  prepareCreate(pod) {
    pod.status = { phase: "Pending", qosClass: qosClass(pod as Pod) } as Mutable<Pod>["status"];
    if (pod.spec.schedulingGates?.length) {
      pod.status.conditions = [
        {
          type: "PodScheduled",
          status: "False",
          reason: "SchedulingGated",
          message: "Scheduling is blocked due to non-empty scheduling gates",
        },
      ] as never;
    }
  },
  setDefaults(pod) {
    pod.spec.enableServiceLinks ??= true;
    setPodSpecDefaults(pod.spec);
    if (pod.spec.hostNetwork) pod.spec.hostNetwork = true;
  },
  prepareUpdate(pod, old) {
    pod.status = structuredClone(old.status) as Mutable<Pod>["status"];
  },
  validate: (pod) => validatePodSpec("spec", pod.spec, pod.metadata.name),
  validateUpdate: validatePodUpdate,
  gracePeriodSeconds(pod, requested) {
    const seconds = requested ?? pod.spec.terminationGracePeriodSeconds ?? 30;
    // Nobody has to stop what was never started, or has ended.
    if (!pod.spec.nodeName || pod.status.phase === "Succeeded" || pod.status.phase === "Failed") return 0;
    return seconds < 0 ? 1 : seconds;
  },
  selectableFields: {
    "spec.nodeName": (pod) => pod.spec.nodeName ?? "",
    "spec.restartPolicy": (pod) => pod.spec.restartPolicy ?? "",
    "spec.schedulerName": (pod) => pod.spec.schedulerName ?? "",
    "spec.serviceAccountName": (pod) => pod.spec.serviceAccountName ?? "",
    "spec.hostNetwork": (pod) => String(pod.spec.hostNetwork ?? false),
    "status.phase": (pod) => pod.status.phase ?? "",
    "status.podIP": (pod) => pod.status.podIP ?? "",
    "status.nominatedNodeName": (pod) => pod.status.nominatedNodeName ?? "",
  },
};

/** Fields of a spec that may change after creation. */
const MUTABLE = ["activeDeadlineSeconds", "terminationGracePeriodSeconds", "tolerations", "schedulingGates"];
const IMMUTABLE_TEXT =
  "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";

function validatePodUpdate(pod: Pod, old: Pod): FieldError[] {
  const errors = validatePodSpec("spec", pod.spec, pod.metadata.name);
  if (comparable(pod) !== comparable(old)) errors.push({ path: "spec", type: "Forbidden", detail: IMMUTABLE_TEXT });
  return errors;
}

function comparable(pod: Pod): string {
  const spec: Record<string, unknown> = { ...pod.spec };
  for (const key of MUTABLE) delete spec[key];
  const gates = pod.spec.schedulingGates ?? [];
  if (gates.length > 0) {
    delete spec.nodeSelector;
    delete spec.affinity;
  }
  const withoutImage = (containers: readonly Container[] | undefined) =>
    containers?.map(({ image: _, ...rest }) => rest);
  return JSON.stringify({
    ...spec,
    containers: withoutImage(pod.spec.containers),
    initContainers: withoutImage(pod.spec.initContainers),
  });
}

/** Guaranteed: all limits set and equal to requests; BestEffort: neither; Burstable otherwise. */
function qosClass(pod: Pod): string {
  const containers = [...(pod.spec.initContainers ?? []), ...(pod.spec.containers ?? [])];
  const amounts = containers.map(({ resources }) => ({
    requests: counted(resources?.requests),
    limits: counted(resources?.limits),
  }));
  if (amounts.every(({ requests, limits }) => requests.size === 0 && limits.size === 0)) return "BestEffort";
  const guaranteed = amounts.every(
    ({ requests, limits }) =>
      limits.size === 2 && [...limits].every(([name, amount]) => (requests.get(name) ?? amount) === amount),
  );
  return guaranteed ? "Guaranteed" : "Burstable";
}

function counted(quantities: Readonly<Record<string, string>> | undefined): Map<string, bigint> {
  const amounts = new Map<string, bigint>();
  for (const name of ["cpu", "memory"]) {
    const text = quantities?.[name];
    if (text !== undefined && parseQuantity(text).nanos > 0n) amounts.set(name, parseQuantity(text).nanos);
  }
  return amounts;
}
