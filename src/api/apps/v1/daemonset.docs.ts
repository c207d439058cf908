import { CONDITION, doc, kindDocs, type StructDoc } from "../../doc.ts";
import {
  DaemonSet,
  DaemonSetStatus,
  DaemonSetCondition,
  DaemonSetSpec,
  DaemonSetUpdateStrategy,
  RollingUpdateDaemonSet,
} from "./daemonset.ts";

export const daemonsetDocs: readonly StructDoc[] = [
  ...kindDocs(DaemonSet, "Runs one pod on every node that fits.", {
    spec: "What runs, and how it is updated.",
    status: "What is running.",
  }),
  doc(DaemonSetStatus, "What a daemon set has running.", {
    currentNumberScheduled: "Nodes that should run the pod and have one.",
    numberMisscheduled: "Nodes that have the pod and should not.",
    desiredNumberScheduled: "Nodes that should run the pod.",
    numberReady: "Nodes that should run the pod and have one that is ready.",
    observedGeneration: "The metadata.generation of the spec that this status is about.",
    updatedNumberScheduled: "Nodes that have a pod of the current template.",
    numberAvailable: "Nodes whose pod has been ready for minReadySeconds.",
    numberUnavailable: "Nodes that should run the pod and have none that is available.",
    collisionCount: "How often the hash in a name was already taken; goes into the next one.",
    conditions: "Aspects of the daemon set's state.",
  }),
  doc(DaemonSetCondition, "One aspect of a daemon set's state.", {
    ...CONDITION,
  }),
  doc(DaemonSetSpec, "What runs on every node, and how it is updated.", {
    selector: "Labels of the pods; must match the template's, and cannot change.",
    template: "What the pods are made from; its node selector, affinity and tolerations say which nodes fit.",
    updateStrategy: "How pods are replaced when the template changes.",
    minReadySeconds: "Seconds that a new pod must be ready to count as available; default 0.",
    revisionHistoryLimit: "Old states to keep for going back; default 10.",
  }),
  doc(DaemonSetUpdateStrategy, "How pods are replaced.", {
    type: "RollingUpdate (default), or OnDelete to wait until somebody deletes the old ones.",
    rollingUpdate: "How far a rolling update may go; only with type RollingUpdate.",
  }),
  doc(RollingUpdateDaemonSet, "How far a rolling update may go; not both members may be 0.", {
    maxUnavailable: "Nodes that may be without an available pod, as a number or percentage; default 1.",
    maxSurge: "Nodes that may have a new pod beside the old one, as a number or percentage; default 0.",
  }),
];
