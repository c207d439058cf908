import { list, map, ref, scalar, string, struct, type Infer } from "../../../schema/index.ts";
import { kind, type InferKind } from "../../kind.ts";
import { Toleration } from "../../core/v1/affinity.ts";

export const Scheduling = struct("io.k8s.api.node.v1.Scheduling", () => ({
  nodeSelector: map(1, scalar.string, { atomic: true }),
  tolerations: list(2, Toleration, { list: "atomic" }),
}));
export interface Scheduling extends Infer<typeof Scheduling> {}

export const Overhead = struct("io.k8s.api.node.v1.Overhead", () => ({
  podFixed: map(1, scalar.quantity),
}));
export interface Overhead extends Infer<typeof Overhead> {}

export const RuntimeClass = kind({
  name: "io.k8s.api.node.v1.RuntimeClass",
  group: "node.k8s.io",
  version: "v1",
  kind: "RuntimeClass",
  plural: "runtimeclasses",
  scope: "Cluster",
  rules: { createdByUpdate: true },
  fields: () => ({
    handler: string(2, { always: true, required: true, rules: ['format="k8s-short-name"', "immutable", "required"] }),
    overhead: ref(3, Overhead, { ptr: true }),
    scheduling: ref(4, Scheduling, { ptr: true }),
  }),
});
export interface RuntimeClass extends InferKind<typeof RuntimeClass> {}
