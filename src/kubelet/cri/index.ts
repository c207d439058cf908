/**
 * The container runtime behind an interface of our own. The gRPC client speaks CRI v1 to containerd and others; the
 * memory runtime simulates. Knows nothing of the API server. Start at {@link Runtime}; `cri.suite.ts` is its contract.
 */
export { CriError, type CriErrorCode, unlessGone } from "./errors.ts";
export { GrpcRuntime, type StreamOpener } from "./grpc/runtime.ts";
export { untilImageKnown, untilServing } from "./grpc/serving.ts";
export { streamOpener } from "./grpc/streams.ts";
export {
  canonicalImage,
  HTTP_BODY_BYTES_MAX,
  type ImageBehaviour,
  type ImageScript,
  MemoryRuntime,
  type MemoryRuntimeOptions,
  type Routes,
  type Script,
  type ScriptedCommand,
  type Serve,
  type SimulatedRequest,
  type SimulatedResponse,
} from "./memory/index.ts";
export { describeEnd } from "./stream-end.ts";
export type {
  ContainerConfig,
  ContainerFilter,
  ContainerSecurity,
  ContainerState,
  ContainerStats,
  ContainerStatus,
  ContainerSummary,
  CreateContainerRequest,
  DnsConfig,
  ExecRequest,
  ExecResult,
  FilesystemUsage,
  Image,
  ImageAuth,
  ImageService,
  LinuxResources,
  Mount,
  NamespaceOptions,
  PortMapping,
  Runtime,
  RuntimeCondition,
  RuntimeListener,
  RuntimeService,
  RuntimeVersion,
  Sandbox,
  SandboxConfig,
  SandboxFilter,
  SandboxSecurity,
  SandboxStatus,
  SecurityProfile,
  StreamEnd,
  StreamRequest,
  StreamSession,
} from "./types.ts";
