/**
 * The machine under the kubelet: files, mounts, cgroups, figures, network probes. Knows nothing of pods. Start at
 * {@link Host}.
 */
export { HostError, type HostErrorCode } from "./errors.ts";
export type {
  CgroupLimits,
  FileInfo,
  Host,
  HostCgroups,
  HostFiles,
  HostMounts,
  HostNetwork,
  HttpProbe,
  MachineFacts,
  MachineUsage,
  NetworkAnswer,
  WriteOptions,
} from "./host.ts";
export { MemoryHost, type SimulatedMachine, type SimulatedNetwork } from "./memory.ts";
export { MemoryFiles, MemoryMounts, normalize } from "./memory-files.ts";
