import type { FieldError } from "../../../kind.ts";
import { parseQuantity } from "../../../quantity.ts";
import { invalidValue, notSupported, problemsAt, qualifiedNameProblems, required } from "../../../validation/index.ts";
import type { ObjectFieldSelector, ResourceFieldSelector } from "../volume.ts";

/** Fields of its own pod that a file may show. */
export const VOLUME_FIELDS = [
  "metadata.annotations",
  "metadata.labels",
  "metadata.name",
  "metadata.namespace",
  "metadata.uid",
];

/** Fields of its own pod that an environment variable may show. */
export const ENV_FIELDS = [
  "metadata.name",
  "metadata.namespace",
  "metadata.uid",
  "spec.nodeName",
  "spec.serviceAccountName",
  "status.hostIP",
  "status.hostIPs",
  "status.podIP",
  "status.podIPs",
];

const KNOWN_FIELDS = new Set([
  ...VOLUME_FIELDS,
  ...ENV_FIELDS,
  "spec.restartPolicy",
  "spec.schedulerName",
  "status.phase",
]);
/** Maps of which one entry may be shown. */
const SUBSCRIPTED = ["metadata.annotations", "metadata.labels"];

const RESOURCES = ["cpu", "ephemeral-storage", "memory"];
const RESOURCE_FIELDS = ["limits", "requests"].flatMap((kind) => RESOURCES.map((name) => `${kind}.${name}`));
const SIZES = ["1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei"];

/** A reference to a field of the pod. */
export function validateFieldRef(path: string, ref: ObjectFieldSelector, allowed: readonly string[]): FieldError[] {
  const { apiVersion, fieldPath } = ref;
  if (!apiVersion) return [required(`${path}.apiVersion`)];
  if (!fieldPath) return [required(`${path}.fieldPath`)];
  const [, field = fieldPath, key] = /^(.*)\['(.*)'\]$/s.exec(fieldPath) ?? [];
  const problem = fieldProblem(apiVersion, { label: fieldPath, field, key });
  if (problem) return [invalidValue(`${path}.fieldPath`, fieldPath, `error converting fieldPath: ${problem}`)];
  if (key === undefined) {
    const name = field === "spec.host" ? "spec.nodeName" : field;
    return allowed.includes(name) ? [] : [notSupported(`${path}.fieldPath`, name, allowed)];
  }
  return problemsAt(path, key, qualifiedNameProblems(field === "metadata.annotations" ? key.toLowerCase() : key));
}

function fieldProblem(
  apiVersion: string,
  { label, field, key }: { label: string; field: string; key: string | undefined },
): string | undefined {
  if (apiVersion !== "v1") return `unsupported pod version: ${apiVersion}`;
  if (key !== undefined)
    return SUBSCRIPTED.includes(field) ? undefined : `field label does not support subscript: ${label}`;
  return KNOWN_FIELDS.has(field) || field === "spec.host" ? undefined : `field label not supported: ${label}`;
}

/** A reference to a container's requests or limits. */
export function validateResourceFieldRef(path: string, ref: ResourceFieldSelector): FieldError[] {
  const { resource, divisor } = ref;
  const errors: FieldError[] = [];
  if (!resource) return [required(`${path}.resource`)];
  const hugePages = /^(limits|requests)\.hugepages-/.test(resource);
  if (!RESOURCE_FIELDS.includes(resource) && !hugePages)
    errors.push(notSupported(`${path}.resource`, resource, RESOURCE_FIELDS));
  if (divisor === undefined || parseQuantity(divisor).nanos === 0n) return errors;
  const wrong = divisorProblem(resource.replace(/^(limits|requests)\./, ""), divisor);
  return wrong ? [...errors, invalidValue(`${path}.divisor`, resource, wrong)] : errors;
}

function divisorProblem(resource: string, divisor: string): string | undefined {
  if (resource === "cpu")
    return ["1m", "1"].includes(divisor)
      ? undefined
      : "only divisor's values 1m and 1 are supported with the cpu resource";
  const names: Readonly<Record<string, string>> = { memory: "memory", "ephemeral-storage": "local ephemeral storage" };
  const name = resource.startsWith("hugepages-") ? "hugepages" : names[resource];
  if (!name || SIZES.includes(divisor)) return undefined;
  return `only divisor's values ${SIZES.join(", ")} are supported with the ${name} resource`;
}
