import { doc, kindDocs, type StructDoc } from "../../doc.ts";
import { LimitRange, LimitRangeSpec, LimitRangeItem } from "./limitrange.ts";

export const limitrangeDocs: readonly StructDoc[] = [
  ...kindDocs(LimitRange, "Limits and defaults for the resources of each pod, container or claim of a namespace.", {
    spec: "The limits.",
  }),
  doc(LimitRangeSpec, "Limits of a namespace.", {
    limits: "Limits, one for each type of thing.",
  }),
  doc(LimitRangeItem, "Limits of one type of thing.", {
    type: "What is limited: Pod, Container or PersistentVolumeClaim.",
    max: "Most of each resource that one may have.",
    min: "Least of each resource that one may have.",
    default: "Limit of containers that don't say theirs.",
    defaultRequest: "Request of containers that don't say theirs; default the limit.",
    maxLimitRequestRatio: "How many times the request a limit may be.",
  }),
];
