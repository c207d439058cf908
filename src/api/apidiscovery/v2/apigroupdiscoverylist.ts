import { list, ref, scalar, string, struct } from "../../../schema/index.ts";
import { ListMeta } from "../../meta/v1/listmeta.ts";
import { ObjectMeta } from "../../meta/v1/objectmeta.ts";

/** What is served, in one answer. */
export const APIGroupDiscoveryList = struct("io.k8s.api.apidiscovery.v2.APIGroupDiscoveryList", () => ({
  metadata: ref(1, ListMeta, { always: true }),
  items: list(2, APIGroupDiscovery, { always: true, required: true }),
}));

export const APIGroupDiscovery = struct("io.k8s.api.apidiscovery.v2.APIGroupDiscovery", () => ({
  metadata: ref(1, ObjectMeta, { always: true }),
  versions: list(2, APIVersionDiscovery, { list: "map", keys: ["version"] }),
}));

export const APIVersionDiscovery = struct("io.k8s.api.apidiscovery.v2.APIVersionDiscovery", () => ({
  version: string(1, { always: true, required: true }),
  resources: list(2, APIResourceDiscovery, { list: "map", keys: ["resource"] }),
  freshness: string(3),
}));

export const APIResourceDiscovery = struct("io.k8s.api.apidiscovery.v2.APIResourceDiscovery", () => ({
  resource: string(1, { always: true, required: true }),
  responseKind: ref(2, GroupVersionKind, { ptr: true }),
  scope: string(3, { always: true, required: true }),
  singularResource: string(4, { always: true, required: true }),
  verbs: list(5, scalar.string, { always: true, required: true, list: "set" }),
  shortNames: list(6, scalar.string, { list: "set" }),
  categories: list(7, scalar.string, { list: "set" }),
  subresources: list(8, APISubresourceDiscovery, { list: "map", keys: ["subresource"] }),
}));

export const APISubresourceDiscovery = struct("io.k8s.api.apidiscovery.v2.APISubresourceDiscovery", () => ({
  subresource: string(1, { always: true, required: true }),
  responseKind: ref(2, GroupVersionKind, { ptr: true }),
  acceptedTypes: list(3, GroupVersionKind, { list: "map", keys: ["group", "version", "kind"] }),
  verbs: list(4, scalar.string, { always: true, required: true, list: "set" }),
}));

export const GroupVersionKind = struct("io.k8s.apimachinery.pkg.apis.meta.v1.GroupVersionKind", () => ({
  group: string(1, { always: true, required: true }),
  version: string(2, { always: true, required: true }),
  kind: string(3, { always: true, required: true }),
}));
