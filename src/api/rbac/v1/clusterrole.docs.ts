import { doc, kindDocs, type StructDoc } from "../../doc.ts";
import { AggregationRule, ClusterRole } from "./clusterrole.ts";

export const clusterroleDocs: readonly StructDoc[] = [
  doc(AggregationRule, "Which roles a cluster role is put together from.", {
    clusterRoleSelectors: "Labels of cluster roles; the rules of all that match one of the selectors are taken.",
  }),
  ...kindDocs(ClusterRole, "Rights in all namespaces and on things that are in none; bindings grant it.", {
    rules: "The rights; they add up, and nothing takes rights away.",
    aggregationRule: "Puts the rules together from other cluster roles; rules of your own are then overwritten.",
  }),
];
