import { CONDITION, doc, kindDocs, type StructDoc } from "../../doc.ts";
import {
  StatefulSet,
  StatefulSetStatus,
  StatefulSetCondition,
  StatefulSetSpec,
  StatefulSetOrdinals,
  StatefulSetPersistentVolumeClaimRetentionPolicy,
  StatefulSetUpdateStrategy,
  RollingUpdateStatefulSetStrategy,
} from "./statefulset.ts";

export const statefulsetDocs: readonly StructDoc[] = [
  ...kindDocs(
    StatefulSet,
    "Keeps numbered pods running, each with a name and volumes that it keeps when it is replaced.",
    {
      spec: "The pods that are wanted, with their volumes.",
      status: "What is running.",
    },
  ),
  doc(StatefulSetStatus, "What a stateful set has running.", {
    observedGeneration: "The metadata.generation of the spec that this status is about.",
    replicas: "Pods that there are.",
    readyReplicas: "Pods that are ready.",
    currentReplicas: "Pods of the revision currentRevision.",
    updatedReplicas: "Pods of the revision updateRevision.",
    currentRevision: "Revision that pods had before the update.",
    updateRevision: "Revision that pods have after the update.",
    collisionCount: "How often the hash in a revision's name was already taken; goes into the next one.",
    conditions: "Aspects of the stateful set's state.",
    availableReplicas: "Pods that have been ready for minReadySeconds.",
  }),
  doc(StatefulSetCondition, "One aspect of a stateful set's state.", {
    ...CONDITION,
  }),
  doc(StatefulSetSpec, "Which pods should run, how many, and with which volumes.", {
    replicas: "Pods that should run; default 1.",
    selector: "Labels of the pods; must match the template's, and cannot change.",
    template: "What the pods are made from; each is named after the set, with a hyphen and its number.",
    volumeClaimTemplates: "Claims that each pod gets for itself, and finds again when it is replaced.",
    serviceName: "Headless service that gives the pods DNS names; it must be made by hand, and cannot change here.",
    podManagementPolicy: "OrderedReady (default) starts and stops pods one by one in order; Parallel all at once.",
    updateStrategy: "How pods are replaced when the template changes.",
    revisionHistoryLimit: "Old states to keep for going back; default 10.",
    minReadySeconds: "Seconds that a new pod must be ready to count as available; default 0.",
    persistentVolumeClaimRetentionPolicy: "What becomes of the pods' claims; default they stay.",
    ordinals: "How the pods are numbered.",
  }),
  doc(StatefulSetOrdinals, "How pods are numbered.", {
    start: "Number of the first pod; default 0.",
  }),
  doc(StatefulSetPersistentVolumeClaimRetentionPolicy, "What becomes of claims that are no longer needed.", {
    whenDeleted: "What happens when the set is deleted: Retain (default) or Delete.",
    whenScaled: "What happens to claims of pods that scaling down removed: Retain (default) or Delete.",
  }),
  doc(StatefulSetUpdateStrategy, "How pods are replaced.", {
    type: "RollingUpdate (default), from the highest number down, or OnDelete to wait until somebody deletes the old ones.",
    rollingUpdate: "How far a rolling update goes; only with type RollingUpdate.",
  }),
  doc(RollingUpdateStatefulSetStrategy, "How far a rolling update goes.", {
    partition: "Only pods with this number or a higher one are updated; default 0, all.",
    maxUnavailable:
      "Pods that may be missing meanwhile, as a number or percentage; default 1. Needs the gate MaxUnavailableStatefulSet.",
  }),
];
