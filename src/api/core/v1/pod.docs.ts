import { CONDITION, doc, kindDocs, type StructDoc } from "../../doc.ts";
import {
  Pod,
  PodStatus,
  NodeAllocatableResourceClaimStatus,
  PodExtendedResourceClaimStatus,
  ContainerExtendedResourceRequest,
  PodResourceClaimStatus,
  PodIP,
  HostIP,
  PodCondition,
} from "./pod.ts";

export const podDocs: readonly StructDoc[] = [
  ...kindDocs(Pod, "The smallest thing that runs: containers that share a node, an IP address and volumes.", {
    spec: "What the pod should run; nearly nothing of it can change later.",
    status: "What is going on with the pod, as the kubelet last told.",
  }),
  doc(PodStatus, "What is going on with a pod.", {
    observedGeneration: "The metadata.generation of the spec that this status is about.",
    phase:
      "Where the pod is in its life: Pending, Running, Succeeded, Failed, or Unknown when its node doesn't answer.",
    conditions: "Conditions such as PodScheduled, Initialized, ContainersReady and Ready.",
    message: "Why the pod is in this state, for people.",
    reason: "Why the pod is in this state, in one word, such as Evicted.",
    nominatedNodeName:
      "Node on which room is being made for the pod by displacing others; it may still land elsewhere.",
    hostIP: "Address of the node that runs the pod.",
    hostIPs: "All addresses of the node, hostIP first.",
    podIP: "Address of the pod, for traffic inside the cluster.",
    podIPs: "Addresses of the pod, at most one of each IP family, podIP first.",
    startTime: "When the kubelet accepted the pod, before it pulled any image.",
    initContainerStatuses: "What became of each init container.",
    containerStatuses: "What is going on with each container.",
    qosClass:
      "Guaranteed, Burstable or BestEffort, by the requests and limits; says who is evicted first when a node runs short.",
    ephemeralContainerStatuses: "What is going on with each ephemeral container.",
    resize:
      "Progress of a resize in the words of earlier versions; see the conditions PodResizePending and PodResizeInProgress.",
    resourceClaimStatuses: "Claims that were made for the pod's resource claim templates.",
    extendedResourceClaimStatus: "Claim that was made for extended resources which devices of a driver back.",
    allocatedResources: "Requests that the node has set aside for the pod as a whole.",
    resources: "Requests and limits that are in force for the pod as a whole.",
    nodeAllocatableResourceClaimStatuses:
      "How much of the node's own resources the claims take; needs the feature gate DRANodeAllocatableResources.",
  }),
  doc(NodeAllocatableResourceClaimStatus, "What one resource claim takes of a node's own resources.", {
    resourceClaimName: "Name of the claim.",
    containers: "Containers that use the claim.",
    resources: "Amount of each resource that the claim takes.",
  }),
  doc(PodExtendedResourceClaimStatus, "The claim that backs a pod's extended resources.", {
    requestMappings: "Which request of the claim stands for which container's resource.",
    resourceClaimName: "Name of the claim, in the pod's namespace.",
  }),
  doc(ContainerExtendedResourceRequest, "The request of a claim that stands for a container's extended resource.", {
    containerName: "Container that asks for the resource.",
    resourceName: "Extended resource that it asks for.",
    requestName: "Request in the claim.",
  }),
  doc(PodResourceClaimStatus, "The claim that was made for an entry of a pod's resource claims.", {
    name: "Name of the entry in spec.resourceClaims.",
    resourceClaimName: "Name of the claim; absent when none was needed.",
  }),
  doc(PodIP, "An address of a pod.", {
    ip: "The IPv4 or IPv6 address.",
  }),
  doc(HostIP, "An address of a node.", {
    ip: "The IPv4 or IPv6 address.",
  }),
  doc(PodCondition, "One aspect of a pod's state.", {
    ...CONDITION,
    type: "Which aspect it is, such as Ready or PodScheduled; other controllers may add their own.",
    observedGeneration: "The metadata.generation of the spec that this condition is about.",
    lastProbeTime: "When the condition was last looked at.",
  }),
];
