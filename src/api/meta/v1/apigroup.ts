import { list, ref, string, struct, type Infer } from "../../../schema/index.ts";
import { typeMeta } from "../../kind.ts";

export const APIGroup = struct("io.k8s.apimachinery.pkg.apis.meta.v1.APIGroup", () => ({
  ...typeMeta(),
  name: string(1, { always: true, required: true }),
  versions: list(2, GroupVersionForDiscovery, { always: true, required: true, list: "atomic" }),
  preferredVersion: ref(3, GroupVersionForDiscovery),
  serverAddressByClientCIDRs: list(4, ServerAddressByClientCIDR, { list: "atomic" }),
}));
export interface APIGroup extends Infer<typeof APIGroup> {}

export const ServerAddressByClientCIDR = struct(
  "io.k8s.apimachinery.pkg.apis.meta.v1.ServerAddressByClientCIDR",
  () => ({
    clientCIDR: string(1, { always: true, required: true }),
    serverAddress: string(2, { always: true, required: true }),
  }),
);
export interface ServerAddressByClientCIDR extends Infer<typeof ServerAddressByClientCIDR> {}

export const GroupVersionForDiscovery = struct("io.k8s.apimachinery.pkg.apis.meta.v1.GroupVersionForDiscovery", () => ({
  groupVersion: string(1, { always: true, required: true }),
  version: string(2, { always: true, required: true }),
}));
export interface GroupVersionForDiscovery extends Infer<typeof GroupVersionForDiscovery> {}
