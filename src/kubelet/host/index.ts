/**
 * The machine under the kubelet: files, mounts, cgroups, figures, network probes. Knows nothing of pods. Start at
 * {@link Host}.
 */
export {
  type CniInput,
  cniConfig,
  enableBridgeFilter,
  enableForwarding,
  removeCniTraces,
  writeCniConfig,
} from "./cni.ts";
export {
  type Containerd,
  type ContainerdOptions,
  ensureContainerd,
  findProgram,
  missingPrograms,
  stopContainerd,
} from "./containerd.ts";
export { sha256 } from "./digest.ts";
export { HostError, type HostErrorCode } from "./errors.ts";
export type {
  Bridge,
  CgroupLimits,
  FileInfo,
  Host,
  HostCgroups,
  HostFiles,
  HostLinks,
  HostMounts,
  HostNetwork,
  HttpProbe,
  MachineFacts,
  MachineUsage,
  NetworkAnswer,
  WriteOptions,
} from "./host.ts";
export { linuxHost } from "./linux.ts";
export { MemoryHost, type Reached, refused, type SimulatedMachine, type SimulatedNetwork } from "./memory.ts";
export { MemoryFiles } from "./memory-files.ts";
export { type MachineAbilities, whyNoNodeHere } from "./requirements.ts";
