import {
  type KindDefinition,
  MutatingAdmissionPolicy,
  MutatingAdmissionPolicyBinding,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
} from "../../api/index.ts";
import type { AdmissionPlugin, Authorizer } from "../contracts.ts";
import {
  certificateApproval,
  certificateRequester,
  certificateSigning,
  certificateSubjectRestriction,
  clusterTrustBundleAttest,
} from "./certificates.ts";
import { ConfigurationError, type PluginConfigurations } from "../configuration.ts";
import { defaultIngressClass } from "./default-ingress-class.ts";
import { limitRanger } from "./quota/limit-ranger.ts";
import { namespaceLifecycle } from "./namespace-lifecycle.ts";
import { nodeRestriction } from "./nodes/node-restriction.ts";
import { mutatingPolicies, type PolicyOptions, validatingPolicies } from "./policies/index.ts";
import { podGroupWorkload } from "./pods/pod-group.ts";
import { podSecurity } from "./pod-security/index.ts";
import { priority } from "./pods/priority.ts";
import { type ChargeQuota, resourceQuota } from "./quota/resource-quota.ts";
import { runtimeClass } from "./pods/runtime-class.ts";
import { serviceAccount } from "./pods/service-account.ts";
import { defaultStorageClass, persistentVolumeClaimResize, storageObjectInUseProtection } from "./storage.ts";
import { podTopologyLabels } from "./pods/topology-labels.ts";
import {
  type CallerOptions,
  mutatingWebhooks,
  validatingWebhooks,
  WebhookCaller,
  type WebhookMetrics,
} from "./webhooks/index.ts";
import { defaultTolerationSeconds, taintNodesByCondition } from "./pods/tolerations.ts";

/** Which plugins run: those on by default, with and without some. */
export interface AdmissionChoice {
  readonly enable: readonly string[];
  readonly disable: readonly string[];
  /** What is said to each of them. */
  readonly configurations?: PluginConfigurations;
  /** Makes those that run only when asked for, of which most servers have none. */
  readonly makeOptional?: (parts: OptionalParts) => readonly AdmissionPlugin[];
}

/** What plugins that run only when asked for need of the server. */
export interface OptionalParts {
  readonly authorizers: readonly Authorizer[];
  readonly kindNamed: (apiVersion: string, kind: string) => KindDefinition | undefined;
  readonly makeNamespace: (name: string) => Promise<void>;
}

/** All that Kubernetes has, in the order in which they run (`kube-apiserver --help`, 1.36). */
const ORDER: readonly string[] = [
  "AlwaysAdmit",
  "NamespaceAutoProvision",
  "NamespaceLifecycle",
  "NamespaceExists",
  "LimitPodHardAntiAffinityTopology",
  "LimitRanger",
  "ServiceAccount",
  "NodeRestriction",
  "TaintNodesByCondition",
  "AlwaysPullImages",
  "ImagePolicyWebhook",
  "PodSecurity",
  "PodNodeSelector",
  "Priority",
  "DefaultTolerationSeconds",
  "PodTolerationRestriction",
  "EventRateLimit",
  "ExtendedResourceToleration",
  "DefaultStorageClass",
  "StorageObjectInUseProtection",
  "PodGroupProtection",
  "OwnerReferencesPermissionEnforcement",
  "PersistentVolumeClaimResize",
  "RuntimeClass",
  "CertificateApproval",
  "CertificateSigning",
  "ClusterTrustBundleAttest",
  "CertificateSubjectRestriction",
  "DefaultIngressClass",
  "DenyServiceExternalIPs",
  "PodTopologyLabels",
  "PodGroupWorkloadExists",
  "NodeDeclaredFeatureValidator",
  "JobValidation",
  "PodResizeValidator",
  "MutatingAdmissionPolicy",
  "MutatingAdmissionWebhook",
  "ValidatingAdmissionPolicy",
  "ValidatingAdmissionWebhook",
  "ResourceQuota",
  "AlwaysDeny",
];

const VALIDATING = {
  policy: ValidatingAdmissionPolicy as unknown as KindDefinition,
  binding: ValidatingAdmissionPolicyBinding as unknown as KindDefinition,
};

const MUTATING = {
  policy: MutatingAdmissionPolicy as unknown as KindDefinition,
  binding: MutatingAdmissionPolicyBinding as unknown as KindDefinition,
};

/** Upstream has these off unless asked for. */
const OFF_BY_DEFAULT = new Set(["NodeRestriction"]);

/** What upstream leaves to plugins, and kinds look after here. */
const PART_OF_KINDS = new Set([
  "PodGroupProtection",
  "NodeDeclaredFeatureValidator",
  "JobValidation",
  "PodResizeValidator",
]);

export interface PluginOptions extends CallerOptions {
  readonly makeNamespace: (name: string) => Promise<void>;
  readonly charge: ChargeQuota;
  readonly authorizers: readonly Authorizer[];
  readonly kindNamed: PolicyOptions["kindNamed"];
  readonly versionsOf: PolicyOptions["versionsOf"];
  readonly webhookMetrics: WebhookMetrics;
}

/** All admission plugins that are on by default in the order in which they run, or those that are chosen. */
export function admissionPlugins(options: PluginOptions, choice?: AdmissionChoice): readonly AdmissionPlugin[] {
  const builtIn = builtInPlugins(options, choice?.configurations ?? new Map());
  if (!choice) return builtIn;
  const { enable, disable, makeOptional } = choice;
  const optional = makeOptional?.(options) ?? [];
  checkChoice(choice, [...builtIn, ...optional]);
  const isOn = (name: string) => !disable.includes(name) && (!OFF_BY_DEFAULT.has(name) || enable.includes(name));
  // Ours that Kubernetes has no name for stay behind the one that they came after.
  let place = 0;
  const placed = builtIn.map((plugin) => ({ plugin, place: (place = Math.max(place, ORDER.indexOf(plugin.name))) }));
  return [...placed, ...optional.map((plugin) => ({ plugin, place: ORDER.indexOf(plugin.name) }))]
    .sort((a, b) => a.place - b.place)
    .map(({ plugin }) => plugin)
    .filter(({ name }) => isOn(name));
}

function checkChoice({ enable, disable }: AdmissionChoice, made: readonly AdmissionPlugin[]): void {
  const unknown = [...enable, ...disable].find((name) => !ORDER.includes(name));
  if (unknown !== undefined)
    throw new ConfigurationError(
      `choose admission plugins: ${JSON.stringify(unknown)} is none, there are ${ORDER.join(", ")}`,
    );
  const fixed = disable.find((name) => PART_OF_KINDS.has(name));
  if (fixed !== undefined)
    throw new ConfigurationError(
      `choose admission plugins: ${fixed} can't be left out here, it belongs to its kind's rules`,
    );
  const missing = enable.find((name) => !PART_OF_KINDS.has(name) && !made.some((plugin) => plugin.name === name));
  if (missing !== undefined) throw new ConfigurationError(`choose admission plugins: ${missing} has not been made`);
}

function builtInPlugins(options: PluginOptions, configurations: PluginConfigurations): readonly AdmissionPlugin[] {
  const { random, charge, authorizers, kindNamed, versionsOf } = options;
  const policies = { authorizers, kindNamed, versionsOf };
  const webhooks = { caller: new WebhookCaller(options), options: policies, metrics: options.webhookMetrics };
  return [
    namespaceLifecycle,
    limitRanger,
    serviceAccount(random),
    nodeRestriction,
    taintNodesByCondition,
    podSecurity(configurations.get("PodSecurity")),
    priority,
    defaultTolerationSeconds,
    defaultStorageClass,
    storageObjectInUseProtection,
    persistentVolumeClaimResize,
    runtimeClass,
    certificateRequester,
    certificateApproval(authorizers),
    certificateSigning(authorizers),
    clusterTrustBundleAttest(authorizers),
    certificateSubjectRestriction,
    defaultIngressClass,
    podTopologyLabels,
    podGroupWorkload,
    mutatingPolicies(MUTATING, policies),
    mutatingWebhooks(webhooks),
    validatingPolicies(VALIDATING, policies),
    validatingWebhooks(webhooks),
    resourceQuota(charge, configurations.get("ResourceQuota")),
  ];
}
