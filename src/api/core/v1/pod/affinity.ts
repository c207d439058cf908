import type { FieldError } from "../../../kind.ts";
import {
  dnsLabelProblems,
  dnsSubdomainProblems,
  duplicateValue,
  forbiddenField,
  invalidValue,
  labelValueProblems,
  notSupported,
  problemsAt,
  qualifiedNameProblems,
  required,
  validateLabelSelector,
} from "../../../validation/index.ts";
import type {
  Affinity,
  NodeSelector,
  NodeSelectorRequirement,
  NodeSelectorTerm,
  PodAffinity,
  PodAffinityTerm,
  TopologySpreadConstraint,
} from "../affinity.ts";

const REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution";
const PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution";
const NODE_FIELDS = ["metadata.name"];
const POLICIES = ["Honor", "Ignore"];
const UNSATISFIABLE = ["DoNotSchedule", "ScheduleAnyway"];

/** Which nodes and which other pods a pod wants to be near. */
export function validateAffinity(path: string, affinity: Affinity | undefined): FieldError[] {
  if (!affinity) return [];
  const { nodeAffinity, podAffinity, podAntiAffinity } = affinity;
  const node = `${path}.nodeAffinity`;
  return [
    ...(nodeAffinity?.[REQUIRED] ? validateNodeSelector(`${node}.${REQUIRED}`, nodeAffinity[REQUIRED]) : []),
    ...(nodeAffinity?.[PREFERRED] ?? []).flatMap(({ weight, preference }, index) => [
      ...validateWeight(`${node}.${PREFERRED}[${index}].weight`, weight),
      ...validateNodeSelectorTerm(`${node}.${PREFERRED}[${index}].preference`, preference),
    ]),
    ...validatePodAffinity(`${path}.podAffinity`, podAffinity),
    ...validatePodAffinity(`${path}.podAntiAffinity`, podAntiAffinity),
  ];
}

function validateWeight(path: string, weight: number): FieldError[] {
  return weight >= 1 && weight <= 100 ? [] : [invalidValue(path, weight, "must be in the range 1-100")];
}

/** Nodes by their labels and fields; volumes use the same. */
export function validateNodeSelector(path: string, { nodeSelectorTerms }: NodeSelector): FieldError[] {
  const at = `${path}.nodeSelectorTerms`;
  if (!nodeSelectorTerms?.length) return [required(at, "must have at least one node selector term")];
  return nodeSelectorTerms.flatMap((term, index) => validateNodeSelectorTerm(`${at}[${index}]`, term));
}

function validateNodeSelectorTerm(path: string, term: NodeSelectorTerm | undefined): FieldError[] {
  const { matchExpressions = [], matchFields = [] } = term ?? {};
  return [
    ...matchExpressions.flatMap((one, index) => validateExpression(`${path}.matchExpressions[${index}]`, one)),
    ...matchFields.flatMap((one, index) => validateField(`${path}.matchFields[${index}]`, one)),
  ];
}

function validateExpression(path: string, { key = "", operator, values = [] }: NodeSelectorRequirement): FieldError[] {
  return [
    ...validateOperator(path, operator, values),
    ...problemsAt(`${path}.key`, key, qualifiedNameProblems(key)),
    ...values.flatMap((value, index) => problemsAt(`${path}.values[${index}]`, value, labelValueProblems(value))),
  ];
}

function validateOperator(path: string, operator: string | undefined, values: readonly string[]): FieldError[] {
  const at = `${path}.values`;
  switch (operator) {
    case "In":
    case "NotIn":
      return values.length > 0 ? [] : [required(at, "must be specified when `operator` is 'In' or 'NotIn'")];
    case "Exists":
    case "DoesNotExist":
      return values.length === 0
        ? []
        : [forbiddenField(at, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")];
    case "Gt":
    case "Lt":
      return values.length === 1
        ? []
        : [required(at, "must be specified single value when `operator` is 'Lt' or 'Gt'")];
    default:
      return [invalidValue(`${path}.operator`, operator ?? "", "not a valid selector operator")];
  }
}

function validateField(path: string, { key = "", operator, values = [] }: NodeSelectorRequirement): FieldError[] {
  const errors: FieldError[] = [];
  if (operator !== "In" && operator !== "NotIn")
    errors.push(invalidValue(`${path}.operator`, operator ?? "", "not a valid selector operator"));
  else if (values.length !== 1) {
    const detail = "must be only one value when `operator` is 'In' or 'NotIn' for node field selector";
    errors.push(required(`${path}.values`, detail));
  }
  if (!NODE_FIELDS.includes(key))
    return [...errors, invalidValue(`${path}.key`, key, "not a valid field selector key")];
  values.forEach((value, index) => {
    errors.push(...problemsAt(`${path}.values[${index}]`, value, dnsSubdomainProblems(value)));
  });
  return errors;
}

function validatePodAffinity(path: string, affinity: PodAffinity | undefined): FieldError[] {
  return [
    ...(affinity?.[REQUIRED] ?? []).flatMap((term, index) =>
      validatePodAffinityTerm(`${path}.${REQUIRED}[${index}]`, term),
    ),
    ...(affinity?.[PREFERRED] ?? []).flatMap(({ weight, podAffinityTerm }, index) => [
      ...validateWeight(`${path}.${PREFERRED}[${index}].weight`, weight),
      ...validatePodAffinityTerm(`${path}.${PREFERRED}[${index}].podAffinityTerm`, podAffinityTerm),
    ]),
  ];
}

function validatePodAffinityTerm(path: string, term: PodAffinityTerm | undefined): FieldError[] {
  const { topologyKey = "", namespaces = [] } = term ?? {};
  return [
    ...validateLabelSelector(`${path}.labelSelector`, term?.labelSelector),
    ...validateLabelSelector(`${path}.namespaceSelector`, term?.namespaceSelector),
    ...namespaces.flatMap((name) => problemsAt(`${path}.namespace`, name, dnsLabelProblems(name))),
    ...(term ? validateTermKeys(path, term) : []),
    ...(topologyKey ? [] : [required(`${path}.topologyKey`, "can not be empty")]),
    ...problemsAt(`${path}.topologyKey`, topologyKey, qualifiedNameProblems(topologyKey)),
  ];
}

function validateTermKeys(path: string, term: PodAffinityTerm): FieldError[] {
  const { matchLabelKeys = [], mismatchLabelKeys = [], labelSelector } = term;
  const both = matchLabelKeys.flatMap((key, index) =>
    mismatchLabelKeys.includes(key)
      ? [invalidValue(`${path}.matchLabelKeys[${index}]`, key, "exists in both matchLabelKeys and mismatchLabelKeys")]
      : [],
  );
  return [
    ...validateLabelKeys(`${path}.matchLabelKeys`, matchLabelKeys, labelSelector !== undefined),
    ...validateLabelKeys(`${path}.mismatchLabelKeys`, mismatchLabelKeys, labelSelector !== undefined),
    ...both,
  ];
}

function validateLabelKeys(path: string, keys: readonly string[], hasSelector: boolean): FieldError[] {
  if (keys.length === 0) return [];
  if (!hasSelector) return [forbiddenField(path, "must not be specified when labelSelector is not set")];
  return keys.flatMap((key, index) => problemsAt(`${path}[${index}]`, key, qualifiedNameProblems(key)));
}

/** How evenly pods are spread. */
export function validateSpread(path: string, constraints: readonly TopologySpreadConstraint[] = []): FieldError[] {
  return constraints.flatMap((constraint, index) => {
    const at = `${path}[${index}]`;
    const { maxSkew, topologyKey, whenUnsatisfiable = "" } = constraint;
    const errors: FieldError[] = [];
    if (!(maxSkew > 0)) errors.push(invalidValue(`${at}.maxSkew`, maxSkew ?? 0, "must be greater than zero"));
    if (!topologyKey) errors.push(required(`${at}.topologyKey`, "can not be empty"));
    if (!UNSATISFIABLE.includes(whenUnsatisfiable))
      errors.push(notSupported(`${at}.whenUnsatisfiable`, whenUnsatisfiable, UNSATISFIABLE));
    const again = constraints
      .slice(index + 1)
      .some((other) => other.topologyKey === topologyKey && (other.whenUnsatisfiable ?? "") === whenUnsatisfiable);
    if (again)
      errors.push(
        duplicateValue(`${at}.{topologyKey, whenUnsatisfiable}`, `{${topologyKey ?? ""}, ${whenUnsatisfiable}}`),
      );
    return [...errors, ...validateSpreadDetails(at, constraint)];
  });
}

function validateSpreadDetails(path: string, constraint: TopologySpreadConstraint): FieldError[] {
  const { minDomains, whenUnsatisfiable, labelSelector, matchLabelKeys = [] } = constraint;
  const errors: FieldError[] = [];
  if (minDomains !== undefined && minDomains <= 0)
    errors.push(invalidValue(`${path}.minDomains`, minDomains, "must be greater than zero"));
  if (minDomains !== undefined && whenUnsatisfiable !== "DoNotSchedule") {
    const detail = `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${whenUnsatisfiable ?? ""}`;
    errors.push(invalidValue(`${path}.minDomains`, minDomains, detail));
  }
  for (const field of ["nodeAffinityPolicy", "nodeTaintsPolicy"] as const) {
    const policy = constraint[field];
    if (policy !== undefined && !POLICIES.includes(policy))
      errors.push(notSupported(`${path}.${field}`, policy, POLICIES));
  }
  return [
    ...errors,
    ...validateLabelKeys(`${path}.matchLabelKeys`, matchLabelKeys, labelSelector !== undefined),
    ...validateLabelSelector(`${path}.labelSelector`, labelSelector),
  ];
}
