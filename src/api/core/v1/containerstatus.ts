import {
  boolean,
  int32,
  int64,
  list,
  map,
  ref,
  scalar,
  string,
  struct,
  time,
  type Infer,
} from "../../../schema/index.ts";
import { ResourceRequirements } from "./container.ts";

export const ContainerStatus = struct("io.k8s.api.core.v1.ContainerStatus", () => ({
  name: string(1, { always: true, required: true }),
  state: ref(2, ContainerState),
  lastState: ref(3, ContainerState),
  ready: boolean(4, { always: true, required: true }),
  restartCount: int32(5, { always: true, required: true }),
  image: string(6, { always: true, required: true }),
  imageID: string(7, { always: true, required: true }),
  containerID: string(8),
  started: boolean(9, { ptr: true }),
  allocatedResources: map(10, scalar.quantity),
  resources: ref(11, ResourceRequirements, { ptr: true, gates: ["InPlacePodVerticalScaling"] }),
  volumeMounts: list(12, VolumeMountStatus, {
    list: "map",
    keys: ["mountPath"],
    patch: ["merge"],
    mergeKey: "mountPath",
  }),
  user: ref(13, ContainerUser, { ptr: true, gates: ["SupplementalGroupsPolicy"] }),
  allocatedResourcesStatus: list(14, ResourceStatus, {
    list: "map",
    keys: ["name"],
    patch: ["merge"],
    mergeKey: "name",
    gates: ["ResourceHealthStatus"],
  }),
  stopSignal: string(15, {
    ptr: true,
    enum: [
      "SIGABRT",
      "SIGALRM",
      "SIGBUS",
      "SIGCHLD",
      "SIGCLD",
      "SIGCONT",
      "SIGFPE",
      "SIGHUP",
      "SIGILL",
      "SIGINT",
      "SIGIO",
      "SIGIOT",
      "SIGKILL",
      "SIGPIPE",
      "SIGPOLL",
      "SIGPROF",
      "SIGPWR",
      "SIGQUIT",
      "SIGRTMAX",
      "SIGRTMAX-1",
      "SIGRTMAX-10",
      "SIGRTMAX-11",
      "SIGRTMAX-12",
      "SIGRTMAX-13",
      "SIGRTMAX-14",
      "SIGRTMAX-2",
      "SIGRTMAX-3",
      "SIGRTMAX-4",
      "SIGRTMAX-5",
      "SIGRTMAX-6",
      "SIGRTMAX-7",
      "SIGRTMAX-8",
      "SIGRTMAX-9",
      "SIGRTMIN",
      "SIGRTMIN+1",
      "SIGRTMIN+10",
      "SIGRTMIN+11",
      "SIGRTMIN+12",
      "SIGRTMIN+13",
      "SIGRTMIN+14",
      "SIGRTMIN+15",
      "SIGRTMIN+2",
      "SIGRTMIN+3",
      "SIGRTMIN+4",
      "SIGRTMIN+5",
      "SIGRTMIN+6",
      "SIGRTMIN+7",
      "SIGRTMIN+8",
      "SIGRTMIN+9",
      "SIGSEGV",
      "SIGSTKFLT",
      "SIGSTOP",
      "SIGSYS",
      "SIGTERM",
      "SIGTRAP",
      "SIGTSTP",
      "SIGTTIN",
      "SIGTTOU",
      "SIGURG",
      "SIGUSR1",
      "SIGUSR2",
      "SIGVTALRM",
      "SIGWINCH",
      "SIGXCPU",
      "SIGXFSZ",
    ],
    gates: ["ContainerStopSignals"],
  }),
}));
export interface ContainerStatus extends Infer<typeof ContainerStatus> {}

export const ResourceStatus = struct("io.k8s.api.core.v1.ResourceStatus", () => ({
  name: string(1, { always: true, required: true }),
  resources: list(2, ResourceHealth, { list: "map", keys: ["resourceID"] }),
}));
export interface ResourceStatus extends Infer<typeof ResourceStatus> {}

export const ResourceHealth = struct("io.k8s.api.core.v1.ResourceHealth", () => ({
  resourceID: string(1, { always: true, required: true }),
  health: string(2),
  message: string(6, { ptr: true, gates: ["ResourceHealthStatusMessage"] }),
}));
export interface ResourceHealth extends Infer<typeof ResourceHealth> {}

export const ContainerUser = struct("io.k8s.api.core.v1.ContainerUser", () => ({
  linux: ref(1, LinuxContainerUser, { ptr: true }),
}));
export interface ContainerUser extends Infer<typeof ContainerUser> {}

export const LinuxContainerUser = struct("io.k8s.api.core.v1.LinuxContainerUser", () => ({
  uid: int64(1, { always: true, required: true }),
  gid: int64(2, { always: true, required: true }),
  supplementalGroups: list(3, scalar.int64, { list: "atomic" }),
}));
export interface LinuxContainerUser extends Infer<typeof LinuxContainerUser> {}

export const VolumeMountStatus = struct("io.k8s.api.core.v1.VolumeMountStatus", () => ({
  name: string(1, { always: true, required: true }),
  mountPath: string(2, { always: true, required: true }),
  readOnly: boolean(3),
  recursiveReadOnly: string(4, { ptr: true }),
  volumeStatus: ref(5, VolumeStatus, { ptr: true }),
}));
export interface VolumeMountStatus extends Infer<typeof VolumeMountStatus> {}

export const VolumeStatus = struct("io.k8s.api.core.v1.VolumeStatus", () => ({
  image: ref(1, ImageVolumeStatus, { ptr: true, gates: ["ImageVolumeWithDigest"] }),
}));
export interface VolumeStatus extends Infer<typeof VolumeStatus> {}

export const ImageVolumeStatus = struct("io.k8s.api.core.v1.ImageVolumeStatus", () => ({
  imageRef: string(1, { required: true, rules: ["MaxLength=256"] }),
}));
export interface ImageVolumeStatus extends Infer<typeof ImageVolumeStatus> {}

export const ContainerState = struct("io.k8s.api.core.v1.ContainerState", () => ({
  waiting: ref(1, ContainerStateWaiting, { ptr: true }),
  running: ref(2, ContainerStateRunning, { ptr: true }),
  terminated: ref(3, ContainerStateTerminated, { ptr: true }),
}));
export interface ContainerState extends Infer<typeof ContainerState> {}

export const ContainerStateTerminated = struct("io.k8s.api.core.v1.ContainerStateTerminated", () => ({
  exitCode: int32(1, { always: true, required: true }),
  signal: int32(2),
  reason: string(3),
  message: string(4),
  startedAt: time(5),
  finishedAt: time(6),
  containerID: string(7),
}));
export interface ContainerStateTerminated extends Infer<typeof ContainerStateTerminated> {}

export const ContainerStateRunning = struct("io.k8s.api.core.v1.ContainerStateRunning", () => ({
  startedAt: time(1),
}));
export interface ContainerStateRunning extends Infer<typeof ContainerStateRunning> {}

export const ContainerStateWaiting = struct("io.k8s.api.core.v1.ContainerStateWaiting", () => ({
  reason: string(1),
  message: string(2),
}));
export interface ContainerStateWaiting extends Infer<typeof ContainerStateWaiting> {}
