import { CONDITION, doc, kindDocs, type StructDoc } from "../../doc.ts";
import { ReplicaSet, ReplicaSetStatus, ReplicaSetCondition, ReplicaSetSpec } from "./replicaset.ts";

export const replicasetDocs: readonly StructDoc[] = [
  ...kindDocs(ReplicaSet, "Keeps a number of equal pods running; deployments make them, so you rarely have to.", {
    spec: "The pods that are wanted.",
    status: "What is running.",
  }),
  doc(ReplicaSetStatus, "What a replica set has running.", {
    replicas: "Pods that there are and that aren't being deleted.",
    fullyLabeledReplicas: "Pods that have all labels of the template.",
    readyReplicas: "Pods that are ready.",
    availableReplicas: "Pods that have been ready for minReadySeconds.",
    terminatingReplicas: "Pods that are being deleted.",
    observedGeneration: "The metadata.generation of the spec that this status is about.",
    conditions: "Aspects of the replica set's state.",
  }),
  doc(ReplicaSetCondition, "One aspect of a replica set's state.", {
    ...CONDITION,
    type: "Which aspect it is, such as ReplicaFailure.",
  }),
  doc(ReplicaSetSpec, "Which pods should run, and how many.", {
    replicas: "Pods that should run; default 1.",
    minReadySeconds: "Seconds that a new pod must be ready to count as available; default 0.",
    selector: "Labels of the pods; must match the template's, and cannot change.",
    template: "What new pods are made from; pods that run stay as they are.",
  }),
];
