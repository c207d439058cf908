import { list, ref, struct, type Infer } from "../../../schema/index.ts";
import { typeMeta } from "../../kind.ts";
import { ListMeta } from "./listmeta.ts";
import { PartialObjectMetadata } from "./partialobjectmetadata.ts";

export const PartialObjectMetadataList = struct(
  "io.k8s.apimachinery.pkg.apis.meta.v1.PartialObjectMetadataList",
  () => ({
    ...typeMeta(),
    metadata: ref(1, ListMeta),
    items: list(2, PartialObjectMetadata, { always: true, required: true }),
  }),
);
export interface PartialObjectMetadataList extends Infer<typeof PartialObjectMetadataList> {}
