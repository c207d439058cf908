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
} from "./certificates.ts";
import { defaultIngressClass } from "./default-ingress-class.ts";
import { limitRanger } from "./limit-ranger.ts";
import { namespaceLifecycle } from "./namespace-lifecycle.ts";
import { nodeRestriction } from "./node-restriction.ts";
import { mutatingPolicies, type PolicyOptions, validatingPolicies } from "./policies/index.ts";
import { podGroupWorkload } from "./pod-group.ts";
import { podSecurity } from "./pod-security/index.ts";
import { priority } from "./priority.ts";
import { type ChargeQuota, resourceQuota } from "./resource-quota.ts";
import { runtimeClass } from "./runtime-class.ts";
import { serviceAccount } from "./service-account.ts";
import { defaultStorageClass, persistentVolumeClaimResize, storageObjectInUseProtection } from "./storage.ts";
import { podTopologyLabels } from "./topology-labels.ts";
import { type CallerOptions, mutatingWebhooks, validatingWebhooks, WebhookCaller } from "./webhooks/index.ts";
import { defaultTolerationSeconds, taintNodesByCondition } from "./tolerations.ts";

/** Which plugins run: those on by default, with and without some. */
export interface AdmissionChoice {
  readonly enable: readonly string[];
  readonly disable: readonly string[];
}

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

export interface PluginOptions extends CallerOptions {
  readonly charge: ChargeQuota;
  readonly authorizers: readonly Authorizer[];
  readonly kindNamed: PolicyOptions["kindNamed"];
  readonly versionsOf: PolicyOptions["versionsOf"];
}

/** All admission plugins in the order in which they run, or those that are chosen. */
export function admissionPlugins(options: PluginOptions, choice?: AdmissionChoice): readonly AdmissionPlugin[] {
  const all = allPlugins(options);
  if (!choice) return all;
  const unknown = [...choice.enable, ...choice.disable].find((name) => !all.some((plugin) => plugin.name === name));
  if (unknown !== undefined)
    throw new RangeError(
      `choose admission plugins: ${JSON.stringify(unknown)} is not built, there are ${all.map(({ name }) => name).join(", ")}`,
    );
  const isOn = (name: string) => choice.enable.includes(name) || !OFF_BY_DEFAULT.has(name);
  return all.filter(({ name }) => isOn(name) && !choice.disable.includes(name));
}

function allPlugins(options: PluginOptions): readonly AdmissionPlugin[] {
  const { random, charge, authorizers, kindNamed, versionsOf } = options;
  const policies = { authorizers, kindNamed, versionsOf };
  const webhooks = new WebhookCaller(options);
  return [
    namespaceLifecycle,
    limitRanger,
    serviceAccount(random),
    nodeRestriction,
    taintNodesByCondition,
    podSecurity,
    priority,
    defaultTolerationSeconds,
    defaultStorageClass,
    storageObjectInUseProtection,
    persistentVolumeClaimResize,
    runtimeClass,
    certificateRequester,
    certificateApproval(authorizers),
    certificateSigning(authorizers),
    certificateSubjectRestriction,
    defaultIngressClass,
    podTopologyLabels,
    podGroupWorkload,
    mutatingPolicies(MUTATING, policies),
    mutatingWebhooks(webhooks, policies),
    validatingPolicies(VALIDATING, policies),
    validatingWebhooks(webhooks, policies),
    resourceQuota(charge),
  ];
}
