import { boolean, int32, string } from "../../../schema/index.ts";
import { kind, type InferKind } from "../../kind.ts";

export const PriorityClass = kind({
  name: "io.k8s.api.scheduling.v1.PriorityClass",
  group: "scheduling.k8s.io",
  version: "v1",
  kind: "PriorityClass",
  plural: "priorityclasses",
  shortNames: ["pc"],
  scope: "Cluster",
  fields: () => ({
    value: int32(2, { always: true }),
    globalDefault: boolean(3),
    description: string(4),
    preemptionPolicy: string(5, { ptr: true, enum: ["Never", "PreemptLowerPriority"] }),
  }),
});
export interface PriorityClass extends InferKind<typeof PriorityClass> {}
