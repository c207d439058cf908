import { list, ref, string, struct, type Infer } from "../../../schema/index.ts";
import { kind, type InferKind } from "../../kind.ts";

export const RoleRef = struct(
  "io.k8s.api.rbac.v1.RoleRef",
  () => ({
    apiGroup: string(1, { always: true }),
    kind: string(2, { always: true, required: true }),
    name: string(3, { always: true, required: true, rules: ["required"] }),
  }),
  { atomic: true },
);
export interface RoleRef extends Infer<typeof RoleRef> {}

export const Subject = struct(
  "io.k8s.api.rbac.v1.Subject",
  () => ({
    kind: string(1, { always: true, required: true }),
    apiGroup: string(2),
    name: string(3, { always: true, required: true, rules: ["required"] }),
    namespace: string(4),
  }),
  { atomic: true },
);
export interface Subject extends Infer<typeof Subject> {}

export const RoleBinding = kind({
  name: "io.k8s.api.rbac.v1.RoleBinding",
  group: "rbac.authorization.k8s.io",
  version: "v1",
  kind: "RoleBinding",
  plural: "rolebindings",
  rules: { createdByUpdate: true },
  scope: "Namespaced",
  fields: () => ({
    subjects: list(2, Subject, { list: "atomic", rules: ["optional"] }),
    roleRef: ref(3, RoleRef, { required: true }),
  }),
});
export interface RoleBinding extends InferKind<typeof RoleBinding> {}
