/**
 * Admission plugins that run only when they are asked for: one file each. Knows nothing of files and flags; what users
 * configure comes as objects. Start at {@link optionalPlugins}.
 */
import type { Clock } from "../../../base/index.ts";
import type { AdmissionPlugin } from "../../contracts.ts";
import type { PluginConfigurations } from "../../configuration.ts";
import { alwaysAdmit, alwaysDeny } from "./always.ts";
import { alwaysPullImages } from "./always-pull-images.ts";
import { eventRateLimit } from "./event-rate-limit.ts";
import { extendedResourceToleration } from "./extended-resource-toleration.ts";
import { denyServiceExternalIPs } from "./external-ips.ts";
import { limitPodHardAntiAffinityTopology } from "./hard-anti-affinity.ts";
import { type ConnectWebhook, imagePolicyWebhook } from "./image-policy.ts";
import { type MakeNamespace, namespaceAutoProvision, namespaceExists } from "./namespaces.ts";
import { type OwnerOptions, ownerReferencesPermissionEnforcement } from "./owner-references.ts";
import { podNodeSelector } from "./pod-node-selector.ts";
import { podTolerationRestriction } from "./pod-toleration-restriction.ts";

export type { ConnectWebhook } from "./image-policy.ts";
export { parseAdmissionConfiguration } from "./configuration-file.ts";

export interface OptionalPluginOptions extends OwnerOptions {
  readonly clock: Clock;
  readonly configurations: PluginConfigurations;
  readonly makeNamespace: MakeNamespace;
  readonly connect: ConnectWebhook;
}

/** By name, what makes a plugin of its configuration. */
const PLUGINS: Readonly<Record<string, (options: OptionalPluginOptions) => AdmissionPlugin>> = {
  AlwaysAdmit: () => alwaysAdmit,
  AlwaysDeny: () => alwaysDeny,
  AlwaysPullImages: () => alwaysPullImages,
  DenyServiceExternalIPs: () => denyServiceExternalIPs,
  EventRateLimit: ({ configurations, clock }) => eventRateLimit(configurations.get("EventRateLimit"), clock),
  ExtendedResourceToleration: () => extendedResourceToleration,
  ImagePolicyWebhook: ({ configurations, clock, connect }) =>
    imagePolicyWebhook(configurations.get("ImagePolicyWebhook"), { clock, connect }),
  LimitPodHardAntiAffinityTopology: () => limitPodHardAntiAffinityTopology,
  NamespaceAutoProvision: ({ makeNamespace }) => namespaceAutoProvision(makeNamespace),
  NamespaceExists: () => namespaceExists,
  OwnerReferencesPermissionEnforcement: ownerReferencesPermissionEnforcement,
  PodNodeSelector: ({ configurations }) => podNodeSelector(configurations.get("PodNodeSelector")),
  PodTolerationRestriction: ({ configurations }) =>
    podTolerationRestriction(configurations.get("PodTolerationRestriction")),
};

/** Those of the names that are plugins of these. */
export function optionalPlugins(names: readonly string[], options: OptionalPluginOptions): readonly AdmissionPlugin[] {
  return names.flatMap((name) => (Object.hasOwn(PLUGINS, name) ? [PLUGINS[name]!(options)] : []));
}
