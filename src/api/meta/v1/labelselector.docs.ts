import { doc, type StructDoc } from "../../doc.ts";
import { LabelSelector, LabelSelectorRequirement } from "./labelselector.ts";

export const labelselectorDocs: readonly StructDoc[] = [
  doc(
    LabelSelector,
    "Chooses objects by their labels; all requirements must hold. An empty selector chooses all, none chooses nothing.",
    {
      matchLabels: "Labels that must be there with these values.",
      matchExpressions: "Further requirements of the labels.",
    },
  ),
  doc(LabelSelectorRequirement, "A requirement of one label.", {
    key: "Key of the label.",
    operator: "In, NotIn, Exists or DoesNotExist.",
    values: "Values to compare with: some for In and NotIn, none for Exists and DoesNotExist.",
  }),
];
