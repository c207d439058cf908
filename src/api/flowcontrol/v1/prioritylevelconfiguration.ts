import { ref } from "../../../schema/index.ts";
import { kind, type InferKind } from "../../kind.ts";
import {
  PriorityLevelConfigurationSpec,
  PriorityLevelConfigurationStatus,
} from "./prioritylevelconfiguration.types.ts";

export * from "./prioritylevelconfiguration.types.ts";

export const PriorityLevelConfiguration = kind({
  name: "io.k8s.api.flowcontrol.v1.PriorityLevelConfiguration",
  group: "flowcontrol.apiserver.k8s.io",
  version: "v1",
  kind: "PriorityLevelConfiguration",
  plural: "prioritylevelconfigurations",
  scope: "Cluster",
  rules: { statusKeeps: "metadata" },
  subresources: [{ name: "status", verbs: ["get", "patch", "update"] }],
  fields: () => ({
    spec: ref(2, PriorityLevelConfigurationSpec),
    status: ref(3, PriorityLevelConfigurationStatus),
  }),
});
export interface PriorityLevelConfiguration extends InferKind<typeof PriorityLevelConfiguration> {}
