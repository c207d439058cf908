import { list, ref } from "../../../schema/index.ts";
import { kind, type InferKind } from "../../kind.ts";
import { RoleRef, Subject } from "./rolebinding.ts";

export const ClusterRoleBinding = kind({
  name: "io.k8s.api.rbac.v1.ClusterRoleBinding",
  group: "rbac.authorization.k8s.io",
  version: "v1",
  kind: "ClusterRoleBinding",
  plural: "clusterrolebindings",
  rules: { createdByUpdate: true },
  scope: "Cluster",
  fields: () => ({
    subjects: list(2, Subject, { list: "atomic", rules: ["optional"] }),
    roleRef: ref(3, RoleRef, { required: true }),
  }),
});
export interface ClusterRoleBinding extends InferKind<typeof ClusterRoleBinding> {}
