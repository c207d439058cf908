import { CONDITION, doc, kindDocs, type StructDoc } from "../../doc.ts";
import {
  Deployment,
  DeploymentStatus,
  DeploymentCondition,
  DeploymentSpec,
  DeploymentStrategy,
  RollingUpdateDeployment,
} from "./deployment.ts";

export const deploymentDocs: readonly StructDoc[] = [
  ...kindDocs(
    Deployment,
    "Keeps a number of equal pods running, and replaces them step by step when their template changes.",
    {
      spec: "The rollout that is wanted: template, number of pods, strategy.",
      status: "What is running.",
    },
  ),
  doc(DeploymentStatus, "What a deployment has running.", {
    observedGeneration: "The metadata.generation of the spec that this status is about.",
    replicas: "Pods that there are and that aren't being deleted.",
    updatedReplicas: "Pods of the current template.",
    readyReplicas: "Pods that are ready.",
    availableReplicas: "Pods that have been ready for minReadySeconds.",
    unavailableReplicas: "Pods that are still needed to be fully available.",
    terminatingReplicas: "Pods that are being deleted.",
    conditions: "Aspects of the deployment's state.",
    collisionCount: "How often the hash in a replica set's name was already taken; goes into the next one.",
  }),
  doc(DeploymentCondition, "One aspect of a deployment's state.", {
    ...CONDITION,
    type: "Which aspect it is: Available, Progressing or ReplicaFailure.",
    lastUpdateTime: "When the condition was last written.",
  }),
  doc(DeploymentSpec, "Which pods should run, how many, and how they are replaced.", {
    replicas: "Pods that should run; default 1.",
    selector: "Labels of the pods; must match the template's, and cannot change.",
    template: "What the pods are made from; changing it starts a rollout.",
    strategy: "Whether the pods are replaced step by step (the default) or all at once.",
    minReadySeconds: "Seconds that a new pod must be ready to count as available; default 0.",
    revisionHistoryLimit: "Old replica sets to keep for going back; default 10.",
    paused: "Stops rollouts while it is true, so that several changes make one rollout.",
    progressDeadlineSeconds:
      "Seconds without progress after which the condition Progressing becomes False; default 600.",
  }),
  doc(DeploymentStrategy, "How old pods are replaced by new ones.", {
    type: "RollingUpdate (default), or Recreate to end all old pods before any new one starts.",
    rollingUpdate: "How far a rolling update may go; only with type RollingUpdate.",
  }),
  doc(RollingUpdateDeployment, "How far a rolling update may go; not both members may be 0.", {
    maxUnavailable:
      "Pods that may be missing meanwhile, as a number or percentage of replicas, rounded down; default 25%.",
    maxSurge: "Pods that may run on top meanwhile, as a number or percentage of replicas, rounded up; default 25%.",
  }),
];
