import { doc, type StructDoc } from "../../doc.ts";
import { FieldSelectorRequirement } from "./fieldselectorrequirement.ts";

export const fieldselectorrequirementDocs: readonly StructDoc[] = [
  doc(FieldSelectorRequirement, "A requirement of one field.", {
    key: "Path of the field.",
    operator: "In, NotIn, Exists or DoesNotExist.",
    values: "Values to compare with: some for In and NotIn, none for Exists and DoesNotExist.",
  }),
];
