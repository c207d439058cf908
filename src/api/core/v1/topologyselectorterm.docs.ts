import { doc, type StructDoc } from "../../doc.ts";
import { TopologySelectorTerm, TopologySelectorLabelRequirement } from "./topologyselectorterm.ts";

export const topologyselectortermDocs: readonly StructDoc[] = [
  doc(TopologySelectorTerm, "A place for volumes, by labels of nodes that must all match.", {
    matchLabelExpressions: "The labels.",
  }),
  doc(TopologySelectorLabelRequirement, "A label with one of some values.", {
    key: "Key of the label.",
    values: "Values, of which one must be the label's.",
  }),
];
