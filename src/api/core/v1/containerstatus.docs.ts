import { doc, type StructDoc } from "../../doc.ts";
import {
  ContainerStatus,
  ResourceStatus,
  ResourceHealth,
  ContainerUser,
  LinuxContainerUser,
  VolumeMountStatus,
  VolumeStatus,
  ImageVolumeStatus,
  ContainerState,
  ContainerStateTerminated,
  ContainerStateRunning,
  ContainerStateWaiting,
} from "./containerstatus.ts";

export const containerstatusDocs: readonly StructDoc[] = [
  doc(ContainerStatus, "What is going on with one container.", {
    name: "Name of the container.",
    state: "What the container does now.",
    lastState: "How the container ended the last time, if it was restarted.",
    ready: "Whether the readiness probe succeeds; true while a container without one runs.",
    restartCount: "How many times the container was restarted.",
    image: "Image that runs; the runtime may name it differently than the spec.",
    imageID: "What identifies the image's content.",
    containerID: "The runtime's id for the container, as type://id.",
    started: "Whether the start is done: the postStart hook has run and the startup probe has succeeded.",
    allocatedResources: "Requests that the node has set aside for the container.",
    resources: "Requests and limits that are in force for the container.",
    volumeMounts: "How each volume is mounted.",
    user: "Identity that the container's first process started with.",
    allocatedResourcesStatus: "Health of the devices that the container got.",
    stopSignal: "Signal that will ask the container to stop; needs the feature gate ContainerStopSignals.",
  }),
  doc(ResourceStatus, "Health of the parts of one resource.", {
    name: "Name of the resource: an extended resource, or claim:NAME and claim:NAME/REQUEST.",
    resources: "Health of each part that the container got.",
  }),
  doc(ResourceHealth, "Health of one device.", {
    resourceID: "What identifies the device among its resource's.",
    health: "Healthy, Unhealthy or Unknown; default Unknown.",
    message: "What the driver says about the health.",
  }),
  doc(ContainerUser, "Identity that a container began with.", {
    linux: "Identity on Linux.",
  }),
  doc(LinuxContainerUser, "Identity of a process on Linux.", {
    uid: "User id.",
    gid: "Primary group id.",
    supplementalGroups: "Other groups.",
  }),
  doc(VolumeMountStatus, "How a volume is mounted in a container.", {
    name: "Name of the volume mount.",
    mountPath: "Path in the container.",
    readOnly: "Whether the mount is read-only.",
    recursiveReadOnly: "Disabled or Enabled: whether mounts below are read-only too.",
    volumeStatus: "What is known about the volume itself.",
  }),
  doc(VolumeStatus, "What is known about a mounted volume.", {
    image: "Of an image volume: which image it is; needs the feature gate ImageVolumeWithDigest.",
  }),
  doc(ImageVolumeStatus, "The image behind an image volume.", {
    imageRef: "Reference of the image with its digest; at most 256 characters.",
  }),
  doc(ContainerState, "What a container does; exactly one member is set, waiting if none is.", {
    waiting: "It has not started yet.",
    running: "It runs.",
    terminated: "It has ended.",
  }),
  doc(ContainerStateTerminated, "How a container ended.", {
    exitCode: "Exit code of the program.",
    signal: "Signal that ended the program.",
    reason: "Why it ended, in one word, such as Completed, Error or OOMKilled.",
    message: "The container's last words.",
    startedAt: "When this run began.",
    finishedAt: "When it ended.",
    containerID: "The runtime's id for the container, as type://id.",
  }),
  doc(ContainerStateRunning, "A container that runs.", {
    startedAt: "When it was started, or restarted.",
  }),
  doc(ContainerStateWaiting, "A container that doesn't run yet.", {
    reason: "Why it waits, in one word, such as ImagePullBackOff.",
    message: "Why it waits, for people.",
  }),
];
