import { inVersion, list, ref, string, struct, type Infer } from "../../../schema/index.ts";
import { KEPT_WITH_STATUS, kind, type InferKind } from "../../kind.ts";
import { Condition } from "../../meta/v1/condition.ts";
import { DeviceTaintRule as Stable } from "../v1alpha3/devicetaintrule.ts";
import { storedAs } from "../../storage.ts";
import * as stable from "../v1/resourceslice.types.ts";

const DeviceTaint = inVersion(stable.DeviceTaint, "v1beta2");
export interface DeviceTaint extends Infer<typeof DeviceTaint> {}

export const DeviceTaintRuleStatus = struct("io.k8s.api.resource.v1beta2.DeviceTaintRuleStatus", () => ({
  conditions: list(1, Condition, { list: "map", keys: ["type"], patch: ["merge"], mergeKey: "type" }),
}));
export interface DeviceTaintRuleStatus extends Infer<typeof DeviceTaintRuleStatus> {}

export const DeviceTaintRuleSpec = struct("io.k8s.api.resource.v1beta2.DeviceTaintRuleSpec", () => ({
  deviceSelector: ref(1, DeviceTaintSelector, { ptr: true }),
  taint: ref(2, DeviceTaint, { required: true }),
}));
export interface DeviceTaintRuleSpec extends Infer<typeof DeviceTaintRuleSpec> {}

export const DeviceTaintSelector = struct("io.k8s.api.resource.v1beta2.DeviceTaintSelector", () => ({
  driver: string(2, { ptr: true }),
  pool: string(3, { ptr: true }),
  device: string(4, { ptr: true }),
}));
export interface DeviceTaintSelector extends Infer<typeof DeviceTaintSelector> {}

export const DeviceTaintRule = kind({
  name: "io.k8s.api.resource.v1beta2.DeviceTaintRule",
  group: "resource.k8s.io",
  version: "v1beta2",
  kind: "DeviceTaintRule",
  plural: "devicetaintrules",
  scope: "Cluster",
  rules: { statusKeeps: KEPT_WITH_STATUS, returnsDeleted: true },
  subresources: [{ name: "status", verbs: ["get", "patch", "update"] }],
  storage: () => storedAs(Stable),
  fields: () => ({
    spec: ref(2, DeviceTaintRuleSpec, { required: true }),
    status: ref(3, DeviceTaintRuleStatus),
  }),
});
export interface DeviceTaintRule extends InferKind<typeof DeviceTaintRule> {}
