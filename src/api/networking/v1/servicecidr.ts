import { list, ref, scalar, struct, type Infer } from "../../../schema/index.ts";
import { KEPT_WITH_STATUS, kind, type InferKind } from "../../kind.ts";
import { Condition } from "../../meta/v1/condition.ts";

export const ServiceCIDRStatus = struct("io.k8s.api.networking.v1.ServiceCIDRStatus", () => ({
  conditions: list(1, Condition, { list: "map", keys: ["type"], patch: ["merge"], mergeKey: "type" }),
}));
export interface ServiceCIDRStatus extends Infer<typeof ServiceCIDRStatus> {}

export const ServiceCIDRSpec = struct("io.k8s.api.networking.v1.ServiceCIDRSpec", () => ({
  cidrs: list(1, scalar.string, { list: "atomic" }),
}));
export interface ServiceCIDRSpec extends Infer<typeof ServiceCIDRSpec> {}

export const ServiceCIDR = kind({
  name: "io.k8s.api.networking.v1.ServiceCIDR",
  group: "networking.k8s.io",
  version: "v1",
  kind: "ServiceCIDR",
  plural: "servicecidrs",
  scope: "Cluster",
  rules: { statusKeeps: KEPT_WITH_STATUS },
  subresources: [{ name: "status", verbs: ["get", "patch", "update"] }],
  fields: () => ({
    spec: ref(2, ServiceCIDRSpec),
    status: ref(3, ServiceCIDRStatus),
  }),
});
export interface ServiceCIDR extends InferKind<typeof ServiceCIDR> {}
