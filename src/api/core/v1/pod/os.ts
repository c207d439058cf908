import type { FieldError } from "../../../kind.ts";
import { forbiddenField, invalidValue, notSupported, required } from "../../../validation/index.ts";
import type { PodSpec } from "../podspec.ts";
import { eachContainer } from "./each.ts";

const SYSTEMS = ["linux", "windows"];

/** Fields that mean nothing on Windows, in the order in which they are told. */
const LINUX_POD_FIELDS = [
  "securityContext.appArmorProfile",
  "securityContext.seLinuxOptions",
  "hostUsers",
  "hostPID",
  "hostIPC",
  "securityContext.seccompProfile",
  "securityContext.fsGroup",
  "securityContext.fsGroupChangePolicy",
  "securityContext.sysctls",
  "shareProcessNamespace",
  "securityContext.runAsUser",
  "securityContext.runAsGroup",
  "securityContext.supplementalGroups",
  "securityContext.supplementalGroupsPolicy",
];
const LINUX_CONTAINER_FIELDS = [
  "appArmorProfile",
  "seLinuxOptions",
  "seccompProfile",
  "capabilities",
  "readOnlyRootFilesystem",
  "privileged",
  "allowPrivilegeEscalation",
  "procMount",
  "runAsUser",
  "runAsGroup",
];

/** The operating system that a pod says it is for, and what can't be asked of it. */
export function validateOs(path: string, spec: PodSpec): FieldError[] {
  const { os } = spec;
  if (!os) return [];
  if (!os.name) return [required(`${path}.os.name`)];
  if (os.name === "linux") return validateLinux(path, spec);
  if (os.name === "windows") return validateWindows(path, spec);
  return [notSupported(`${path}.os`, os.name, SYSTEMS)];
}

function validateLinux(path: string, spec: PodSpec): FieldError[] {
  const detail = "windows options cannot be set for a linux pod";
  const errors: FieldError[] = [];
  if (spec.securityContext?.windowsOptions)
    errors.push(forbiddenField(`${path}.securityContext.windowsOptions`, detail));
  for (const { container, at } of eachContainer(path, spec))
    if (container.securityContext?.windowsOptions)
      errors.push(forbiddenField(`${at}.securityContext.windowsOptions`, detail));
  return errors;
}

function validateWindows(path: string, spec: PodSpec): FieldError[] {
  const detail = "cannot be set for a windows pod";
  const errors: FieldError[] = [];
  for (const field of LINUX_POD_FIELDS) {
    const [parent, name] = field.split(".");
    const holder = (name ? spec.securityContext : spec) as Readonly<Record<string, unknown>> | undefined;
    if (isSet(holder?.[name ?? parent!])) errors.push(forbiddenField(`${path}.${field}`, detail));
  }
  for (const { container, at } of eachContainer(path, spec)) {
    const context = container.securityContext as Readonly<Record<string, unknown>> | undefined;
    for (const field of LINUX_CONTAINER_FIELDS)
      if (isSet(context?.[field])) errors.push(forbiddenField(`${at}.securityContext.${field}`, detail));
  }
  return errors;
}

/** Whether a field has a value; an empty list has none. */
function isSet(value: unknown): boolean {
  return value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0);
}

/** Windows containers that run as processes of the host: all of a pod or none, on the host's network. */
export function validateHostProcess(path: string, spec: PodSpec): FieldError[] {
  const ofPod = spec.securityContext?.windowsOptions?.hostProcess;
  const errors: FieldError[] = [];
  let count = 0;
  let hostCount = 0;
  for (const { container, at } of eachContainer(path, spec)) {
    const own = container.securityContext?.windowsOptions?.hostProcess;
    count++;
    if (own ?? ofPod) hostCount++;
    if (ofPod !== undefined && own !== undefined && own !== ofPod) {
      const detail = `pod hostProcess value must be identical if both are specified, was ${ofPod}`;
      errors.push(invalidValue(`${at}.securityContext.windowsOptions.hostProcess`, own, detail));
    }
  }
  if (hostCount === 0) return errors;
  if (hostCount !== count) {
    const detail = "If pod contains any hostProcess containers then all containers must be HostProcess containers";
    errors.push(invalidValue(path, "", detail));
  }
  if (!spec.hostNetwork) {
    const detail = "hostNetwork must be true if pod contains any hostProcess containers";
    errors.push(invalidValue(`${path}.hostNetwork`, false, detail));
  }
  return errors;
}
