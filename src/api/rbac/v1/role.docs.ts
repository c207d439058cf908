import { doc, kindDocs, type StructDoc } from "../../doc.ts";
import { PolicyRule, Role } from "./role.ts";

export const roleDocs: readonly StructDoc[] = [
  doc(PolicyRule, "Verbs that are allowed on some resources or URLs.", {
    verbs: "What may be done, such as get, list, watch, create, update, patch, delete; * for all.",
    apiGroups: 'API groups of the resources; "" for the core group, * for all.',
    resources: "Resources, or subresources as pods/log; * for all.",
    resourceNames: "Names of single objects; empty for all. Does not restrict create and deletecollection.",
    nonResourceURLs:
      "Paths outside the API's resources, such as /healthz; * at the end stands for the rest. Cluster roles only.",
  }),
  ...kindDocs(Role, "Rights in one namespace; role bindings grant it.", {
    rules: "The rights; they add up, and nothing takes rights away.",
  }),
];
