import { int32, ref, string, struct, type Infer } from "../../../schema/index.ts";
import { typeMeta } from "../../kind.ts";
import { ObjectMeta } from "../../meta/v1/objectmeta.ts";

export const Scale = struct("io.k8s.api.autoscaling.v1.Scale", () => ({
  ...typeMeta(),
  metadata: ref(1, ObjectMeta),
  spec: ref(2, ScaleSpec),
  status: ref(3, ScaleStatus),
}));
export interface Scale extends Infer<typeof Scale> {}

export const ScaleStatus = struct("io.k8s.api.autoscaling.v1.ScaleStatus", () => ({
  replicas: int32(1, { always: true, required: true }),
  selector: string(2),
}));
export interface ScaleStatus extends Infer<typeof ScaleStatus> {}

export const ScaleSpec = struct("io.k8s.api.autoscaling.v1.ScaleSpec", () => ({
  replicas: int32(1, { documented: 0, rules: ["optional", "minimum=0"] }),
}));
export interface ScaleSpec extends Infer<typeof ScaleSpec> {}
