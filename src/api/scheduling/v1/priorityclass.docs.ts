import { kindDocs, type StructDoc } from "../../doc.ts";
import { PriorityClass } from "./priorityclass.ts";

export const priorityclassDocs: readonly StructDoc[] = [
  ...kindDocs(PriorityClass, "A name for a priority of pods.", {
    value: "The priority; higher ones come first. Up to 1000000000, since more is the system's. It cannot change.",
    globalDefault: "Whether pods without a class get this one; only one class may say so.",
    description: "What the class is for, in your own words.",
    preemptionPolicy:
      "PreemptLowerPriority (default) or Never: whether the pods may displace others. It cannot change.",
  }),
];
