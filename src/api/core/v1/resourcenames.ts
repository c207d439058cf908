import type { FieldError } from "../../kind.ts";
import { parseQuantity } from "../../quantity.ts";
import { invalidValue, problemsAt, qualifiedNameProblems } from "../../validation/index.ts";

/** Names of resources that quantities are given for: which are known, where each may stand, which are whole numbers. */

const COMPUTE = ["cpu", "memory", "ephemeral-storage"];
const COUNTED = [
  "pods",
  "services",
  "replicationcontrollers",
  "resourcequotas",
  "secrets",
  "configmaps",
  "persistentvolumeclaims",
  "services.nodeports",
  "services.loadbalancers",
];
const QUOTA = [
  ...COMPUTE,
  ...COMPUTE.map((name) => `requests.${name}`),
  ...COMPUTE.map((name) => `limits.${name}`),
  "requests.storage",
  ...COUNTED,
];
const HUGE_PAGES = "hugepages-";
const NATIVE_DOMAIN = "kubernetes.io/";

function isHugePages(name: string): boolean {
  return name.startsWith(HUGE_PAGES);
}

/** Whether a quota may count it by this short name. */
export function isQuotaResource(name: string): boolean {
  return QUOTA.includes(name) || isHugePages(name) || isHugePages(name.replace(/^requests\./, ""));
}

/** Whether Kubernetes itself knows the resource, rather than someone who adds devices. */
export function isNativeResource(name: string): boolean {
  return !name.includes("/") || name.includes(NATIVE_DOMAIN);
}

/** Whether the resource was added by someone else, under a domain of theirs. */
export function isExtendedResource(name: string): boolean {
  return (
    !isNativeResource(name) && !name.startsWith("requests.") && qualifiedNameProblems(`requests.${name}`).length === 0
  );
}

/** Whether limits may exceed requests. */
export function mayOvercommit(name: string): boolean {
  return isNativeResource(name) && !isHugePages(name);
}

/** A resource's name anywhere. */
export function validateResourceName(path: string, name: string): FieldError[] {
  const errors = problemsAt(path, name, qualifiedNameProblems(name));
  if (errors.length > 0 || name.includes("/") || isQuotaResource(name) || name === "storage") return errors;
  return [invalidValue(path, name, "must be a standard resource type or fully qualified")];
}

/** The name of what a container asks for. */
export function validateContainerResourceName(path: string, name: string): FieldError[] {
  const errors = validateResourceName(path, name);
  if (!name.includes("/")) {
    if (!COMPUTE.includes(name) && !isHugePages(name))
      errors.push(invalidValue(path, name, "must be a standard resource for containers"));
  } else if (!isNativeResource(name) && !isExtendedResource(name))
    errors.push(invalidValue(path, name, "doesn't follow extended resource name standard"));
  return errors;
}

/** A quantity of a resource: not negative, and whole where only whole ones exist. */
export function validateResourceValue(path: string, name: string, value: string): FieldError[] {
  const { nanos } = parseQuantity(value);
  const errors = nanos < 0n ? [invalidValue(path, value, "must be greater than or equal to 0")] : [];
  if ((COUNTED.includes(name) || isExtendedResource(name)) && nanos % 1_000_000_000n !== 0n)
    errors.push(invalidValue(path, value, "must be an integer"));
  return errors;
}
