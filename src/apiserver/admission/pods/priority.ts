import { forbidden, PriorityClass } from "../../../api/index.ts";
import type { AdmissionPlugin } from "../../contracts.ts";
import { refused } from "../refused.ts";

interface PodSpecPriority {
  priority?: number;
  priorityClassName?: string;
  preemptionPolicy?: string;
}

/** What an update doesn't say stays as it was worked out when the pod was made. */
function keepPriority(spec: PodSpecPriority, old: Readonly<PodSpecPriority>): void {
  if (old.priority !== undefined) spec.priority ??= old.priority;
  if (old.preemptionPolicy !== undefined) spec.preemptionPolicy ??= old.preemptionPolicy;
}

/** Works out a pod's priority from its class. */
export const priority: AdmissionPlugin = {
  name: "Priority",
  resources: ["/pods", `${PriorityClass.group}/${PriorityClass.plural}`],
  async admit(request) {
    const { operation, kind, subresource, object, oldObject, reads } = request;
    if (kind.plural !== "pods" || kind.group !== "" || subresource !== "" || !object) return;
    const spec = object.spec as PodSpecPriority;
    if (operation === "UPDATE") keepPriority(spec, (oldObject as { readonly spec: PodSpecPriority }).spec);
    if (operation !== "CREATE") return;
    const classes = await reads.list(PriorityClass);
    const named = spec.priorityClassName
      ? classes.find((one) => one.metadata.name === spec.priorityClassName)
      : classes.filter((one) => one.globalDefault).sort((a, b) => a.value - b.value)[0];
    if (spec.priorityClassName && !named)
      throw refused(request, `no PriorityClass with name ${spec.priorityClassName} was found`);
    const value = named?.value ?? 0;
    if (spec.priority !== undefined && spec.priority !== value) {
      throw refused(
        request,
        `the integer value of priority (${spec.priority}) must not be provided in pod spec; priority admission controller computed ${value} from the given PriorityClass name`,
      );
    }
    const policy = named?.preemptionPolicy ?? "PreemptLowerPriority";
    if (spec.preemptionPolicy !== undefined && spec.preemptionPolicy !== policy) {
      throw refused(
        request,
        `the string value of PreemptionPolicy (${spec.preemptionPolicy}) must not be provided in pod spec; priority admission controller computed ${policy} from the given PriorityClass name`,
      );
    }
    if (named) spec.priorityClassName = named.metadata.name;
    spec.priority = value;
    spec.preemptionPolicy = policy;
  },
  async validate({ operation, kind, object, name, reads }) {
    const isClass = kind.plural === PriorityClass.plural && kind.group === PriorityClass.group;
    if (!isClass || operation === "DELETE" || object?.globalDefault !== true) return;
    const other = (await reads.list(PriorityClass)).find((one) => one.globalDefault);
    if (other && (operation === "CREATE" || other.metadata.name !== name))
      throw forbidden(
        kind,
        name,
        `PriorityClass ${other.metadata.name} is already marked as default. Only one default can exist`,
      );
  },
};
