import { list, ref, scalar, struct, type Infer } from "../../../schema/index.ts";
import { kind, type InferKind } from "../../kind.ts";
import { Condition } from "../../meta/v1/condition.ts";
import { ServiceCIDR as Stable } from "../v1/servicecidr.ts";
import { storedAs } from "../../storage.ts";

const ServiceCIDRStatus = struct("io.k8s.api.networking.v1beta1.ServiceCIDRStatus", () => ({
  conditions: list(1, Condition, { list: "map", keys: ["type"], patch: ["merge"], mergeKey: "type" }),
}));
export interface ServiceCIDRStatus extends Infer<typeof ServiceCIDRStatus> {}

const ServiceCIDRSpec = struct("io.k8s.api.networking.v1beta1.ServiceCIDRSpec", () => ({
  cidrs: list(1, scalar.string, { list: "atomic" }),
}));
export interface ServiceCIDRSpec extends Infer<typeof ServiceCIDRSpec> {}

export const ServiceCIDR = kind({
  name: "io.k8s.api.networking.v1beta1.ServiceCIDR",
  group: "networking.k8s.io",
  version: "v1beta1",
  kind: "ServiceCIDR",
  plural: "servicecidrs",
  scope: "Cluster",
  rules: { deprecation: "networking.k8s.io/v1beta1 ServiceCIDR is deprecated in v1.34+, unavailable in v1.37+" },
  subresources: [{ name: "status", verbs: ["get", "patch", "update"] }],
  storage: () => storedAs(Stable),
  fields: () => ({
    spec: ref(2, ServiceCIDRSpec),
    status: ref(3, ServiceCIDRStatus),
  }),
});
export interface ServiceCIDR extends InferKind<typeof ServiceCIDR> {}
