import type { FieldError } from "../../../kind.ts";
import {
  dnsSubdomainProblems,
  duplicateValue,
  notSupported,
  oneOf,
  problemsAt,
  required,
  qualifiedNameProblems,
  rangeProblems,
  validateLabels,
} from "../../../validation/index.ts";
import type { PodReadinessGate, PodSchedulingGate, PodSpec } from "../podspec.ts";
import { validateAffinity, validateSpread } from "./affinity.ts";
import { validateResourceClaims } from "./claims.ts";
import { DNS_POLICIES, RESTART_POLICIES } from "./constants.ts";
import { validateContainers, validateEphemeralContainers, validateInitContainers } from "./containers.ts";
import {
  validateDnsConfig,
  validateHostAliases,
  validateHostNetworkPorts,
  validateHostnameOverride,
  validateHostnames,
  validateHostUsers,
} from "./network.ts";
import { validateHostProcess, validateOs } from "./os.ts";
import { validatePodResources, validateRequirements } from "./resources.ts";
import { validatePodSecurityContext } from "./security.ts";
import { validateTolerations } from "./tolerations.ts";
import { validateFileVolumes } from "./env.ts";
import { validateVolumes } from "./volumes.ts";

const DEADLINE_SECONDS_MAX = 2_147_483_647;
const PREEMPTION_POLICIES = ["PreemptLowerPriority", "Never"];
const NONE: ReadonlySet<string> = new Set();

export interface SpecContext {
  /** The pod's name, when the spec is a pod's and not a template's. */
  readonly podName?: string | undefined;
  /** What an update changes: addresses that are there already may be written as was accepted once. */
  readonly old?: PodSpec | undefined;
}

/** Everything that is wrong with a pod's spec at `path`. */
export function validatePodSpec(path: string, spec: PodSpec, { podName, old }: SpecContext = {}): FieldError[] {
  const { errors, volumes } = validateVolumes(`${path}.volumes`, spec.volumes ?? [], podName);
  const claims = new Set((spec.resourceClaims ?? []).map(({ name }) => name).filter(Boolean));
  const context = { spec, volumes, claims };
  return [
    ...errors,
    ...validateResourceClaims(`${path}.resourceClaims`, spec.resourceClaims, podName),
    ...validateContainers(`${path}.containers`, context),
    ...validateInitContainers(`${path}.initContainers`, context),
    ...validateEphemeralContainers(`${path}.ephemeralContainers`, context),
    ...validatePodResources(path, spec, claims),
    ...oneOf(`${path}.restartPolicy`, spec.restartPolicy, RESTART_POLICIES),
    ...oneOf(`${path}.dnsPolicy`, spec.dnsPolicy, DNS_POLICIES),
    ...validateLabels(`${path}.nodeSelector`, spec.nodeSelector),
    ...validateHostNetworkPorts(path, spec, { inTemplate: podName === undefined }),
    ...validatePodSecurityContext(`${path}.securityContext`, spec),
    ...validateAffinity(`${path}.affinity`, spec.affinity),
    ...validateDnsConfig(`${path}.dnsConfig`, spec, old),
    ...validateReadinessGates(`${path}.readinessGates`, spec.readinessGates),
    ...validateSchedulingGates(`${path}.schedulingGates`, spec.schedulingGates),
    ...validateSpread(`${path}.topologySpreadConstraints`, spec.topologySpreadConstraints),
    ...validateHostProcess(path, spec),
    ...validateHostUsers(path, spec),
    ...validateHostnameOverride(path, spec),
    ...validatePlacement(path, spec, old),
    ...validateOs(path, spec),
    ...(["initContainers", "containers", "ephemeralContainers"] as const).flatMap((list) =>
      validateFileVolumes(`${path}.${list}`, spec[list], volumes),
    ),
  ];
}

/** Names that a pod refers to, its hostnames, and what decides where it runs and for how long. */
function validatePlacement(path: string, spec: PodSpec, old: PodSpec | undefined): FieldError[] {
  const { activeDeadlineSeconds: deadline, preemptionPolicy, overhead, runtimeClassName } = spec;
  const named = (field: "serviceAccountName" | "nodeName" | "priorityClassName") => {
    const name = spec[field];
    return name ? problemsAt(`${path}.${field}`, name, dnsSubdomainProblems(name)) : [];
  };
  const deadlineProblems = deadline === undefined ? [] : rangeProblems(deadline, 1, DEADLINE_SECONDS_MAX);
  return [
    ...named("serviceAccountName"),
    ...named("nodeName"),
    ...problemsAt(`${path}.activeDeadlineSeconds`, deadline, deadlineProblems),
    ...validateHostnames(path, spec),
    ...validateTolerations(`${path}.tolerations`, spec.tolerations),
    ...validateHostAliases(`${path}.hostAliases`, spec.hostAliases, old?.hostAliases),
    ...named("priorityClassName"),
    ...(runtimeClassName === undefined
      ? []
      : problemsAt(`${path}.runtimeClassName`, runtimeClassName, dnsSubdomainProblems(runtimeClassName))),
    ...(preemptionPolicy === "" ? [required(`${path}.preemptionPolicy`)] : []),
    ...(preemptionPolicy && !PREEMPTION_POLICIES.includes(preemptionPolicy)
      ? [notSupported(`${path}.preemptionPolicy`, preemptionPolicy, PREEMPTION_POLICIES)]
      : []),
    ...(overhead ? validateRequirements(`${path}.overhead`, { limits: overhead }, { claims: NONE }) : []),
  ];
}

function validateReadinessGates(path: string, gates: readonly PodReadinessGate[] = []): FieldError[] {
  return gates.flatMap(({ conditionType = "" }, index) =>
    problemsAt(`${path}[${index}].conditionType`, conditionType, qualifiedNameProblems(conditionType)),
  );
}

function validateSchedulingGates(path: string, gates: readonly PodSchedulingGate[] = []): FieldError[] {
  const seen = new Set<string>();
  return gates.flatMap(({ name = "" }, index) => {
    const errors = problemsAt(`${path}[${index}]`, name, qualifiedNameProblems(name));
    if (seen.has(name)) errors.push(duplicateValue(`${path}[${index}]`, name));
    seen.add(name);
    return errors;
  });
}
