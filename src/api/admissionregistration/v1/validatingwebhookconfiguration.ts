import { list } from "../../../schema/index.ts";
import { kind, type InferKind } from "../../kind.ts";
import { ValidatingWebhook } from "./validatingwebhookconfiguration.types.ts";

export * from "./validatingwebhookconfiguration.types.ts";

export const ValidatingWebhookConfiguration = kind({
  name: "io.k8s.api.admissionregistration.v1.ValidatingWebhookConfiguration",
  group: "admissionregistration.k8s.io",
  version: "v1",
  kind: "ValidatingWebhookConfiguration",
  plural: "validatingwebhookconfigurations",
  categories: ["api-extensions"],
  scope: "Cluster",
  fields: () => ({
    webhooks: list(2, ValidatingWebhook, { list: "map", keys: ["name"], patch: ["merge"], mergeKey: "name" }),
  }),
});
export interface ValidatingWebhookConfiguration extends InferKind<typeof ValidatingWebhookConfiguration> {}
