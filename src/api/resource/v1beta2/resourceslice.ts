import { inVersion, ref, type Infer } from "../../../schema/index.ts";
import { kind, type InferKind } from "../../kind.ts";
import { ResourceSlice as Stable } from "../v1/resourceslice.ts";
import { storedAs } from "../../storage.ts";
import * as stable from "../v1/resourceslice.types.ts";

const ResourceSliceSpec = inVersion(stable.ResourceSliceSpec, "v1beta2");
export interface ResourceSliceSpec extends Infer<typeof ResourceSliceSpec> {}

export const ResourceSlice = kind({
  name: "io.k8s.api.resource.v1beta2.ResourceSlice",
  group: "resource.k8s.io",
  version: "v1beta2",
  kind: "ResourceSlice",
  plural: "resourceslices",
  scope: "Cluster",
  rules: { deprecation: "resource.k8s.io/v1beta2 ResourceSlice is deprecated in v1.36+, unavailable in v1.39+" },
  storage: () => storedAs(Stable),
  fields: () => ({
    spec: ref(2, ResourceSliceSpec, { required: true }),
  }),
});
export interface ResourceSlice extends InferKind<typeof ResourceSlice> {}
