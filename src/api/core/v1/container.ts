import {
  boolean,
  int32,
  int64,
  intOrString,
  list,
  map,
  ref,
  scalar,
  string,
  struct,
  type Infer,
} from "../../../schema/index.ts";
import { LocalObjectReference } from "./references.ts";
import { ObjectFieldSelector, ResourceFieldSelector } from "./volume.ts";

export const EphemeralContainer = struct("io.k8s.api.core.v1.EphemeralContainer", () => ({
  ephemeralContainerCommon: ref(1, EphemeralContainerCommon, { always: true, inline: true }),
  targetContainerName: string(2),
}));
export interface EphemeralContainer extends Infer<typeof EphemeralContainer> {}

export const EphemeralContainerCommon = struct("io.k8s.api.core.v1.EphemeralContainerCommon", () => ({
  name: string(1, { always: true, required: true }),
  image: string(2),
  command: list(3, scalar.string, { list: "atomic" }),
  args: list(4, scalar.string, { list: "atomic" }),
  workingDir: string(5),
  ports: list(6, ContainerPort, {
    list: "map",
    keys: ["containerPort", "protocol"],
    patch: ["merge"],
    mergeKey: "containerPort",
  }),
  envFrom: list(19, EnvFromSource, { list: "atomic" }),
  env: list(7, EnvVar, { list: "map", keys: ["name"], patch: ["merge"], mergeKey: "name" }),
  resources: ref(8, ResourceRequirements),
  resizePolicy: list(23, ContainerResizePolicy, { list: "atomic", gates: ["InPlacePodVerticalScaling"] }),
  restartPolicy: string(24, { ptr: true }),
  restartPolicyRules: list(25, ContainerRestartRule, { list: "atomic", gates: ["ContainerRestartRules"] }),
  volumeMounts: list(9, VolumeMount, { list: "map", keys: ["mountPath"], patch: ["merge"], mergeKey: "mountPath" }),
  volumeDevices: list(21, VolumeDevice, {
    list: "map",
    keys: ["devicePath"],
    patch: ["merge"],
    mergeKey: "devicePath",
  }),
  livenessProbe: ref(10, Probe, { ptr: true }),
  readinessProbe: ref(11, Probe, { ptr: true }),
  startupProbe: ref(22, Probe, { ptr: true }),
  lifecycle: ref(12, Lifecycle, { ptr: true }),
  terminationMessagePath: string(13),
  terminationMessagePolicy: string(20, { enum: ["FallbackToLogsOnError", "File"] }),
  imagePullPolicy: string(14, { enum: ["Always", "IfNotPresent", "Never"] }),
  securityContext: ref(15, SecurityContext, { ptr: true }),
  stdin: boolean(16),
  stdinOnce: boolean(17),
  tty: boolean(18),
}));
export interface EphemeralContainerCommon extends Infer<typeof EphemeralContainerCommon> {}

export const Container = struct("io.k8s.api.core.v1.Container", () => ({
  name: string(1, { always: true, required: true }),
  image: string(2),
  command: list(3, scalar.string, { list: "atomic" }),
  args: list(4, scalar.string, { list: "atomic" }),
  workingDir: string(5),
  ports: list(6, ContainerPort, {
    list: "map",
    keys: ["containerPort", "protocol"],
    patch: ["merge"],
    mergeKey: "containerPort",
  }),
  envFrom: list(19, EnvFromSource, { list: "atomic" }),
  env: list(7, EnvVar, { list: "map", keys: ["name"], patch: ["merge"], mergeKey: "name" }),
  resources: ref(8, ResourceRequirements),
  resizePolicy: list(23, ContainerResizePolicy, { list: "atomic", gates: ["InPlacePodVerticalScaling"] }),
  restartPolicy: string(24, { ptr: true }),
  restartPolicyRules: list(25, ContainerRestartRule, { list: "atomic", gates: ["ContainerRestartRules"] }),
  volumeMounts: list(9, VolumeMount, { list: "map", keys: ["mountPath"], patch: ["merge"], mergeKey: "mountPath" }),
  volumeDevices: list(21, VolumeDevice, {
    list: "map",
    keys: ["devicePath"],
    patch: ["merge"],
    mergeKey: "devicePath",
  }),
  livenessProbe: ref(10, Probe, { ptr: true }),
  readinessProbe: ref(11, Probe, { ptr: true }),
  startupProbe: ref(22, Probe, { ptr: true }),
  lifecycle: ref(12, Lifecycle, { ptr: true }),
  terminationMessagePath: string(13),
  terminationMessagePolicy: string(20, { enum: ["FallbackToLogsOnError", "File"] }),
  imagePullPolicy: string(14, { enum: ["Always", "IfNotPresent", "Never"] }),
  securityContext: ref(15, SecurityContext, { ptr: true }),
  stdin: boolean(16),
  stdinOnce: boolean(17),
  tty: boolean(18),
}));
export interface Container extends Infer<typeof Container> {}

export const SecurityContext = struct("io.k8s.api.core.v1.SecurityContext", () => ({
  capabilities: ref(1, Capabilities, { ptr: true }),
  privileged: boolean(2, { ptr: true }),
  seLinuxOptions: ref(3, SELinuxOptions, { ptr: true }),
  windowsOptions: ref(10, WindowsSecurityContextOptions, { ptr: true }),
  runAsUser: int64(4, { ptr: true }),
  runAsGroup: int64(8, { ptr: true }),
  runAsNonRoot: boolean(5, { ptr: true }),
  readOnlyRootFilesystem: boolean(6, { ptr: true }),
  allowPrivilegeEscalation: boolean(7, { ptr: true }),
  procMount: string(9, { ptr: true, enum: ["Default", "Unmasked"] }),
  seccompProfile: ref(11, SeccompProfile, { ptr: true }),
  appArmorProfile: ref(12, AppArmorProfile, { ptr: true }),
}));
export interface SecurityContext extends Infer<typeof SecurityContext> {}

export const AppArmorProfile = struct(
  "io.k8s.api.core.v1.AppArmorProfile",
  () => ({
    type: string(1, {
      always: true,
      required: true,
      enum: ["Localhost", "RuntimeDefault", "Unconfined"],
      rules: ["unionDiscriminator"],
    }),
    localhostProfile: string(2, { ptr: true }),
  }),
  { unions: [{ discriminator: "type", "fields-to-discriminateBy": { localhostProfile: "LocalhostProfile" } }] },
);
export interface AppArmorProfile extends Infer<typeof AppArmorProfile> {}

export const SeccompProfile = struct(
  "io.k8s.api.core.v1.SeccompProfile",
  () => ({
    type: string(1, {
      always: true,
      required: true,
      enum: ["Localhost", "RuntimeDefault", "Unconfined"],
      rules: ["unionDiscriminator"],
    }),
    localhostProfile: string(2, { ptr: true }),
  }),
  { unions: [{ discriminator: "type", "fields-to-discriminateBy": { localhostProfile: "LocalhostProfile" } }] },
);
export interface SeccompProfile extends Infer<typeof SeccompProfile> {}

export const WindowsSecurityContextOptions = struct("io.k8s.api.core.v1.WindowsSecurityContextOptions", () => ({
  gmsaCredentialSpecName: string(1, { ptr: true }),
  gmsaCredentialSpec: string(2, { ptr: true }),
  runAsUserName: string(3, { ptr: true }),
  hostProcess: boolean(4, { ptr: true }),
}));
export interface WindowsSecurityContextOptions extends Infer<typeof WindowsSecurityContextOptions> {}

export const SELinuxOptions = struct("io.k8s.api.core.v1.SELinuxOptions", () => ({
  user: string(1),
  role: string(2),
  type: string(3),
  level: string(4),
}));
export interface SELinuxOptions extends Infer<typeof SELinuxOptions> {}

export const Capabilities = struct("io.k8s.api.core.v1.Capabilities", () => ({
  add: list(1, scalar.string, { list: "atomic" }),
  drop: list(2, scalar.string, { list: "atomic" }),
}));
export interface Capabilities extends Infer<typeof Capabilities> {}

export const Lifecycle = struct("io.k8s.api.core.v1.Lifecycle", () => ({
  postStart: ref(1, LifecycleHandler, { ptr: true }),
  preStop: ref(2, LifecycleHandler, { ptr: true }),
  stopSignal: string(3, {
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
  }),
}));
export interface Lifecycle extends Infer<typeof Lifecycle> {}

export const LifecycleHandler = struct("io.k8s.api.core.v1.LifecycleHandler", () => ({
  exec: ref(1, ExecAction, { ptr: true }),
  httpGet: ref(2, HTTPGetAction, { ptr: true }),
  tcpSocket: ref(3, TCPSocketAction, { ptr: true }),
  sleep: ref(4, SleepAction, { ptr: true }),
}));
export interface LifecycleHandler extends Infer<typeof LifecycleHandler> {}

export const SleepAction = struct("io.k8s.api.core.v1.SleepAction", () => ({
  seconds: int64(1, { always: true, required: true }),
}));
export interface SleepAction extends Infer<typeof SleepAction> {}

export const Probe = struct("io.k8s.api.core.v1.Probe", () => ({
  handler: ref(1, ProbeHandler, { always: true, inline: true }),
  initialDelaySeconds: int32(2),
  timeoutSeconds: int32(3),
  periodSeconds: int32(4),
  successThreshold: int32(5),
  failureThreshold: int32(6),
  terminationGracePeriodSeconds: int64(7, { ptr: true }),
}));
export interface Probe extends Infer<typeof Probe> {}

export const ProbeHandler = struct("io.k8s.api.core.v1.ProbeHandler", () => ({
  exec: ref(1, ExecAction, { ptr: true }),
  httpGet: ref(2, HTTPGetAction, { ptr: true }),
  tcpSocket: ref(3, TCPSocketAction, { ptr: true }),
  grpc: ref(4, GRPCAction, { ptr: true }),
}));
export interface ProbeHandler extends Infer<typeof ProbeHandler> {}

export const GRPCAction = struct("io.k8s.api.core.v1.GRPCAction", () => ({
  port: int32(1, { always: true, required: true }),
  service: string(2, { ptr: true, always: true, documented: "" }),
}));
export interface GRPCAction extends Infer<typeof GRPCAction> {}

export const TCPSocketAction = struct("io.k8s.api.core.v1.TCPSocketAction", () => ({
  port: intOrString(1, { always: true, required: true }),
  host: string(2),
}));
export interface TCPSocketAction extends Infer<typeof TCPSocketAction> {}

export const HTTPGetAction = struct("io.k8s.api.core.v1.HTTPGetAction", () => ({
  path: string(1),
  port: intOrString(2, { always: true, required: true }),
  host: string(3),
  scheme: string(4, { enum: ["HTTP", "HTTPS"] }),
  httpHeaders: list(5, HTTPHeader, { list: "atomic" }),
}));
export interface HTTPGetAction extends Infer<typeof HTTPGetAction> {}

export const HTTPHeader = struct("io.k8s.api.core.v1.HTTPHeader", () => ({
  name: string(1, { always: true, required: true }),
  value: string(2, { always: true, required: true }),
}));
export interface HTTPHeader extends Infer<typeof HTTPHeader> {}

export const ExecAction = struct("io.k8s.api.core.v1.ExecAction", () => ({
  command: list(1, scalar.string, { list: "atomic" }),
}));
export interface ExecAction extends Infer<typeof ExecAction> {}

export const VolumeDevice = struct("io.k8s.api.core.v1.VolumeDevice", () => ({
  name: string(1, { always: true, required: true }),
  devicePath: string(2, { always: true, required: true }),
}));
export interface VolumeDevice extends Infer<typeof VolumeDevice> {}

export const VolumeMount = struct("io.k8s.api.core.v1.VolumeMount", () => ({
  name: string(1, { always: true, required: true }),
  readOnly: boolean(2),
  recursiveReadOnly: string(7, { ptr: true }),
  mountPath: string(3, { always: true, required: true }),
  subPath: string(4),
  mountPropagation: string(5, { ptr: true, enum: ["Bidirectional", "HostToContainer", "None"] }),
  subPathExpr: string(6),
}));
export interface VolumeMount extends Infer<typeof VolumeMount> {}

export const ContainerRestartRule = struct("io.k8s.api.core.v1.ContainerRestartRule", () => ({
  action: string(1, { required: true }),
  exitCodes: ref(2, ContainerRestartRuleOnExitCodes, { ptr: true, rules: ["oneOf=when"] }),
}));
export interface ContainerRestartRule extends Infer<typeof ContainerRestartRule> {}

export const ContainerRestartRuleOnExitCodes = struct("io.k8s.api.core.v1.ContainerRestartRuleOnExitCodes", () => ({
  operator: string(1, { required: true }),
  values: list(2, scalar.int32, { list: "set" }),
}));
export interface ContainerRestartRuleOnExitCodes extends Infer<typeof ContainerRestartRuleOnExitCodes> {}

export const ContainerResizePolicy = struct("io.k8s.api.core.v1.ContainerResizePolicy", () => ({
  resourceName: string(1, { always: true, required: true }),
  restartPolicy: string(2, { always: true, required: true }),
}));
export interface ContainerResizePolicy extends Infer<typeof ContainerResizePolicy> {}

export const ResourceRequirements = struct("io.k8s.api.core.v1.ResourceRequirements", () => ({
  limits: map(1, scalar.quantity),
  requests: map(2, scalar.quantity),
  claims: list(3, ResourceClaim, { list: "map", keys: ["name"], gates: ["DynamicResourceAllocation"] }),
}));
export interface ResourceRequirements extends Infer<typeof ResourceRequirements> {}

export const ResourceClaim = struct("io.k8s.api.core.v1.ResourceClaim", () => ({
  name: string(1, { always: true, required: true }),
  request: string(2),
}));
export interface ResourceClaim extends Infer<typeof ResourceClaim> {}

export const EnvVar = struct("io.k8s.api.core.v1.EnvVar", () => ({
  name: string(1, { always: true, required: true }),
  value: string(2),
  valueFrom: ref(3, EnvVarSource, { ptr: true }),
}));
export interface EnvVar extends Infer<typeof EnvVar> {}

export const EnvVarSource = struct("io.k8s.api.core.v1.EnvVarSource", () => ({
  fieldRef: ref(1, ObjectFieldSelector, { ptr: true }),
  resourceFieldRef: ref(2, ResourceFieldSelector, { ptr: true }),
  configMapKeyRef: ref(3, ConfigMapKeySelector, { ptr: true }),
  secretKeyRef: ref(4, SecretKeySelector, { ptr: true }),
  fileKeyRef: ref(5, FileKeySelector, { ptr: true, gates: ["EnvFiles"] }),
}));
export interface EnvVarSource extends Infer<typeof EnvVarSource> {}

export const FileKeySelector = struct(
  "io.k8s.api.core.v1.FileKeySelector",
  () => ({
    volumeName: string(1, { always: true, required: true }),
    path: string(2, { always: true, required: true }),
    key: string(3, { always: true, required: true }),
    optional: boolean(4, { ptr: true, default: false }),
  }),
  { atomic: true },
);
export interface FileKeySelector extends Infer<typeof FileKeySelector> {}

export const SecretKeySelector = struct(
  "io.k8s.api.core.v1.SecretKeySelector",
  () => ({
    localObjectReference: ref(1, LocalObjectReference, { always: true, inline: true }),
    key: string(2, { always: true, required: true }),
    optional: boolean(3, { ptr: true }),
  }),
  { atomic: true },
);
export interface SecretKeySelector extends Infer<typeof SecretKeySelector> {}

export const ConfigMapKeySelector = struct(
  "io.k8s.api.core.v1.ConfigMapKeySelector",
  () => ({
    localObjectReference: ref(1, LocalObjectReference, { always: true, inline: true }),
    key: string(2, { always: true, required: true }),
    optional: boolean(3, { ptr: true }),
  }),
  { atomic: true },
);
export interface ConfigMapKeySelector extends Infer<typeof ConfigMapKeySelector> {}

export const EnvFromSource = struct("io.k8s.api.core.v1.EnvFromSource", () => ({
  prefix: string(1),
  configMapRef: ref(2, ConfigMapEnvSource, { ptr: true }),
  secretRef: ref(3, SecretEnvSource, { ptr: true }),
}));
export interface EnvFromSource extends Infer<typeof EnvFromSource> {}

export const SecretEnvSource = struct("io.k8s.api.core.v1.SecretEnvSource", () => ({
  localObjectReference: ref(1, LocalObjectReference, { always: true, inline: true }),
  optional: boolean(2, { ptr: true }),
}));
export interface SecretEnvSource extends Infer<typeof SecretEnvSource> {}

export const ConfigMapEnvSource = struct("io.k8s.api.core.v1.ConfigMapEnvSource", () => ({
  localObjectReference: ref(1, LocalObjectReference, { always: true, inline: true }),
  optional: boolean(2, { ptr: true }),
}));
export interface ConfigMapEnvSource extends Infer<typeof ConfigMapEnvSource> {}

export const ContainerPort = struct("io.k8s.api.core.v1.ContainerPort", () => ({
  name: string(1),
  hostPort: int32(2),
  containerPort: int32(3, { always: true, required: true }),
  protocol: string(4, { default: "TCP", enum: ["SCTP", "TCP", "UDP"] }),
  hostIP: string(5),
}));
export interface ContainerPort extends Infer<typeof ContainerPort> {}
