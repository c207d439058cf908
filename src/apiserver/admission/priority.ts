import { forbidden, PriorityClass } from "../../api/index.ts";
import type { AdmissionPlugin } from "../contracts.ts";
import { refused } from "./refused.ts";

interface PodSpecPriority {
  priority?: number;
  priorityClassName?: string;
  preemptionPolicy?: string;
}

/** Works out a pod's priority from its class. */
export const priority: AdmissionPlugin = {
  name: "Priority",
  resources: ["/pods", `${PriorityClass.group}/${PriorityClass.plural}`],
  async admit(request) {
    const { operation, kind, subresource, object, reads } = request;
    if (kind.plural !== "pods" || kind.group !== "" || subresource !== "" || operation !== "CREATE" || !object) return;
    const spec = object.spec as PodSpecPriority;
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
