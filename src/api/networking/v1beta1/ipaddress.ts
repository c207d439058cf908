import { ref, string, struct, type Infer } from "../../../schema/index.ts";
import { kind, type InferKind } from "../../kind.ts";
import { IPAddress as Stable } from "../v1/ipaddress.ts";
import { storedAs } from "../../storage.ts";

const IPAddressSpec = struct("io.k8s.api.networking.v1beta1.IPAddressSpec", () => ({
  parentRef: ref(1, ParentReference, { ptr: true, required: true, rules: ["required", "immutable"] }),
}));
export interface IPAddressSpec extends Infer<typeof IPAddressSpec> {}

const ParentReference = struct("io.k8s.api.networking.v1beta1.ParentReference", () => ({
  group: string(1),
  resource: string(2, { required: true, rules: ["required"] }),
  namespace: string(3),
  name: string(4, { required: true, rules: ["required"] }),
}));
export interface ParentReference extends Infer<typeof ParentReference> {}

export const IPAddress = kind({
  name: "io.k8s.api.networking.v1beta1.IPAddress",
  group: "networking.k8s.io",
  version: "v1beta1",
  kind: "IPAddress",
  plural: "ipaddresses",
  shortNames: ["ip"],
  scope: "Cluster",
  rules: { deprecation: "networking.k8s.io/v1beta1 IPAddress is deprecated in v1.34+, unavailable in v1.37+" },
  storage: () => storedAs(Stable),
  fields: () => ({
    spec: ref(2, IPAddressSpec, { required: true }),
  }),
});
export interface IPAddress extends InferKind<typeof IPAddress> {}
