import type { FieldError } from "../../../kind.ts";
import { parseQuantity } from "../../../quantity.ts";
import { dnsLabelProblems, portProblems } from "../../../validation/index.ts";
import type { Container } from "../container.ts";
import type { PodSpec } from "../pod.ts";

const RESTART_POLICIES = ["Always", "OnFailure", "Never"];
const DNS_POLICIES = ["ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"];
const PULL_POLICIES = ["Always", "IfNotPresent", "Never"];
const PROTOCOLS = ["TCP", "UDP", "SCTP"];

/** Everything that is wrong with a pod's spec at `path`. */
export function validatePodSpec(spec: PodSpec, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const volumes = new Set((spec.volumes ?? []).map((volume) => volume.name));
  errors.push(...uniqueNames(spec.volumes ?? [], `${path}.volumes`));
  if ((spec.containers ?? []).length === 0) errors.push({ path: `${path}.containers`, type: "Required", detail: "" });
  (spec.containers ?? []).forEach((container, index) =>
    errors.push(...validateContainer(container, { path: `${path}.containers[${index}]`, volumes })),
  );
  errors.push(...uniqueNames(spec.containers ?? [], `${path}.containers`));
  (spec.initContainers ?? []).forEach((container, index) =>
    errors.push(...validateContainer(container, { path: `${path}.initContainers[${index}]`, volumes })),
  );
  errors.push(...supported(spec.restartPolicy, RESTART_POLICIES, `${path}.restartPolicy`));
  errors.push(...supported(spec.dnsPolicy, DNS_POLICIES, `${path}.dnsPolicy`));
  if ((spec.terminationGracePeriodSeconds ?? 0) < 0) {
    errors.push({
      path: `${path}.terminationGracePeriodSeconds`,
      type: "Invalid",
      value: spec.terminationGracePeriodSeconds,
      detail: "must be greater than or equal to 0",
    });
  }
  if (
    spec.activeDeadlineSeconds !== undefined &&
    (spec.activeDeadlineSeconds < 1 || spec.activeDeadlineSeconds > 2147483647)
  ) {
    errors.push({
      path: `${path}.activeDeadlineSeconds`,
      type: "Invalid",
      value: spec.activeDeadlineSeconds,
      detail: "must be between 1 and 2147483647, inclusive",
    });
  }
  return errors;
}

function supported(value: string | undefined, values: readonly string[], path: string): FieldError[] {
  if (value === undefined || value === "") return [{ path, type: "Required", detail: "" }];
  if (values.includes(value)) return [];
  const list = [...values]
    .sort()
    .map((one) => JSON.stringify(one))
    .join(", ");
  return [{ path, type: "NotSupported", value, detail: `supported values: ${list}` }];
}

function uniqueNames(items: readonly { readonly name: string }[], path: string): FieldError[] {
  const seen = new Set<string>();
  return items.flatMap(({ name }, index): FieldError[] => {
    if (seen.has(name)) return [{ path: `${path}[${index}].name`, type: "Duplicate", value: name, detail: "" }];
    seen.add(name);
    return [];
  });
}

function validateContainer(
  container: Container,
  { path, volumes }: { path: string; volumes: ReadonlySet<string> },
): FieldError[] {
  const errors: FieldError[] = [];
  if (!container.name) errors.push({ path: `${path}.name`, type: "Required", detail: "" });
  else errors.push(...problem(dnsLabelProblems(container.name)[0], `${path}.name`, container.name));
  if (!container.image) errors.push({ path: `${path}.image`, type: "Required", detail: "" });
  else if (container.image !== container.image.trim()) {
    errors.push({
      path: `${path}.image`,
      type: "Invalid",
      value: container.image,
      detail: "must not have leading or trailing whitespace",
    });
  }
  errors.push(...validatePorts(container, path));
  (container.env ?? []).forEach((variable, index) => {
    if (!variable.name) errors.push({ path: `${path}.env[${index}].name`, type: "Required", detail: "" });
    else if (!/^[ -<>-~]+$/.test(variable.name)) {
      const detail = "a valid environment variable name must consist only of printable ASCII characters other than '='";
      errors.push({ path: `${path}.env[${index}].name`, type: "Invalid", value: variable.name, detail });
    }
  });
  (container.volumeMounts ?? []).forEach((mount, index) => {
    if (!mount.name) errors.push({ path: `${path}.volumeMounts[${index}].name`, type: "Required", detail: "" });
    else if (!volumes.has(mount.name))
      errors.push({ path: `${path}.volumeMounts[${index}].name`, type: "NotFound", value: mount.name, detail: "" });
    if (!mount.mountPath)
      errors.push({ path: `${path}.volumeMounts[${index}].mountPath`, type: "Required", detail: "" });
  });
  errors.push(...supported(container.imagePullPolicy, PULL_POLICIES, `${path}.imagePullPolicy`));
  errors.push(...validateResources(container, path));
  return errors;
}

function validatePorts(container: Container, path: string): FieldError[] {
  return (container.ports ?? []).flatMap((port, index) => {
    const at = `${path}.ports[${index}]`;
    const errors: FieldError[] = [];
    if (!port.containerPort) errors.push({ path: `${at}.containerPort`, type: "Required", detail: "" });
    else errors.push(...problem(portProblems(port.containerPort)[0], `${at}.containerPort`, port.containerPort));
    if (port.hostPort) errors.push(...problem(portProblems(port.hostPort)[0], `${at}.hostPort`, port.hostPort));
    errors.push(...supported(port.protocol, PROTOCOLS, `${at}.protocol`));
    return errors;
  });
}

function validateResources(container: Container, path: string): FieldError[] {
  const { requests = {}, limits = {} } = container.resources;
  return Object.entries(requests).flatMap(([name, amount]): FieldError[] => {
    const limit = limits[name];
    if (limit === undefined || parseQuantity(amount).nanos <= parseQuantity(limit).nanos) return [];
    return [
      {
        path: `${path}.resources.requests`,
        type: "Invalid",
        value: amount,
        detail: `must be less than or equal to ${name} limit of ${limit}`,
      },
    ];
  });
}

function problem(detail: string | undefined, path: string, value: unknown): FieldError[] {
  return detail === undefined ? [] : [{ path, type: "Invalid", value, detail }];
}
