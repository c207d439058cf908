import type { FieldError, KindBehavior, Mutable } from "../../kind.ts";
import { roundAmounts } from "../../quantity.ts";
import {
  duplicateValue,
  forbiddenField,
  invalidValue,
  labelValueProblems,
  legacyCidrProblems,
  notSupported,
  parseCidr,
  problemsAt,
  qualifiedNameProblems,
  required,
  sortedEntries,
  validateResourceAmount,
  repeats,
} from "../../validation/index.ts";
import type { Node } from "./node.ts";

const FEATURE = /^[A-Z][A-Za-z0-9]*(\/[A-Za-z][A-Za-z0-9]*)*$/;
const FEATURE_RULE =
  "must start with an UpperCamelCase segment, with subsequent segments separated by '/' (e.g., MyFeature or MyFeature/mySubFeature), and contain only alphanumeric characters and slashes";
const EFFECTS = ["NoSchedule", "PreferNoSchedule", "NoExecute"];

export const nodeBehavior: KindBehavior<Node> = {
  generation: false,
  metadataLooks: "placed",
  statusOnCreate: true,
  prepareCreate: dropRemoved,
  prepareUpdate(node, old) {
    node.status = structuredClone(old.status) as Mutable<Node>["status"];
  },
  // Only after admission, which keeps nodes from asking for it.
  settleUpdate: dropRemoved,
  prepareStatusUpdate(node) {
    delete (node.status as { config?: unknown }).config;
  },
  setDefaults({ spec, status }) {
    for (const amounts of [status.capacity, status.allocatable]) roundAmounts(amounts);
    if (status.capacity && !status.allocatable) status.allocatable = { ...status.capacity };
    // Both fields say the same; the older one wins when they differ.
    if (spec.podCIDR && spec.podCIDR !== spec.podCIDRs?.[0]) spec.podCIDRs = [spec.podCIDR];
    else if (!spec.podCIDR && spec.podCIDRs?.[0]) spec.podCIDR = spec.podCIDRs[0];
  },
  validate: validateNode,
  validateUpdate: (node, old, metadata) => [
    ...metadata.whole,
    ...validateNode(node),
    ...metadata.change,
    ...validateNodeUpdate(node, old),
  ],
  validateStatusUpdate: validateNodeUpdate,
  warnings: ({ spec }) =>
    spec.externalID ? ["spec.externalID: this field is deprecated, and is unused by Kubernetes"] : [],
  selectableFields: { "spec.unschedulable": ({ spec }) => String(spec.unschedulable ?? false) },
};

/** Configuration of kubelets through the API is gone. */
function dropRemoved(node: Mutable<Node>): void {
  delete (node.spec as { configSource?: unknown }).configSource;
  delete (node.status as { config?: unknown }).config;
}

function validateNode(node: Node): FieldError[] {
  return [
    ...validateTaints(node),
    ...validateResources(node),
    ...validateFeatures(node.status.declaredFeatures ?? []),
    ...validatePodCidrs(node),
  ];
}

function validateNodeUpdate(node: Node, old: Node): FieldError[] {
  return [
    ...validateResources(node),
    ...validateFeatures(node.status.declaredFeatures ?? []),
    ...validateAddresses(node),
    ...validateKept(node, old),
    ...validateTaints(node),
    ...validateExternalId(node, old),
  ];
}

function validateTaints({ spec: { taints = [] } }: Node): FieldError[] {
  const again = repeats(taints, ({ key, effect }) => `${key}:${effect}`);
  return taints.flatMap((taint, index) => {
    const path = `metadata.taints[${index}]`;
    const { key, value = "", effect } = taint;
    const valueProblems = labelValueProblems(value);
    const errors = problemsAt(`${path}.key`, key, qualifiedNameProblems(key));
    if (valueProblems.length > 0) errors.push(invalidValue(`${path}.value`, value, valueProblems.join(";")));
    if (effect === "") errors.push(required(`${path}.effect`));
    else if (!EFFECTS.includes(effect)) errors.push(notSupported(`${path}.effect`, effect, EFFECTS));
    if (again.has(index))
      errors.push({
        ...duplicateValue(path, { Key: key, Value: value, Effect: effect, TimeAdded: taint.timeAdded ?? null }),
        detail: "taints must be unique by key and effect pair",
      });
    return errors;
  });
}

function validateResources({ status }: Node): FieldError[] {
  return (["capacity", "allocatable"] as const).flatMap((field) =>
    sortedEntries(status[field]).flatMap(([name, value]) =>
      validateResourceAmount(`status.${field}.${name}`, name, value),
    ),
  );
}

/** What a kubelet says that it can: names in the order of their texts. */
function validateFeatures(features: readonly string[]): FieldError[] {
  return features.flatMap((feature, index) => {
    const at = `status.declaredFeatures[${index}]`;
    const before = features[index - 1];
    const errors: FieldError[] = [];
    if (before === feature) errors.push(duplicateValue(at, feature));
    else if (before !== undefined && before > feature)
      errors.push(invalidValue(at, feature, "list must be sorted alphabetically"));
    if (!FEATURE.test(feature))
      errors.push(invalidValue(at, feature, `invalid feature name ${JSON.stringify(feature)}: ${FEATURE_RULE}`));
    return errors;
  });
}

function validatePodCidrs({ spec: { podCIDRs = [] } }: Node): FieldError[] {
  const path = "spec.podCIDRs";
  const errors = podCIDRs.flatMap((cidr, index) => problemsAt(`${path}[${index}]`, cidr, legacyCidrProblems(cidr)));
  if (podCIDRs.length < 2) return errors;
  const families = podCIDRs.map((cidr) => parseCidr(cidr)?.ip.family);
  const bad = podCIDRs.findIndex((_, index) => families[index] === undefined);
  if (bad >= 0) {
    const fault = `invalid CIDR[${bad}]: <nil> (invalid CIDR address: ${podCIDRs[bad]})`;
    const detail = `invalid PodCIDRs. failed to check with dual stack with error:${fault}`;
    errors.push({ path, type: "Internal", detail });
  }
  if (bad >= 0 || podCIDRs.length > 2 || families[0] === families[1])
    errors.push(invalidValue(path, podCIDRs, "may specify no more than one CIDR for each IP family"));
  return errors;
}

function validateAddresses({ status: { addresses = [] } }: Node): FieldError[] {
  const again = repeats(addresses, (one) => JSON.stringify(one));
  return addresses.flatMap((address, index) =>
    again.has(index)
      ? [duplicateValue(`status.addresses[${index}]`, { Type: address.type, Address: address.address })]
      : [],
  );
}

function validateKept({ spec }: Node, old: Node): FieldError[] {
  const errors: FieldError[] = [];
  const before = old.spec.podCIDRs ?? [];
  const now = spec.podCIDRs ?? [];
  const detail = (field: string) => `node updates may not change ${field} except from "" to valid`;
  const changes = before.length !== now.length ? 1 : before.filter((cidr, index) => cidr !== now[index]).length;
  if (before.length > 0)
    for (let count = 0; count < changes; count++) errors.push(forbiddenField("spec.podCIDRs", detail("podCIDR")));
  if (old.spec.providerID && spec.providerID !== old.spec.providerID)
    errors.push(forbiddenField("spec.providerID", detail("providerID")));
  return errors;
}

function validateExternalId({ spec }: Node, old: Node): FieldError[] {
  return (spec.externalID ?? "") === (old.spec.externalID ?? "")
    ? []
    : [forbiddenField("spec.externalID", "may not be updated")];
}
