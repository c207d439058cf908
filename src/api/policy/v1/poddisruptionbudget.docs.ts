import { doc, kindDocs, type StructDoc } from "../../doc.ts";
import { PodDisruptionBudget, PodDisruptionBudgetStatus, PodDisruptionBudgetSpec } from "./poddisruptionbudget.ts";

export const poddisruptionbudgetDocs: readonly StructDoc[] = [
  ...kindDocs(
    PodDisruptionBudget,
    "How many of some pods must stay up while others are evicted, as when nodes are drained.",
    {
      spec: "Which pods, and how many must stay up.",
      status: "How many may be evicted now.",
    },
  ),
  doc(PodDisruptionBudgetStatus, "How many pods may be evicted now.", {
    observedGeneration: "The metadata.generation of the spec that this status is about.",
    disruptedPods: "Pods whose eviction was granted and that aren't gone yet, with the time of it.",
    disruptionsAllowed: "Pods that may be evicted now.",
    currentHealthy: "Pods that are healthy.",
    desiredHealthy: "Pods that must be healthy at least.",
    expectedPods: "Pods that the budget counts.",
    conditions: "Aspects of the budget's state; DisruptionAllowed says whether any pod may go.",
  }),
  doc(PodDisruptionBudgetSpec, "Which pods, and how many must stay up; either minAvailable or maxUnavailable is set.", {
    minAvailable: "Pods that must stay up, as a number or percentage; 100% forbids every eviction.",
    selector: "Labels of the pods; an empty selector means all of the namespace, absent none.",
    maxUnavailable: "Pods that may be down, as a number or percentage; 0 forbids every eviction.",
    unhealthyPodEvictionPolicy:
      "When pods that aren't ready may go: IfHealthyBudget (default) if enough others are up, or AlwaysAllow.",
  }),
];
