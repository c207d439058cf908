import { doc, kindDocs, type StructDoc } from "../../doc.ts";
import {
  PodGroupStatus,
  PodGroupResourceClaimStatus,
  PodGroupSpec,
  PodGroupResourceClaim,
  PodGroupSchedulingConstraints,
  TopologyConstraint,
  PodGroupSchedulingPolicy,
  GangSchedulingPolicy,
  BasicSchedulingPolicy,
  PodGroupTemplateReference,
  WorkloadPodGroupTemplateReference,
  PodGroup,
} from "./podgroup.ts";

export const podgroupDocs: readonly StructDoc[] = [
  doc(PodGroupStatus, "State of a pod group.", {
    conditions: "Aspects of the group's state, such as PodGroupScheduled.",
    resourceClaimStatuses: "Claims that were made for the group's claim templates.",
  }),
  doc(PodGroupResourceClaimStatus, "The claim that was made for an entry of a group's resource claims.", {
    name: "Name of the entry in spec.resourceClaims.",
    resourceClaimName: "Name of the claim; absent when none was needed.",
  }),
  doc(PodGroupSpec, "How the pods of a group are scheduled together.", {
    podGroupTemplateRef: "Template that the group was made from.",
    schedulingPolicy: "Whether the pods are scheduled together or each by itself; it cannot change.",
    schedulingConstraints: "Where the pods must be, as a group.",
    resourceClaims: "Resource claims that the pods share.",
    disruptionMode: "Pod (default) lets single pods be displaced, PodGroup only all of them.",
    priorityClassName: "Priority class of the group; default the class that is marked as the default, else priority 0.",
    priority: "Priority as a number, filled in from the class.",
  }),
  doc(PodGroupResourceClaim, "A resource claim of a group; it exists already, or is made from a template.", {
    name: "Name that pods refer to; a DNS label, unique in the group.",
    resourceClaimName: "Name of an existing claim in the group's namespace.",
    resourceClaimTemplateName: "Template to make a claim of the group's own from; the claim is deleted with the group.",
  }),
  doc(PodGroupSchedulingConstraints, "Where the pods of a group must be.", {
    topology: "Domains that all pods must be in together.",
  }),
  doc(TopologyConstraint, "A domain that all pods must be in together.", {
    key: "Label of nodes whose values are the domains, such as topology.kubernetes.io/zone.",
  }),
  doc(PodGroupSchedulingPolicy, "How pods are scheduled; exactly one member is set.", {
    basic: "Each pod by itself.",
    gang: "All or none.",
  }),
  doc(GangSchedulingPolicy, "All pods or none.", {
    minCount: "Pods that must find a place at once, or none of them gets one.",
  }),
  doc(BasicSchedulingPolicy, "Each pod by itself; it has no settings.", {}),
  doc(PodGroupTemplateReference, "The template that a group was made from; exactly one member is set.", {
    workload: "The workload that has the template.",
  }),
  doc(WorkloadPodGroupTemplateReference, "A template in a workload.", {
    workloadName: "Name of the workload, in the group's namespace.",
    podGroupTemplateName: "Name of the template in the workload.",
  }),
  ...kindDocs(PodGroup, "Pods that are scheduled together; pods name it in schedulingGroup.", {
    spec: "How they are scheduled.",
    status: "State of the group.",
  }),
];
