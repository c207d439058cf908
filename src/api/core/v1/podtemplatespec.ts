import { ref, struct, type Infer } from "../../../schema/index.ts";
import { PodSpec } from "./podspec.ts";
import { ObjectMeta } from "../../meta/v1/objectmeta.ts";

export const PodTemplateSpec = struct("io.k8s.api.core.v1.PodTemplateSpec", () => ({
  metadata: ref(1, ObjectMeta),
  spec: ref(2, PodSpec),
}));
export interface PodTemplateSpec extends Infer<typeof PodTemplateSpec> {}
