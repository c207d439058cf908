import { doc, type StructDoc } from "../../doc.ts";
import {
  VolumeNodeAffinity,
  TopologySpreadConstraint,
  Toleration,
  Affinity,
  PodAntiAffinity,
  PodAffinity,
  WeightedPodAffinityTerm,
  PodAffinityTerm,
  NodeAffinity,
  PreferredSchedulingTerm,
  NodeSelector,
  NodeSelectorTerm,
  NodeSelectorRequirement,
} from "./affinity.ts";

export const affinityDocs: readonly StructDoc[] = [
  doc(VolumeNodeAffinity, "Which nodes can reach a volume.", {
    required: "Nodes that can reach the volume; pods that use it run only there.",
  }),
  doc(TopologySpreadConstraint, "How evenly pods are spread over domains such as zones.", {
    maxSkew: "How many more matching pods a domain may have than the emptiest one; at least 1.",
    topologyKey: "Label of nodes whose values are the domains, such as topology.kubernetes.io/zone.",
    whenUnsatisfiable: "DoNotSchedule keeps the pod waiting; ScheduleAnyway only prefers emptier domains.",
    labelSelector: "Which pods of the namespace are counted.",
    minDomains:
      "Domains that there should be; with fewer, the emptiest counts as having no pods. Only with DoNotSchedule.",
    nodeAffinityPolicy:
      "Honor (default) counts only nodes that the pod's node affinity and selector allow; Ignore counts all.",
    nodeTaintsPolicy: "Honor counts only nodes whose taints the pod tolerates; Ignore (default) counts all.",
    matchLabelKeys:
      "Label keys whose values, taken from the pod, narrow down labelSelector, such as pod-template-hash.",
  }),
  doc(Toleration, "A taint that a pod puts up with.", {
    key: "Key of the taint; empty with operator Exists for all keys.",
    operator:
      "How value is compared: Equal (default), Exists for any value; Lt and Gt need the gate TaintTolerationComparisonOperators.",
    value: "Value to compare the taint's with; empty with Exists.",
    effect: "Effect that is tolerated: NoSchedule, PreferNoSchedule or NoExecute; empty for all.",
    tolerationSeconds:
      "Seconds that the pod stays once a NoExecute taint appears; absent for ever, 0 or less not at all.",
  }),
  doc(Affinity, "Rules that draw a pod to nodes and other pods, or keep it away.", {
    nodeAffinity: "Rules about the labels of nodes.",
    podAffinity: "Rules that bring the pod near other pods.",
    podAntiAffinity: "Rules that keep the pod away from other pods.",
  }),
  doc(PodAntiAffinity, "Rules that keep a pod away from others.", {
    requiredDuringSchedulingIgnoredDuringExecution:
      "Pods whose domains the pod must not be placed in; all terms hold. Later changes move nothing.",
    preferredDuringSchedulingIgnoredDuringExecution:
      "Pods whose domains are better avoided; weights of the terms add up.",
  }),
  doc(PodAffinity, "Rules that bring a pod near others.", {
    requiredDuringSchedulingIgnoredDuringExecution:
      "Pods whose domains the pod must be placed in; all terms hold. Later changes move nothing.",
    preferredDuringSchedulingIgnoredDuringExecution: "Pods whose domains are preferred; weights of the terms add up.",
  }),
  doc(WeightedPodAffinityTerm, "A preference about other pods.", {
    weight: "How much it counts, 1 to 100.",
    podAffinityTerm: "Which pods, and how near.",
  }),
  doc(PodAffinityTerm, "Some pods, and what counts as being near them.", {
    labelSelector: "Labels of the pods; absent for no pods.",
    namespaces: "Namespaces of the pods; default the pod's own, if namespaceSelector is absent too.",
    topologyKey: "Label of nodes; nodes with the same value are near each other. Must not be empty.",
    namespaceSelector: "Labels of the pods' namespaces, beside those in namespaces; an empty selector means all.",
    matchLabelKeys: "Label keys whose values, taken from the new pod, the pods must have too.",
    mismatchLabelKeys: "Label keys whose values, taken from the new pod, the pods must not have.",
  }),
  doc(NodeAffinity, "Rules about the nodes that a pod may run on.", {
    requiredDuringSchedulingIgnoredDuringExecution:
      "Nodes that the pod may be placed on. Later changes of labels move nothing.",
    preferredDuringSchedulingIgnoredDuringExecution: "Nodes that are preferred; weights of the terms add up.",
  }),
  doc(PreferredSchedulingTerm, "A preference for some nodes.", {
    weight: "How much it counts, 1 to 100.",
    preference: "Which nodes.",
  }),
  doc(NodeSelector, "Nodes that match at least one of some terms.", {
    nodeSelectorTerms: "Terms, of which one must match.",
  }),
  doc(NodeSelectorTerm, "Requirements of a node that must all hold; an empty term matches no node.", {
    matchExpressions: "Requirements of the node's labels.",
    matchFields: "Requirements of the node's fields; metadata.name is the only one.",
  }),
  doc(NodeSelectorRequirement, "A requirement of one label or field.", {
    key: "Label or field that is looked at.",
    operator: "In, NotIn, Exists, DoesNotExist, or Gt and Lt for whole numbers.",
    values: "Values to compare with: some for In and NotIn, none for Exists and DoesNotExist, one for Gt and Lt.",
  }),
];
