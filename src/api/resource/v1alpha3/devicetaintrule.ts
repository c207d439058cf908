import { list, ref, string, struct, time, type Infer } from "../../../schema/index.ts";
import { KEPT_WITH_STATUS, kind, type InferKind } from "../../kind.ts";
import { Condition } from "../../meta/v1/condition.ts";

const DeviceTaintRuleStatus = struct("io.k8s.api.resource.v1alpha3.DeviceTaintRuleStatus", () => ({
  conditions: list(1, Condition, { list: "map", keys: ["type"], patch: ["merge"], mergeKey: "type" }),
}));
export interface DeviceTaintRuleStatus extends Infer<typeof DeviceTaintRuleStatus> {}

const DeviceTaintRuleSpec = struct("io.k8s.api.resource.v1alpha3.DeviceTaintRuleSpec", () => ({
  deviceSelector: ref(1, DeviceTaintSelector, { ptr: true }),
  taint: ref(2, DeviceTaint, { required: true }),
}));
export interface DeviceTaintRuleSpec extends Infer<typeof DeviceTaintRuleSpec> {}

const DeviceTaint = struct("io.k8s.api.resource.v1alpha3.DeviceTaint", () => ({
  key: string(1, { always: true, required: true }),
  value: string(2),
  effect: string(3, { always: true, required: true, enum: ["NoExecute", "NoSchedule", "None"] }),
  timeAdded: time(4, { ptr: true }),
}));
export interface DeviceTaint extends Infer<typeof DeviceTaint> {}

const DeviceTaintSelector = struct("io.k8s.api.resource.v1alpha3.DeviceTaintSelector", () => ({
  driver: string(2, { ptr: true }),
  pool: string(3, { ptr: true }),
  device: string(4, { ptr: true }),
}));
export interface DeviceTaintSelector extends Infer<typeof DeviceTaintSelector> {}

export const DeviceTaintRule = kind({
  name: "io.k8s.api.resource.v1alpha3.DeviceTaintRule",
  group: "resource.k8s.io",
  version: "v1alpha3",
  kind: "DeviceTaintRule",
  plural: "devicetaintrules",
  scope: "Cluster",
  rules: {
    statusKeeps: KEPT_WITH_STATUS,
    returnsDeleted: true,
    deprecation: "resource.k8s.io/v1alpha3 DeviceTaintRule is deprecated in v1.36+, unavailable in v1.39+",
  },
  subresources: [{ name: "status", verbs: ["get", "patch", "update"] }],
  fields: () => ({
    spec: ref(2, DeviceTaintRuleSpec, { required: true }),
    status: ref(3, DeviceTaintRuleStatus),
  }),
});
export interface DeviceTaintRule extends InferKind<typeof DeviceTaintRule> {}
