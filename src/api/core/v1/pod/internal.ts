import type { Field, StructNode } from "../../../../schema/index.ts";
import { internalValue, type InternalShapes } from "../../../validation/index.ts";
import { PodSecurityContext, PodSpec } from "../podspec.ts";

type Json = Record<string, unknown>;

/** Fields of a spec that its unversioned form keeps with the security settings. */
const HOST_FIELDS = ["hostNetwork", "hostPID", "hostIPC", "shareProcessNamespace", "hostUsers"];

const SECURITY_ORDER = [
  "seLinuxOptions",
  "windowsOptions",
  "runAsUser",
  "runAsGroup",
  "runAsNonRoot",
  "supplementalGroups",
  "supplementalGroupsPolicy",
  "fsGroup",
  "fsGroupChangePolicy",
  "sysctls",
  "seccompProfile",
  "appArmorProfile",
  "seLinuxChangePolicy",
];

const SPEC_ORDER = [
  "volumes",
  "initContainers",
  "containers",
  "ephemeralContainers",
  "restartPolicy",
  "terminationGracePeriodSeconds",
  "activeDeadlineSeconds",
  "dnsPolicy",
  "nodeSelector",
  "serviceAccountName",
  "automountServiceAccountToken",
  "nodeName",
  "securityContext",
  "imagePullSecrets",
  "hostname",
  "subdomain",
  "setHostnameAsFQDN",
  "affinity",
  "schedulerName",
  "tolerations",
  "hostAliases",
  "priorityClassName",
  "priority",
  "preemptionPolicy",
  "dnsConfig",
  "readinessGates",
  "runtimeClassName",
  "overhead",
  "enableServiceLinks",
  "topologySpreadConstraints",
  "os",
  "schedulingGates",
  "resourceClaims",
  "resources",
  "hostnameOverride",
  "schedulingGroup",
];

function hostFieldsInSecurityContext(): StructNode {
  const fields = new Map<string, Field>();
  for (const name of HOST_FIELDS) fields.set(name, PodSpec.fields.get(name)!);
  for (const name of SECURITY_ORDER) fields.set(name, PodSecurityContext.fields.get(name)!);
  return { ...(PodSecurityContext as StructNode), fields };
}

/** How messages show pods' specs, wherever they are. */
export const podShapes: InternalShapes = {
  get [PodSpec.name]() {
    return { order: SPEC_ORDER, prepare: moveHostFields };
  },
  get [PodSecurityContext.name]() {
    return { as: hostFieldsInSecurityContext() };
  },
};

function moveHostFields(spec: Json): Json {
  if (!spec.securityContext) return spec;
  const moved = Object.fromEntries(HOST_FIELDS.map((name) => [name, spec[name]]));
  return { ...spec, securityContext: { ...moved, ...(spec.securityContext as Json) } };
}

/** A value of a pod as the differences in messages show it: a line for each field. */
export function internalText(struct: StructNode, value: unknown): string {
  const text = JSON.stringify(internalValue(struct, value, podShapes), null, 1);
  return text.replace(/[<>&]/g, (one) => `\\u00${one.charCodeAt(0).toString(16)}`);
}
