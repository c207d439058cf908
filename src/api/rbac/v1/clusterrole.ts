import { list, ref, struct, type Infer } from "../../../schema/index.ts";
import { kind, type InferKind } from "../../kind.ts";
import { LabelSelector } from "../../meta/v1/labelselector.ts";
import { PolicyRule } from "./role.ts";

export const AggregationRule = struct("io.k8s.api.rbac.v1.AggregationRule", () => ({
  clusterRoleSelectors: list(1, LabelSelector, { list: "atomic" }),
}));
export interface AggregationRule extends Infer<typeof AggregationRule> {}

export const ClusterRole = kind({
  name: "io.k8s.api.rbac.v1.ClusterRole",
  group: "rbac.authorization.k8s.io",
  version: "v1",
  kind: "ClusterRole",
  plural: "clusterroles",
  rules: { createdByUpdate: true },
  scope: "Cluster",
  fields: () => ({
    rules: list(2, PolicyRule, { always: true, list: "atomic", rules: ["optional"] }),
    aggregationRule: ref(3, AggregationRule, { ptr: true }),
  }),
});
export interface ClusterRole extends InferKind<typeof ClusterRole> {}
