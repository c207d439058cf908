import { list, ref, struct } from "../../../schema/index.ts";
import { typeMeta } from "../../kind.ts";
import { ListMeta } from "../v1/listmeta.ts";
import { PartialObjectMetadata } from "../v1/partialobjectmetadata.ts";

/** The same as in v1 but for protobuf, where its fields have changed their numbers. */
export const PartialObjectMetadataListV1beta1 = struct(
  "io.k8s.apimachinery.pkg.apis.meta.v1beta1.PartialObjectMetadataList",
  () => ({
    ...typeMeta(),
    items: list(1, PartialObjectMetadata, { always: true, required: true }),
    metadata: ref(2, ListMeta),
  }),
);
