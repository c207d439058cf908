/**
 * The container runtime as the kubelet sees it: CRI v1 in our words. Instants are milliseconds since the epoch; a
 * stream is a set of pipes, whatever transport the runtime uses for it.
 */
import type { Duplex } from "../../net/index.ts";

export type StringMap = Readonly<Record<string, string>>;
export type NamespaceMode = "Pod" | "Container" | "Node" | "Target";

export interface NamespaceOptions {
  readonly network: NamespaceMode;
  readonly pid: NamespaceMode;
  readonly ipc: NamespaceMode;
  readonly targetId?: string;
}

export interface SecurityProfile {
  readonly type: "RuntimeDefault" | "Unconfined" | "Localhost";
  readonly localhostRef?: string;
}

export interface SandboxMetadata {
  readonly name: string;
  readonly uid: string;
  readonly namespace: string;
  readonly attempt: number;
}

export interface DnsConfig {
  readonly servers: readonly string[];
  readonly searches: readonly string[];
  readonly options: readonly string[];
}

export interface PortMapping {
  readonly protocol: "TCP" | "UDP" | "SCTP";
  readonly containerPort: number;
  readonly hostPort: number;
  readonly hostIp: string;
}

export interface SandboxConfig {
  readonly metadata: SandboxMetadata;
  readonly hostname: string;
  readonly logDirectory: string;
  readonly dns?: DnsConfig;
  readonly portMappings: readonly PortMapping[];
  readonly labels: StringMap;
  readonly annotations: StringMap;
  readonly cgroupParent: string;
  readonly sysctls: StringMap;
  readonly security: SandboxSecurity;
}

export interface SandboxSecurity {
  readonly namespaces: NamespaceOptions;
  readonly runAsUser?: number;
  readonly runAsGroup?: number;
  readonly supplementalGroups: readonly number[];
  readonly privileged: boolean;
  readonly seccomp: SecurityProfile;
}

export type SandboxState = "Ready" | "NotReady";

export interface Sandbox {
  readonly id: string;
  readonly metadata: SandboxMetadata;
  readonly state: SandboxState;
  readonly createdAtMs: number;
  readonly labels: StringMap;
  readonly annotations: StringMap;
}

export interface SandboxStatus extends Sandbox {
  /** First is the primary one; empty for host network or before the network is up. */
  readonly ips: readonly string[];
  readonly network: NamespaceMode;
}

export interface ContainerMetadata {
  readonly name: string;
  readonly attempt: number;
}

export interface Mount {
  readonly containerPath: string;
  readonly hostPath: string;
  readonly readOnly: boolean;
  readonly propagation: "Private" | "HostToContainer" | "Bidirectional";
  readonly recursiveReadOnly?: boolean;
}

export interface LinuxResources {
  readonly cpuPeriod?: number;
  readonly cpuQuota?: number;
  readonly cpuShares?: number;
  readonly memoryLimitBytes?: number;
  readonly memorySwapLimitBytes?: number;
  readonly oomScoreAdj?: number;
  readonly unified?: StringMap;
}

export interface ContainerSecurity {
  readonly namespaces: NamespaceOptions;
  readonly addCapabilities: readonly string[];
  readonly dropCapabilities: readonly string[];
  readonly privileged: boolean;
  readonly runAsUser?: number;
  readonly runAsUsername?: string;
  readonly runAsGroup?: number;
  readonly readOnlyRootfs: boolean;
  readonly supplementalGroups: readonly number[];
  readonly noNewPrivileges: boolean;
  readonly maskedPaths: readonly string[];
  readonly readOnlyPaths: readonly string[];
  readonly seccomp: SecurityProfile;
  readonly apparmor?: SecurityProfile;
}

export interface ContainerConfig {
  readonly metadata: ContainerMetadata;
  readonly image: string;
  /** As the pod says it, when `image` is the id of what was pulled. */
  readonly userSpecifiedImage: string;
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly workingDirectory: string;
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly mounts: readonly Mount[];
  readonly labels: StringMap;
  readonly annotations: StringMap;
  /** Below the sandbox's log directory. */
  readonly logPath: string;
  readonly stdin: boolean;
  readonly stdinOnce: boolean;
  readonly tty: boolean;
  readonly resources: LinuxResources;
  readonly security: ContainerSecurity;
  readonly stopSignal?: string;
}

export type ContainerState = "Created" | "Running" | "Exited" | "Unknown";

export interface ContainerSummary {
  readonly id: string;
  readonly sandboxId: string;
  readonly metadata: ContainerMetadata;
  readonly state: ContainerState;
  readonly createdAtMs: number;
  readonly image: string;
  readonly imageRef: string;
  readonly labels: StringMap;
  readonly annotations: StringMap;
}

export interface ContainerStatus {
  readonly id: string;
  readonly metadata: ContainerMetadata;
  readonly state: ContainerState;
  readonly createdAtMs: number;
  readonly startedAtMs: number;
  readonly finishedAtMs: number;
  readonly exitCode: number;
  readonly image: string;
  readonly imageRef: string;
  readonly imageId: string;
  readonly reason: string;
  readonly message: string;
  readonly labels: StringMap;
  readonly annotations: StringMap;
  readonly mounts: readonly Mount[];
  readonly logPath: string;
}

export interface Image {
  readonly id: string;
  readonly repoTags: readonly string[];
  readonly repoDigests: readonly string[];
  readonly sizeBytes: number;
  readonly uid?: number;
  readonly username: string;
  readonly pinned: boolean;
}

export interface ImageAuth {
  readonly username?: string;
  readonly password?: string;
  readonly auth?: string;
  readonly serverAddress?: string;
  readonly identityToken?: string;
  readonly registryToken?: string;
}

export interface FilesystemUsage {
  readonly mountpoint: string;
  readonly usedBytes: number;
  readonly inodesUsed: number;
}

export interface RuntimeVersion {
  readonly runtimeName: string;
  readonly runtimeVersion: string;
  readonly runtimeApiVersion: string;
}

export interface RuntimeCondition {
  readonly type: string;
  readonly status: boolean;
  readonly reason: string;
  readonly message: string;
}

export interface ExecResult {
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  readonly exitCode: number;
}

export interface ContainerStats {
  readonly id: string;
  readonly labels: StringMap;
  readonly atMs: number;
  readonly cpuCoreNanoseconds: number;
  readonly memoryWorkingSetBytes: number;
  readonly writableLayerBytes: number;
}

export interface SandboxFilter {
  readonly id?: string;
  readonly state?: SandboxState;
  readonly labels?: StringMap;
}

export interface ContainerFilter {
  readonly id?: string;
  readonly sandboxId?: string;
  readonly state?: ContainerState;
  readonly labels?: StringMap;
}

export interface StreamRequest {
  readonly containerId: string;
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
}

export interface ExecRequest extends StreamRequest {
  readonly command: readonly string[];
}

/** A process with its pipes. */
export interface StreamSession {
  /** Absent when stdin was not asked for. `close` of it is end of input. */
  readonly stdin?: { write(chunk: Uint8Array): Promise<void>; end(): Promise<void> };
  readonly stdout?: AsyncIterable<Uint8Array>;
  readonly stderr?: AsyncIterable<Uint8Array>;
  resize(width: number, height: number): Promise<void>;
  /** Resolves when the process has ended or the attachment is over. */
  readonly ended: Promise<StreamEnd>;
  close(): void;
}

export type StreamEnd =
  | { readonly type: "exited"; readonly exitCode: number }
  | { readonly type: "failed"; readonly message: string };

/** What happened to a pod's containers, told by runtimes that can; others are listed every second. */
export type RuntimeListener = (podUid: string) => void;

export interface RuntimeService {
  version(signal: AbortSignal): Promise<RuntimeVersion>;
  status(signal: AbortSignal): Promise<readonly RuntimeCondition[]>;
  runPodSandbox(config: SandboxConfig, signal: AbortSignal): Promise<string>;
  /** Idempotent: nothing to do for a sandbox that is stopped or gone. */
  stopPodSandbox(id: string, signal: AbortSignal): Promise<void>;
  removePodSandbox(id: string, signal: AbortSignal): Promise<void>;
  podSandboxStatus(id: string, signal: AbortSignal): Promise<SandboxStatus>;
  listPodSandboxes(filter: SandboxFilter, signal: AbortSignal): Promise<readonly Sandbox[]>;
  createContainer(request: CreateContainerRequest, signal: AbortSignal): Promise<string>;
  startContainer(id: string, signal: AbortSignal): Promise<void>;
  /** SIGTERM (or the stop signal), then SIGKILL after the timeout; 0 kills at once. */
  stopContainer(id: string, timeoutSeconds: number, signal: AbortSignal): Promise<void>;
  removeContainer(id: string, signal: AbortSignal): Promise<void>;
  listContainers(filter: ContainerFilter, signal: AbortSignal): Promise<readonly ContainerSummary[]>;
  containerStatus(id: string, signal: AbortSignal): Promise<ContainerStatus>;
  updateContainerResources(id: string, resources: LinuxResources, signal: AbortSignal): Promise<void>;
  reopenContainerLog(id: string, signal: AbortSignal): Promise<void>;
  /** Throws a CriError "deadline-exceeded" when the command takes longer than `timeoutSeconds` (0: no limit). */
  execSync(id: string, command: readonly string[], timeoutSeconds: number, signal: AbortSignal): Promise<ExecResult>;
  exec(request: ExecRequest, signal: AbortSignal): Promise<StreamSession>;
  attach(request: StreamRequest, signal: AbortSignal): Promise<StreamSession>;
  /** A connection to a port inside the sandbox's network. */
  portForward(sandboxId: string, port: number, signal: AbortSignal): Promise<Duplex>;
  listContainerStats(filter: ContainerFilter, signal: AbortSignal): Promise<readonly ContainerStats[]>;
  updateRuntimeConfig(podCidr: string, signal: AbortSignal): Promise<void>;
  /** Present when the runtime tells of changes by itself; the returned function ends it. */
  readonly subscribe?: (listener: RuntimeListener) => () => void;
}

export interface CreateContainerRequest {
  readonly sandboxId: string;
  readonly config: ContainerConfig;
  readonly sandboxConfig: SandboxConfig;
}

export interface ImageService {
  listImages(signal: AbortSignal): Promise<readonly Image[]>;
  /** Undefined when the image isn't on the machine. */
  imageStatus(image: string, signal: AbortSignal): Promise<Image | undefined>;
  /** Returns the reference of what was pulled. */
  pullImage(image: string, auth: ImageAuth | undefined, signal: AbortSignal): Promise<string>;
  removeImage(image: string, signal: AbortSignal): Promise<void>;
  imageFsInfo(signal: AbortSignal): Promise<readonly FilesystemUsage[]>;
}

/** A runtime with its images. */
export interface Runtime extends RuntimeService, ImageService {
  close(): Promise<void>;
}
