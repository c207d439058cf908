import { list } from "../../../schema/index.ts";
import { kind, type InferKind } from "../../kind.ts";
import { MutatingWebhook } from "./mutatingwebhookconfiguration.types.ts";

export * from "./mutatingwebhookconfiguration.types.ts";

export const MutatingWebhookConfiguration = kind({
  name: "io.k8s.api.admissionregistration.v1.MutatingWebhookConfiguration",
  group: "admissionregistration.k8s.io",
  version: "v1",
  kind: "MutatingWebhookConfiguration",
  plural: "mutatingwebhookconfigurations",
  categories: ["api-extensions"],
  scope: "Cluster",
  fields: () => ({
    webhooks: list(2, MutatingWebhook, { list: "map", keys: ["name"], patch: ["merge"], mergeKey: "name" }),
  }),
});
export interface MutatingWebhookConfiguration extends InferKind<typeof MutatingWebhookConfiguration> {}
