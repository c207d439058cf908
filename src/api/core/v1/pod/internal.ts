import { internalValue, type InternalShapes, movedAfter } from "../../../validation/index.ts";
import { EphemeralContainer } from "../container.ts";
import { PodSpec } from "../podspec.ts";
import type { PodTemplateSpec } from "../podtemplatespec.ts";
import { VolumeSource } from "../volume.ts";

type Json = Record<string, unknown>;

const POD_SPEC = [
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

const POD_SECURITY_CONTEXT = [
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

const SHAPES: InternalShapes = {
  "io.k8s.api.core.v1.PodSpec": { order: POD_SPEC },
  "io.k8s.api.core.v1.PodSecurityContext": { order: POD_SECURITY_CONTEXT },
  [VolumeSource.name]: {
    get order() {
      return movedAfter(VolumeSource, { quobyte: "rbd" });
    },
  },
};

/** The spec of a pod as messages show it: what is about the host stands in its security context. */
export function shownPodSpec(spec: PodSpec): Json {
  const shown = internalValue(PodSpec, spec, SHAPES);
  if (shown.SecurityContext === null) return shown;
  const { hostNetwork = false, hostPID = false, hostIPC = false } = spec;
  const { shareProcessNamespace = null, hostUsers = null } = spec;
  shown.SecurityContext = {
    HostNetwork: hostNetwork,
    HostPID: hostPID,
    HostIPC: hostIPC,
    ShareProcessNamespace: shareProcessNamespace,
    HostUsers: hostUsers,
    ...(shown.SecurityContext as Json),
  };
  return shown;
}

/** A template of pods as messages show it. */
export function shownPodTemplate({ metadata, spec }: PodTemplateSpec): Json {
  return { ...metadata, Spec: shownPodSpec(spec) };
}

/** A container added to a running pod, in the same way. */
export function shownEphemeralContainer(container: EphemeralContainer): Json {
  return internalValue(EphemeralContainer, container, SHAPES);
}
