import { ref } from "../../../schema/index.ts";
import { kind, type InferKind } from "../../kind.ts";
import { ResourceSliceSpec } from "./resourceslice.types.ts";

export * from "./resourceslice.types.ts";

export const ResourceSlice = kind({
  name: "io.k8s.api.resource.v1.ResourceSlice",
  group: "resource.k8s.io",
  version: "v1",
  kind: "ResourceSlice",
  plural: "resourceslices",
  rules: { returnsDeleted: true },
  scope: "Cluster",
  fields: () => ({
    spec: ref(2, ResourceSliceSpec, { required: true }),
  }),
});
export interface ResourceSlice extends InferKind<typeof ResourceSlice> {}
