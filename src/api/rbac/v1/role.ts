import { list, scalar, struct, type Infer } from "../../../schema/index.ts";
import { kind, type InferKind } from "../../kind.ts";

export const PolicyRule = struct("io.k8s.api.rbac.v1.PolicyRule", () => ({
  verbs: list(1, scalar.string, { always: true, required: true, list: "atomic", rules: ["required"] }),
  apiGroups: list(2, scalar.string, { list: "atomic" }),
  resources: list(3, scalar.string, { list: "atomic" }),
  resourceNames: list(4, scalar.string, { list: "atomic" }),
  nonResourceURLs: list(5, scalar.string, { list: "atomic" }),
}));
export interface PolicyRule extends Infer<typeof PolicyRule> {}

export const Role = kind({
  name: "io.k8s.api.rbac.v1.Role",
  group: "rbac.authorization.k8s.io",
  version: "v1",
  kind: "Role",
  plural: "roles",
  rules: { createdByUpdate: true },
  scope: "Namespaced",
  fields: () => ({
    rules: list(2, PolicyRule, { always: true, list: "atomic", rules: ["optional"] }),
  }),
});
export interface Role extends InferKind<typeof Role> {}
