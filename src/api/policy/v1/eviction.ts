import { ref, struct, type Infer } from "../../../schema/index.ts";
import { typeMeta } from "../../kind.ts";
import { DeleteOptions } from "../../meta/v1/deleteoptions.ts";
import { ObjectMeta } from "../../meta/v1/objectmeta.ts";

export const Eviction = struct("io.k8s.api.policy.v1.Eviction", () => ({
  ...typeMeta(),
  metadata: ref(1, ObjectMeta),
  deleteOptions: ref(2, DeleteOptions, { ptr: true }),
}));
export interface Eviction extends Infer<typeof Eviction> {}
