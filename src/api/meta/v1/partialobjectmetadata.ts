import { ref, struct, type Infer } from "../../../schema/index.ts";
import { typeMeta } from "../../kind.ts";
import { ObjectMeta } from "./objectmeta.ts";

export const PartialObjectMetadata = struct("io.k8s.apimachinery.pkg.apis.meta.v1.PartialObjectMetadata", () => ({
  ...typeMeta(),
  metadata: ref(1, ObjectMeta),
}));
export interface PartialObjectMetadata extends Infer<typeof PartialObjectMetadata> {}
