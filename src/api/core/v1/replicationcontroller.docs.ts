import { CONDITION, doc, kindDocs, type StructDoc } from "../../doc.ts";
import {
  ReplicationController,
  ReplicationControllerStatus,
  ReplicationControllerCondition,
  ReplicationControllerSpec,
} from "./replicationcontroller.ts";

export const replicationcontrollerDocs: readonly StructDoc[] = [
  ...kindDocs(ReplicationController, "Keeps a number of equal pods running; the forerunner of ReplicaSet.", {
    spec: "The pods that are wanted.",
    status: "What is running.",
  }),
  doc(ReplicationControllerStatus, "What a replication controller has running.", {
    replicas: "Pods that there are.",
    fullyLabeledReplicas: "Pods that have all labels of the template.",
    readyReplicas: "Pods that are ready.",
    availableReplicas: "Pods that have been ready for minReadySeconds.",
    observedGeneration: "The metadata.generation of the spec that this status is about.",
    conditions: "Aspects of the controller's state.",
  }),
  doc(ReplicationControllerCondition, "One aspect of a replication controller's state.", {
    ...CONDITION,
    type: "Which aspect it is, such as ReplicaFailure.",
  }),
  doc(ReplicationControllerSpec, "Which pods should run, and how many.", {
    replicas: "Pods that should run; default 1.",
    minReadySeconds: "Seconds that a new pod must be ready to count as available; default 0.",
    selector: "Labels of the pods; default the template's labels.",
    template: "What new pods are made from.",
  }),
];
