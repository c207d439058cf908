import { own } from "../../../../base/index.ts";
import type { FieldError, Mutable } from "../../../kind.ts";
import { compareQuantities } from "../../../quantity.ts";
import {
  dnsLabelProblems,
  problemsAt,
  duplicateValue,
  forbiddenField,
  invalidValue,
  isHugePages,
  mayOvercommit,
  missingReference,
  notSupported,
  required,
  sortedEntries,
  validateContainerResourceName,
  validateHugePages,
  validateResourceAmount,
  validateResourceName,
} from "../../../validation/index.ts";
import { containerTotals, isPodResource } from "./requests.ts";
import type { ContainerResizePolicy, ResourceClaim, ResourceRequirements } from "../container.ts";
import type { PodSpec } from "../podspec.ts";

type Amounts = Readonly<Record<string, string>> | undefined;
type NameRule = (path: string, name: string) => FieldError[];

const POD_RESOURCES = ["cpu", "hugepages-", "memory"];
const RESIZABLE = ["cpu", "memory"];
const RESIZE_POLICIES = ["NotRequired", "RestartContainer"];

interface Rules {
  readonly claims: ReadonlySet<string>;
  readonly nameRule?: NameRule;
}

/** What a container (or, with another rule of names, a pod) asks for. */
export function validateRequirements(
  path: string,
  requirements: ResourceRequirements | undefined,
  { claims, nameRule = validateContainerResourceName }: Rules,
): FieldError[] {
  const { limits, requests } = requirements ?? {};
  const all = [...Object.keys(limits ?? {}), ...Object.keys(requests ?? {})];
  const errors = [
    ...validateAmounts(`${path}.limits`, limits, nameRule),
    ...sortedEntries(requests).flatMap(([name, amount]) => [
      ...validateAmounts(`${path}.requests`, { [name]: amount }, nameRule),
      ...compareToLimit(path, { name, amount, limit: own(limits, name) }),
    ]),
  ];
  if (all.some(isHugePages) && !all.includes("cpu") && !all.includes("memory"))
    errors.push(forbiddenField(path, "HugePages require cpu or memory"));
  return [...errors, ...validateClaims(`${path}.claims`, requirements?.claims ?? [], claims)];
}

function validateAmounts(path: string, amounts: Amounts, nameRule: NameRule): FieldError[] {
  return sortedEntries(amounts).flatMap(([name, amount]) => {
    const at = `${path}[${name}]`;
    return [
      ...nameRule(at, name),
      ...validateResourceAmount(at, name, amount),
      ...(isHugePages(name) ? validateHugePages(at, name, amount) : []),
    ];
  });
}

/** A request may not exceed its limit, and equals it where nothing may be promised twice. */
function compareToLimit(
  path: string,
  { name, amount, limit }: { name: string; amount: string; limit: string | undefined },
): FieldError[] {
  const strict = !mayOvercommit(name);
  if (limit === undefined)
    return strict ? [required(`${path}.limits`, "Limit must be set for non overcommitable resources")] : [];
  const difference = compareQuantities(amount, limit);
  if (strict && difference !== 0)
    return [invalidValue(`${path}.requests`, amount, `must be equal to ${name} limit of ${limit}`)];
  if (difference <= 0) return [];
  return [invalidValue(`${path}.requests`, amount, `must be less than or equal to ${name} limit of ${limit}`)];
}

function validateClaims(path: string, claims: readonly ResourceClaim[], known: ReadonlySet<string>): FieldError[] {
  const names = [...known].sort();
  const detail =
    names.length === 0
      ? "must be one of the names in pod.spec.resourceClaims which is empty"
      : `must be one of the names in pod.spec.resourceClaims: ${names.join(", ")}`;
  const seen = new Set<string>();
  return claims.flatMap(({ name, request }, index) => {
    const at = `${path}[${index}]`;
    if (!name) return [required(at)];
    const text = request ? `${name}/${request}` : name;
    const errors: FieldError[] = [];
    // A claim as a whole and parts of it exclude each other.
    if (seen.has(name) || seen.has(text)) errors.push(duplicateValue(at, text));
    seen.add(text);
    if (request) errors.push(...problemsAt(`${at}.request`, request, dnsLabelProblems(request)));
    if (!known.has(name)) errors.push(missingReference(at, name, detail));
    return errors;
  });
}

/** How a running container's resources may change. */
export function validateResizePolicy(
  path: string,
  policies: readonly ContainerResizePolicy[] = [],
  podRestartPolicy: string | undefined,
): FieldError[] {
  const seen = new Set<string>();
  return policies.flatMap(({ resourceName, restartPolicy }, index) => {
    const errors: FieldError[] = [];
    if (seen.has(resourceName)) errors.push(duplicateValue(`${path}[${index}]`, resourceName));
    seen.add(resourceName);
    for (const [value, values] of [
      [resourceName, RESIZABLE],
      [restartPolicy, RESIZE_POLICIES],
    ] as const) {
      if (!value) errors.push(required(path));
      else if (!values.includes(value)) errors.push(notSupported(path, value, values));
    }
    if (podRestartPolicy === "Never" && restartPolicy !== "NotRequired") {
      const detail = "must be 'NotRequired' when pod `restartPolicy` is 'Never'";
      errors.push(invalidValue(path, restartPolicy ?? "", detail));
    }
    return errors;
  });
}

function podResourceName(path: string, name: string): FieldError[] {
  const errors = validateResourceName(path, name);
  if (errors.length > 0) return errors;
  return isPodResource(name) ? [] : [notSupported(path, name, POD_RESOURCES)];
}

/** What the pod as a whole asks for: it covers what its containers ask for. */
export function validatePodResources(path: string, spec: PodSpec, claims: ReadonlySet<string>): FieldError[] {
  const { resources } = spec;
  if (!resources) return [];
  const at = `${path}.resources`;
  return [
    ...(resources.claims?.length
      ? [forbiddenField(`${at}.claims`, "claims may not be set for Resources at pod-level")]
      : []),
    ...validateRequirements(at, resources, { claims, nameRule: podResourceName }),
    ...requestsCovered(at, spec),
    ...limitsCovered(at, spec),
  ];
}

function requestsCovered(path: string, spec: PodSpec): FieldError[] {
  const sums = containerTotals(spec as Mutable<PodSpec>, "requests");
  return sortedEntries(spec.resources?.requests).flatMap(([name, amount]) => {
    const sum = own(sums, name) ?? "0";
    if (compareQuantities(sum, amount) <= 0) return [];
    const detail = `must be greater than or equal to aggregate container requests of ${sum}`;
    return [invalidValue(`${path}.requests[${name}]`, amount, detail)];
  });
}

/** Huge pages can't be limited to less than all containers together, anything else not to less than one of them. */
function limitsCovered(path: string, spec: PodSpec): FieldError[] {
  const podLimits = spec.resources?.limits ?? {};
  const sums = containerTotals(spec as Mutable<PodSpec>, "limits");
  const pages = sortedEntries(sums).flatMap(([name, sum]) => {
    const limit = own(podLimits, name);
    if (!isHugePages(name) || limit === undefined || compareQuantities(sum, limit) <= 0) return [];
    const detail = `must be greater than or equal to aggregate container limits of ${sum}`;
    return [invalidValue(`${path}.limits[${name}]`, limit, detail)];
  });
  const single = (spec.containers ?? []).flatMap(({ resources }, index) =>
    sortedEntries(resources?.limits).flatMap(([name, amount]) => {
      const limit = own(podLimits, name);
      if (limit === undefined || compareQuantities(amount, limit) <= 0) return [];
      const at = `${path}.containers[${index}][${name}].limits`;
      return [invalidValue(at, amount, `must be less than or equal to pod limits of ${limit}`)];
    }),
  );
  return [...pages, ...single];
}
