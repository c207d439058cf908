import { doc, kindDocs, type StructDoc } from "../../doc.ts";
import { WorkloadSpec, PodGroupTemplate, TypedLocalObjectReference, Workload } from "./workload.ts";

export const workloadDocs: readonly StructDoc[] = [
  doc(WorkloadSpec, "Which groups of pods a workload has.", {
    controllerRef: "Object that the workload belongs to, such as a job; for people and tools only.",
    podGroupTemplates: "One template for each kind of group; they cannot change.",
  }),
  doc(PodGroupTemplate, "What groups are made from.", {
    name: "Name of the template, unique in the workload; a DNS label.",
    schedulingPolicy: "Whether the pods are scheduled together or each by itself.",
    schedulingConstraints: "Where the pods must be, as a group.",
    resourceClaims: "Resource claims that the pods of a group share.",
    disruptionMode: "Pod lets single pods be displaced, PodGroup only all of them.",
    priorityClassName:
      "Priority class of the groups; default the class that is marked as the default, else priority 0.",
    priority: "Priority as a number, filled in from the class.",
  }),
  doc(TypedLocalObjectReference, "An object of some kind in the same namespace.", {
    apiGroup: "API group of the kind; absent for the core group.",
    kind: "Kind of the object.",
    name: "Name of the object.",
  }),
  ...kindDocs(Workload, "Groups of pods that an application consists of, and how they are scheduled.", {
    spec: "The groups.",
  }),
];
