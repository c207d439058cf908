import { CONDITION, doc, type StructDoc } from "../../doc.ts";
import { Condition } from "./condition.ts";

export const conditionDocs: readonly StructDoc[] = [
  doc(Condition, "One aspect of an object's state.", {
    ...CONDITION,
    observedGeneration:
      "The metadata.generation that the condition is about; if it is lower than now, the condition is out of date.",
  }),
];
