import { doc, kindDocs, type StructDoc } from "../../doc.ts";
import { RoleRef, Subject, RoleBinding } from "./rolebinding.ts";

export const rolebindingDocs: readonly StructDoc[] = [
  doc(RoleRef, "The role that a binding grants.", {
    apiGroup: "API group of the role: rbac.authorization.k8s.io.",
    kind: "Role or ClusterRole.",
    name: "Name of the role.",
  }),
  doc(Subject, "Somebody who gets a role.", {
    kind: "User, Group or ServiceAccount.",
    apiGroup: "API group of the kind; default empty for service accounts, rbac.authorization.k8s.io for the others.",
    name: "Name of the user, group or service account.",
    namespace: "Namespace of the service account; must be empty for the others.",
  }),
  ...kindDocs(RoleBinding, "Grants a role, or a cluster role, in one namespace.", {
    subjects: "Who gets the role.",
    roleRef: "A role of the same namespace, or a cluster role; it cannot change.",
  }),
];
