/** CRI's own messages from and to the interface's words. */
import { own } from "../../../base/index.ts";
import type {
  ContainerConfig,
  ContainerState,
  ContainerStats,
  ContainerStatus,
  ContainerSummary,
  Image,
  LinuxResources,
  Mount,
  NamespaceMode,
  NamespaceOptions,
  Sandbox,
  SandboxConfig,
  SandboxStatus,
  SecurityProfile,
  StringMap,
} from "../types.ts";
import type { Message } from "./codec.ts";

const NS_PER_MS = 1e6;

const toMode = (mode: NamespaceMode) => mode.toUpperCase();

function fromMode(mode: unknown): NamespaceMode {
  const text = String(mode ?? "POD");
  return `${text[0]}${text.slice(1).toLowerCase()}` as NamespaceMode;
}

function toNamespaces({ network, pid, ipc, targetId }: NamespaceOptions): Message {
  return { network: toMode(network), pid: toMode(pid), ipc: toMode(ipc), ...(targetId ? { target_id: targetId } : {}) };
}

function toProfile(profile: SecurityProfile | undefined): Message | undefined {
  return (
    profile && { profile_type: profile.type, ...(profile.localhostRef ? { localhost_ref: profile.localhostRef } : {}) }
  );
}

const wrap = (value: number | undefined) => (value === undefined ? undefined : { value });

export function toSandboxConfig(config: SandboxConfig): Message {
  const { metadata, security } = config;
  return {
    metadata,
    hostname: config.hostname,
    log_directory: config.logDirectory,
    dns_config: config.dns,
    port_mappings: config.portMappings.map((each) => ({
      protocol: each.protocol,
      container_port: each.containerPort,
      host_port: each.hostPort,
      host_ip: each.hostIp,
    })),
    labels: config.labels,
    annotations: config.annotations,
    linux: {
      cgroup_parent: config.cgroupParent,
      sysctls: config.sysctls,
      security_context: {
        namespace_options: toNamespaces(security.namespaces),
        run_as_user: wrap(security.runAsUser),
        run_as_group: wrap(security.runAsGroup),
        supplemental_groups: security.supplementalGroups,
        privileged: security.privileged,
        seccomp: toProfile(security.seccomp),
      },
    },
  };
}

export function toResources(resources: LinuxResources): Message {
  return {
    cpu_period: resources.cpuPeriod,
    cpu_quota: resources.cpuQuota,
    cpu_shares: resources.cpuShares,
    memory_limit_in_bytes: resources.memoryLimitBytes,
    memory_swap_limit_in_bytes: resources.memorySwapLimitBytes,
    oom_score_adj: resources.oomScoreAdj,
    unified: resources.unified,
  };
}

const PROPAGATIONS = {
  Private: "PROPAGATION_PRIVATE",
  HostToContainer: "PROPAGATION_HOST_TO_CONTAINER",
  Bidirectional: "PROPAGATION_BIDIRECTIONAL",
} as const;

export function toContainerConfig(config: ContainerConfig): Message {
  const { security } = config;
  return {
    metadata: config.metadata,
    image: { image: config.image, user_specified_image: config.userSpecifiedImage },
    command: config.command,
    args: config.args,
    working_dir: config.workingDirectory,
    envs: config.env.map((each) => ({ key: each.name, value: each.value })),
    mounts: config.mounts.map((mount) => ({
      container_path: mount.containerPath,
      host_path: mount.hostPath,
      readonly: mount.readOnly,
      propagation: PROPAGATIONS[mount.propagation],
      recursive_read_only: mount.recursiveReadOnly,
    })),
    labels: config.labels,
    annotations: config.annotations,
    log_path: config.logPath,
    stdin: config.stdin,
    stdin_once: config.stdinOnce,
    tty: config.tty,
    stop_signal: config.stopSignal?.replace("+", "PLUS").replace("-", "MINUS"),
    linux: {
      resources: toResources(config.resources),
      security_context: {
        capabilities: { add_capabilities: security.addCapabilities, drop_capabilities: security.dropCapabilities },
        privileged: security.privileged,
        namespace_options: toNamespaces(security.namespaces),
        run_as_user: wrap(security.runAsUser),
        run_as_username: security.runAsUsername,
        run_as_group: wrap(security.runAsGroup),
        readonly_rootfs: security.readOnlyRootfs,
        supplemental_groups: security.supplementalGroups,
        no_new_privs: security.noNewPrivileges,
        masked_paths: security.maskedPaths,
        readonly_paths: security.readOnlyPaths,
        seccomp: toProfile(security.seccomp),
        apparmor: toProfile(security.apparmor),
      },
    },
  };
}

export function fromSandbox(message: Message): Sandbox {
  const metadata = message.metadata as Message;
  return {
    id: message.id as string,
    metadata: {
      name: metadata.name as string,
      uid: metadata.uid as string,
      namespace: metadata.namespace as string,
      attempt: metadata.attempt as number,
    },
    state: message.state === "SANDBOX_READY" ? "Ready" : "NotReady",
    createdAtMs: (message.created_at as number) / NS_PER_MS,
    labels: message.labels as StringMap,
    annotations: message.annotations as StringMap,
  };
}

export function fromSandboxStatus(message: Message): SandboxStatus {
  const network = message.network as Message | undefined;
  const more = (network?.additional_ips ?? []) as readonly { readonly ip: string }[];
  const ips = [network?.ip as string | undefined, ...more.map((each) => each.ip)].filter((ip) => ip);
  const linux = message.linux as { readonly namespaces?: { readonly options?: Message } } | undefined;
  return { ...fromSandbox(message), ips: ips as string[], network: fromMode(linux?.namespaces?.options?.network) };
}

const STATES: Readonly<Record<string, ContainerState>> = {
  CONTAINER_CREATED: "Created",
  CONTAINER_RUNNING: "Running",
  CONTAINER_EXITED: "Exited",
};

export function toContainerState(state: ContainerState): string {
  return `CONTAINER_${state.toUpperCase()}`;
}

function imageName(message: unknown): string {
  const image = message as Message | undefined;
  return ((image?.user_specified_image as string) || (image?.image as string)) ?? "";
}

export function fromContainer(message: Message): ContainerSummary {
  return {
    id: message.id as string,
    sandboxId: message.pod_sandbox_id as string,
    metadata: fromMetadata(message.metadata),
    state: own(STATES, message.state as string) ?? "Unknown",
    createdAtMs: (message.created_at as number) / NS_PER_MS,
    image: imageName(message.image),
    imageRef: message.image_ref as string,
    labels: message.labels as StringMap,
    annotations: message.annotations as StringMap,
  };
}

function fromMetadata(message: unknown) {
  const { name, attempt } = message as { readonly name: string; readonly attempt: number };
  return { name, attempt };
}

export function fromContainerStatus(message: Message): ContainerStatus {
  return {
    id: message.id as string,
    metadata: fromMetadata(message.metadata),
    state: own(STATES, message.state as string) ?? "Unknown",
    createdAtMs: (message.created_at as number) / NS_PER_MS,
    startedAtMs: (message.started_at as number) / NS_PER_MS,
    finishedAtMs: (message.finished_at as number) / NS_PER_MS,
    exitCode: message.exit_code as number,
    image: imageName(message.image),
    imageRef: message.image_ref as string,
    imageId: (message.image_id as string) || (message.image_ref as string),
    reason: message.reason as string,
    message: message.message as string,
    labels: message.labels as StringMap,
    annotations: message.annotations as StringMap,
    mounts: (message.mounts as readonly Message[]).map(fromMount),
    logPath: message.log_path as string,
  };
}

function fromMount(message: Message): Mount {
  return {
    containerPath: message.container_path as string,
    hostPath: message.host_path as string,
    readOnly: message.readonly as boolean,
    propagation: "Private",
  };
}

export function fromImage(message: Message): Image {
  const uid = message.uid as { readonly value: number } | undefined;
  return {
    id: message.id as string,
    repoTags: message.repo_tags as readonly string[],
    repoDigests: message.repo_digests as readonly string[],
    sizeBytes: message.size as number,
    ...(uid ? { uid: uid.value } : {}),
    username: message.username as string,
    pinned: message.pinned as boolean,
  };
}

export function fromStats(message: Message): ContainerStats {
  const number = (path: unknown, key: string) =>
    ((path as Record<string, { value?: number }>)?.[key]?.value ?? 0) as number;
  const attributes = message.attributes as Message;
  const cpu = message.cpu as Message | undefined;
  return {
    id: attributes.id as string,
    labels: attributes.labels as StringMap,
    atMs: ((cpu?.timestamp as number) ?? 0) / NS_PER_MS,
    cpuCoreNanoseconds: number(cpu, "usage_core_nano_seconds"),
    memoryWorkingSetBytes: number(message.memory, "working_set_bytes"),
    writableLayerBytes: number(message.writable_layer, "used_bytes"),
  };
}
