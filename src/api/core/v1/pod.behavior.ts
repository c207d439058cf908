import { jsonEqual } from "../../../base/index.ts";
import type { FieldError, KindBehavior, Mutable } from "../../kind.ts";
import { forbiddenField } from "../../validation/index.ts";
import type { Pod } from "./pod.ts";
import { syncAppArmor } from "./pod/apparmor.ts";
import { validateImage } from "./pod/containers.ts";
import { setPodDefaults, setPodStatusDefaults } from "./pod/defaults.ts";
import { dropDisabledFields, dropDisabledStatus } from "./pod/disabled.ts";
import { validateEphemeralUpdate } from "./pod/ephemeral.ts";
import { mergeLabelKeys } from "./pod/labelkeys.ts";
import { validatePodAnnotations, validatePodAnnotationUpdate } from "./pod/metadata.ts";
import { profileMismatches } from "./pod/profiles.ts";
import { qosClass } from "./pod/qos.ts";
import { validateResize } from "./pod/resize.ts";
import { validatePodStatus } from "./pod/status.ts";
import { validateSpecUpdate } from "./pod/update.ts";
import { validatePodSpec } from "./pod/validate.ts";
import { annotatedProfileWarnings, podWarnings } from "./pod/warnings.ts";

const GRACE_SECONDS = 30;

/** What a pod's declaration can't say. */
export const podBehavior: KindBehavior<Pod> = {
  prepareCreate(pod, now) {
    dropDisabledFields(pod.spec);
    pod.status = { phase: "Pending", qosClass: qosClass(pod.spec as Pod["spec"]) } as Mutable<Pod>["status"];
    if (pod.spec.schedulingGates?.length) pod.status.conditions = [gated(now)] as never;
    mergeLabelKeys(pod.spec, pod.metadata.labels);
    syncAppArmor(pod as never);
  },
  setDefaults(pod) {
    setPodDefaults(pod);
    if ((pod.spec.terminationGracePeriodSeconds ?? 0) < 0) pod.spec.terminationGracePeriodSeconds = 1;
    setPodStatusDefaults(pod.status);
  },
  prepareUpdate(pod, old) {
    dropDisabledFields(pod.spec, old.spec);
  },
  prepareStatusUpdate(pod, old) {
    dropDisabledStatus(pod.status);
    pod.metadata.ownerReferences = structuredClone(old.metadata.ownerReferences) as never;
    if (!pod.status.qosClass && old.status.qosClass) pod.status.qosClass = old.status.qosClass;
  },
  validate: (pod) => [...validatePod(pod), ...validateNew(pod)],
  validateUpdate: (pod, old) => [
    ...validatePod(pod, old),
    ...validatePodAnnotationUpdate("metadata.annotations", pod.metadata.annotations, old.metadata.annotations),
    // Told again: with the rest of the pod they were told before.
    ...validatePodAnnotations("metadata.annotations", pod.metadata.annotations, pod.spec),
    ...validateSpecUpdate("spec", pod.spec, old.spec),
  ],
  metadataLooks: ["change", "whole"],
  validateStatusUpdate: validatePodStatus,
  validateSubresourceUpdate(subresource, pod, old) {
    const own = subresource === "resize" ? validateResize(pod, old) : validateEphemeralUpdate(pod, old);
    return [...validatePod(pod, old), ...own];
  },
  // Being put on a node is no change of what is wanted.
  isNewGeneration: ({ spec }, old) => !jsonEqual({ ...spec, nodeName: "" }, { ...old.spec, nodeName: "" }),
  earlyWarnings: annotatedProfileWarnings,
  warnings: podWarnings,
  gracePeriodSeconds(pod, requested) {
    const seconds = requested ?? pod.spec.terminationGracePeriodSeconds ?? GRACE_SECONDS;
    // Nobody has to stop what was never started, or has ended.
    if (!pod.spec.nodeName || pod.status.phase === "Succeeded" || pod.status.phase === "Failed") return 0;
    return seconds < 0 ? 1 : seconds;
  },
  selectableFields: {
    "spec.nodeName": (pod) => pod.spec.nodeName ?? "",
    "spec.host": (pod) => pod.spec.nodeName ?? "",
    "spec.restartPolicy": (pod) => pod.spec.restartPolicy ?? "",
    "spec.schedulerName": (pod) => pod.spec.schedulerName ?? "",
    "spec.serviceAccountName": (pod) => pod.spec.serviceAccountName ?? "",
    "spec.hostNetwork": (pod) => String(pod.spec.hostNetwork ?? false),
    "status.phase": (pod) => pod.status.phase ?? "",
    "status.podIP": (pod) => pod.status.podIP ?? "",
    "status.podIPs": (pod) => (pod.status.podIPs ?? []).map(({ ip }) => ip).join(","),
    "status.nominatedNodeName": (pod) => pod.status.nominatedNodeName ?? "",
  },
};

function gated(now: string) {
  return {
    type: "PodScheduled",
    status: "False",
    lastTransitionTime: now,
    reason: "SchedulingGated",
    message: "Scheduling is blocked due to non-empty scheduling gates",
  };
}

/** Rules of every pod, new or changed. */
function validatePod(pod: Pod, old?: Pod): FieldError[] {
  const { metadata, spec } = pod;
  return [
    ...validatePodAnnotations("metadata.annotations", metadata.annotations, spec),
    ...validatePodSpec("spec", spec, { podName: metadata.name, old: old?.spec }),
    ...tokensHaveAccount(spec),
    ...imagesTrimmed(spec),
  ];
}

function tokensHaveAccount({ serviceAccountName, volumes = [] }: Pod["spec"]): FieldError[] {
  if (serviceAccountName) return [];
  const detail = "must not be specified when serviceAccountName is not set";
  return volumes.flatMap(({ projected }, index) =>
    (projected?.sources ?? []).flatMap(({ serviceAccountToken }, at) =>
      serviceAccountToken
        ? [forbiddenField(`spec.volumes[${index}].projected.sources[${at}].serviceAccountToken`, detail)]
        : [],
    ),
  );
}

/** Templates of old may have such images; pods never. */
function imagesTrimmed(spec: Pod["spec"]): FieldError[] {
  return (["containers", "initContainers"] as const).flatMap((list) =>
    (spec[list] ?? []).flatMap(({ image }, index) =>
      image ? validateImage(`spec.${list}[${index}].image`, image) : [],
    ),
  );
}

function validateNew({ metadata, spec }: Pod): FieldError[] {
  return [
    ...(spec.ephemeralContainers?.length
      ? [forbiddenField("spec.ephemeralContainers", "cannot be set on create")]
      : []),
    ...(spec.nodeName && spec.schedulingGates?.length
      ? [forbiddenField("spec.nodeName", "cannot be set until all schedulingGates have been cleared")]
      : []),
    ...profileMismatches("spec", spec, metadata.annotations),
  ];
}
