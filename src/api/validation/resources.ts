import type { FieldError } from "../kind.ts";
import { parseQuantity } from "../quantity.ts";
import { invalidValue, problemsAt } from "./errors.ts";
import { qualifiedNameProblems } from "./names.ts";

const HUGE_PAGES = "hugepages-";
const CONTAINER_RESOURCES = new Set(["cpu", "memory", "ephemeral-storage"]);
const COUNTED = [
  "pods",
  "resourcequotas",
  "services",
  "replicationcontrollers",
  "secrets",
  "configmaps",
  "persistentvolumeclaims",
  "services.nodeports",
  "services.loadbalancers",
];
const STANDARD = new Set([
  ...CONTAINER_RESOURCES,
  ...["cpu", "memory", "ephemeral-storage"].flatMap((name) => [`requests.${name}`, `limits.${name}`]),
  "storage",
  "requests.storage",
  ...COUNTED,
]);
const INTEGERS = new Set(COUNTED);
const NANO = 1_000_000_000n;
const MILLI_NANOS = 1_000_000n;

/** Memory in pages of one size, such as hugepages-2Mi. */
export function isHugePages(name: string): boolean {
  return name.startsWith(HUGE_PAGES);
}

/** A resource that Kubernetes itself knows, by its name. */
export function isNativeResource(name: string): boolean {
  return !name.includes("/") || name.includes("kubernetes.io/");
}

/** A resource of somebody else, counted in whole units. */
export function isExtendedResource(name: string): boolean {
  if (isNativeResource(name) || name.startsWith("requests.")) return false;
  return qualifiedNameProblems(`requests.${name}`).length === 0;
}

/** Whether more may be promised than a node has. */
export function mayOvercommit(name: string): boolean {
  return isNativeResource(name) && !isHugePages(name);
}

/** The name of any resource, as quotas and ranges may use it. */
export function validateResourceName(path: string, name: string): FieldError[] {
  const problems = qualifiedNameProblems(name);
  if (problems.length > 0) return problemsAt(path, name, problems);
  if (name.includes("/") || STANDARD.has(name) || isHugePages(name) || name.startsWith("requests.hugepages-"))
    return [];
  return [invalidValue(path, name, "must be a standard resource type or fully qualified")];
}

/** The name of a resource that a container may ask for. */
export function validateContainerResourceName(path: string, name: string): FieldError[] {
  const errors = validateResourceName(path, name);
  if (!name.includes("/")) {
    if (!CONTAINER_RESOURCES.has(name) && !isHugePages(name))
      errors.push(invalidValue(path, name, "must be a standard resource for containers"));
  } else if (!isNativeResource(name) && !isExtendedResource(name))
    errors.push(invalidValue(path, name, "doesn't follow extended resource name standard"));
  return errors;
}

/** An amount of a resource: not negative, whole where the resource is counted. */
export function validateResourceAmount(path: string, name: string, amount: string): FieldError[] {
  const { nanos } = parseQuantity(amount);
  const errors: FieldError[] = [];
  if (nanos < 0n) errors.push(invalidValue(path, amount, "must be greater than or equal to 0"));
  // Finer than thousandths is rounded up before it is looked at.
  const milli = nanos / MILLI_NANOS + (nanos % MILLI_NANOS > 0n ? 1n : 0n);
  if ((INTEGERS.has(name) || isExtendedResource(name)) && milli % 1000n !== 0n)
    errors.push(invalidValue(path, amount, "must be an integer"));
  return errors;
}

/** Huge pages come in pages. */
export function validateHugePages(path: string, name: string, amount: string): FieldError[] {
  const { nanos } = parseQuantity(amount);
  let page: bigint;
  try {
    page = parseQuantity(name.slice(HUGE_PAGES.length)).nanos;
  } catch {
    return [];
  }
  if (page > 0n && nanos >= 0n && nanos % page === 0n && nanos % NANO === 0n) return [];
  return [invalidValue(path, amount, `${amount} is not positive integer multiple of ${name}`)];
}
