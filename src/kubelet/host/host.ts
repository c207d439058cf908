/**
 * Everything the kubelet touches on its machine. `linuxHost` is the real one, `MemoryHost` its twin for simulated nodes;
 * nothing else in the kubelet may know of files, mounts, /proc or sockets.
 */
export interface FileInfo {
  readonly type: "file" | "directory" | "symlink" | "socket" | "block" | "character" | "other";
  readonly sizeBytes: number;
  readonly mode: number;
  readonly modifiedMs: number;
}

export interface WriteOptions {
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
}

export interface HostFiles {
  /** Undefined when there is no such file. */
  read(path: string): Promise<Uint8Array | undefined>;
  /** At most `length` bytes from `offset`; shorter at the end of the file. */
  readRange(path: string, offset: number, length: number): Promise<Uint8Array>;
  write(path: string, content: Uint8Array | string, options?: WriteOptions): Promise<void>;
  /** With every parent. */
  makeDirectory(path: string, options?: WriteOptions): Promise<void>;
  /** With everything below; nothing to do when it isn't there. Never follows symlinks or enters mounts. */
  remove(path: string): Promise<void>;
  /** Names in order; empty when there is no such directory. */
  list(path: string): Promise<readonly string[]>;
  /** Resolves when something in the directory may have changed; at the latest when the signal says so. */
  changed(directory: string, signal: AbortSignal): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  symlink(target: string, path: string): Promise<void>;
  readLink(path: string): Promise<string | undefined>;
  /** Of the file itself, not of what a symlink points to. */
  stat(path: string): Promise<FileInfo | undefined>;
  /** Sets the group of everything below and makes it group-writable (setgid on directories). */
  setGroup(path: string, gid: number, options: { readonly readOnly: boolean }): Promise<void>;
  /** The real path of `path` below `root`; throws when it leads outside. */
  resolveBelow(root: string, path: string): Promise<string>;
}

export interface HostMounts {
  tmpfs(path: string, options: { readonly sizeBytes?: number; readonly mode: number }): Promise<void>;
  /** Mounts exactly what `source` is now on `target`, following no symlink afterwards. */
  bind(source: string, target: string): Promise<void>;
  unmount(path: string): Promise<void>;
  /** Mount points at or below the path. */
  below(path: string): Promise<readonly string[]>;
}

export interface MachineFacts {
  readonly machineID: string;
  readonly systemUUID: string;
  readonly bootID: string;
  readonly kernelVersion: string;
  readonly osImage: string;
  readonly operatingSystem: string;
  readonly architecture: string;
  readonly hostname: string;
  readonly cpuCount: number;
  readonly memoryBytes: number;
  readonly swapBytes: number;
  readonly pidsMax: number;
  readonly cgroupVersion: 1 | 2;
  /** Addresses of the machine, the one of the default route first. */
  readonly addresses: readonly string[];
}

export interface MachineUsage {
  readonly memoryAvailableBytes: number;
  readonly memoryWorkingSetBytes: number;
  readonly cpuCoreNanoseconds: number;
  readonly diskCapacityBytes: number;
  readonly diskAvailableBytes: number;
  readonly inodes: number;
  readonly inodesFree: number;
  readonly pidsUsed: number;
}

export interface CgroupLimits {
  readonly cpuShares?: number;
  readonly cpuQuota?: number;
  readonly cpuPeriod?: number;
  readonly memoryLimitBytes?: number;
}

export interface HostCgroups {
  /** Makes the cgroup in every controller and sets its limits. */
  ensure(path: string, limits: CgroupLimits): Promise<void>;
  /** Ends every process in the cgroup and below at once. */
  kill(path: string): Promise<void>;
  /** Removes the cgroup with everything below that holds no process. */
  remove(path: string): Promise<void>;
  /** Names of the cgroups directly below. */
  list(path: string): Promise<readonly string[]>;
}

/** A network bridge; its alias is a remark that stays with it. */
export interface Bridge {
  readonly name: string;
  readonly alias: string | undefined;
}

export interface HostLinks {
  bridges(): Promise<readonly Bridge[]>;
  /** Makes the bridge if it isn't there, and gives it the alias. */
  ensureBridge(name: string, alias: string): Promise<void>;
  /** Removes a network device; nothing to do when there is none. */
  remove(name: string): Promise<void>;
}

export interface HttpProbe {
  readonly scheme: "HTTP" | "HTTPS";
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  readonly timeoutMs: number;
}

/** What a network probe saw. `message` is worded as probe events word it. */
export type NetworkAnswer =
  | { readonly type: "answered"; readonly status: number; readonly body: string }
  | { readonly type: "failed"; readonly message: string };

export interface HostNetwork {
  http(probe: HttpProbe, signal: AbortSignal): Promise<NetworkAnswer>;
  /** Status 0 stands for an open port. */
  tcp(host: string, port: number, timeoutMs: number, signal: AbortSignal): Promise<NetworkAnswer>;
  /** gRPC health check; status is that of the health protocol (1 is serving). */
  grpc(
    probe: { readonly host: string; readonly port: number; readonly service: string; readonly timeoutMs: number },
    signal: AbortSignal,
  ): Promise<NetworkAnswer>;
}

export interface Host {
  readonly files: HostFiles;
  readonly mounts: HostMounts;
  readonly cgroups: HostCgroups;
  readonly network: HostNetwork;
  readonly links: HostLinks;
  facts(): Promise<MachineFacts>;
  usage(dataDirectory: string): Promise<MachineUsage>;
  /** Whether the kernel is known to have ended a process of this container because it wanted too much memory. */
  killedForMemory(containerId: string): Promise<boolean>;
}
