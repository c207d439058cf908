import { kindDocs, type StructDoc } from "../../doc.ts";
import { ClusterRoleBinding } from "./clusterrolebinding.ts";

export const clusterrolebindingDocs: readonly StructDoc[] = [
  ...kindDocs(ClusterRoleBinding, "Grants a cluster role everywhere.", {
    subjects: "Who gets the role.",
    roleRef: "The cluster role; it cannot change.",
  }),
];
