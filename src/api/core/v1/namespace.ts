import { list, ref, scalar, string, struct, time, type Infer } from "../../../schema/index.ts";
import { kind, type InferKind } from "../../kind.ts";

export const NamespaceStatus = struct("io.k8s.api.core.v1.NamespaceStatus", () => ({
  phase: string(1, { enum: ["Active", "Terminating"] }),
  conditions: list(2, NamespaceCondition, { list: "map", keys: ["type"], patch: ["merge"], mergeKey: "type" }),
}));
export interface NamespaceStatus extends Infer<typeof NamespaceStatus> {}

export const NamespaceCondition = struct("io.k8s.api.core.v1.NamespaceCondition", () => ({
  type: string(1, { always: true, required: true }),
  status: string(2, { always: true, required: true }),
  lastTransitionTime: time(4),
  reason: string(5),
  message: string(6),
}));
export interface NamespaceCondition extends Infer<typeof NamespaceCondition> {}

export const NamespaceSpec = struct("io.k8s.api.core.v1.NamespaceSpec", () => ({
  finalizers: list(1, scalar.string, { list: "atomic" }),
}));
export interface NamespaceSpec extends Infer<typeof NamespaceSpec> {}

export const Namespace = kind({
  name: "io.k8s.api.core.v1.Namespace",
  group: "",
  version: "v1",
  kind: "Namespace",
  plural: "namespaces",
  rules: { returnsDeleted: "untold" },
  shortNames: ["ns"],
  scope: "Cluster",
  verbs: ["create", "delete", "get", "list", "patch", "update", "watch"],
  subresources: [
    { name: "finalize", verbs: ["update"] },
    { name: "status", verbs: ["get", "patch", "update"] },
  ],
  fields: () => ({
    spec: ref(2, NamespaceSpec),
    status: ref(3, NamespaceStatus),
  }),
});
export interface Namespace extends InferKind<typeof Namespace> {}
