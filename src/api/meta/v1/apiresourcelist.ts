import { boolean, list, scalar, string, struct, type Infer } from "../../../schema/index.ts";
import { typeMeta } from "../../kind.ts";

export const APIResourceList = struct("io.k8s.apimachinery.pkg.apis.meta.v1.APIResourceList", () => ({
  ...typeMeta(),
  groupVersion: string(1, { always: true, required: true }),
  resources: list(2, APIResource, { always: true, required: true, list: "atomic" }),
}));
export interface APIResourceList extends Infer<typeof APIResourceList> {}

export const APIResource = struct("io.k8s.apimachinery.pkg.apis.meta.v1.APIResource", () => ({
  name: string(1, { always: true, required: true }),
  singularName: string(6, { always: true, required: true }),
  namespaced: boolean(2, { always: true, required: true }),
  group: string(8),
  version: string(9),
  kind: string(3, { always: true, required: true }),
  verbs: list(4, scalar.string, { always: true, required: true, boxed: true }),
  shortNames: list(5, scalar.string, { list: "atomic" }),
  categories: list(7, scalar.string, { list: "atomic" }),
  storageVersionHash: string(10),
}));
export interface APIResource extends Infer<typeof APIResource> {}
