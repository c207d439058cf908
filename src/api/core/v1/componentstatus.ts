import { list, string, struct, type Infer } from "../../../schema/index.ts";
import { kind, type InferKind } from "../../kind.ts";

export const ComponentCondition = struct("io.k8s.api.core.v1.ComponentCondition", () => ({
  type: string(1, { always: true, required: true }),
  status: string(2, { always: true, required: true }),
  message: string(3),
  error: string(4),
}));
export interface ComponentCondition extends Infer<typeof ComponentCondition> {}

export const ComponentStatus = kind({
  name: "io.k8s.api.core.v1.ComponentStatus",
  group: "",
  version: "v1",
  kind: "ComponentStatus",
  plural: "componentstatuses",
  rules: { deprecation: "v1 ComponentStatus is deprecated in v1.19+" },
  shortNames: ["cs"],
  scope: "Cluster",
  verbs: ["get", "list"],
  fields: () => ({
    conditions: list(2, ComponentCondition, { list: "map", keys: ["type"], patch: ["merge"], mergeKey: "type" }),
  }),
});
export interface ComponentStatus extends InferKind<typeof ComponentStatus> {}
