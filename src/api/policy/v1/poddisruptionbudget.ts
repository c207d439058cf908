import {
  int32,
  int64,
  intOrString,
  list,
  map,
  ref,
  scalar,
  string,
  struct,
  type Infer,
} from "../../../schema/index.ts";
import { kind, type InferKind } from "../../kind.ts";
import { Condition } from "../../meta/v1/condition.ts";
import { LabelSelector } from "../../meta/v1/labelselector.ts";

export const PodDisruptionBudgetStatus = struct("io.k8s.api.policy.v1.PodDisruptionBudgetStatus", () => ({
  observedGeneration: int64(1),
  disruptedPods: map(2, scalar.time),
  disruptionsAllowed: int32(3, { always: true }),
  currentHealthy: int32(4, { always: true }),
  desiredHealthy: int32(5, { always: true }),
  expectedPods: int32(6, { always: true }),
  conditions: list(7, Condition, { list: "map", keys: ["type"], patch: ["merge"], mergeKey: "type" }),
}));
export interface PodDisruptionBudgetStatus extends Infer<typeof PodDisruptionBudgetStatus> {}

export const PodDisruptionBudgetSpec = struct("io.k8s.api.policy.v1.PodDisruptionBudgetSpec", () => ({
  minAvailable: intOrString(1, { ptr: true }),
  selector: ref(2, LabelSelector, { ptr: true, patch: ["replace"] }),
  maxUnavailable: intOrString(3, { ptr: true }),
  unhealthyPodEvictionPolicy: string(4, { ptr: true, enum: ["AlwaysAllow", "IfHealthyBudget"] }),
}));
export interface PodDisruptionBudgetSpec extends Infer<typeof PodDisruptionBudgetSpec> {}

export const PodDisruptionBudget = kind({
  name: "io.k8s.api.policy.v1.PodDisruptionBudget",
  group: "policy",
  version: "v1",
  kind: "PodDisruptionBudget",
  plural: "poddisruptionbudgets",
  shortNames: ["pdb"],
  scope: "Namespaced",
  subresources: [{ name: "status", verbs: ["get", "patch", "update"] }],
  fields: () => ({
    spec: ref(2, PodDisruptionBudgetSpec),
    status: ref(3, PodDisruptionBudgetStatus),
  }),
});
export interface PodDisruptionBudget extends InferKind<typeof PodDisruptionBudget> {}
