import { conditionOf, transitionTime, type Node, type NodeCondition, type NodeStatus } from "../../api/index.ts";
import { formatTime } from "../../base/index.ts";
import type { Image, RuntimeCondition, RuntimeVersion } from "../cri/index.ts";
import type { MachineFacts, MachineUsage } from "../host/index.ts";
import type { Settings } from "../options.ts";
import { formatKibibytes, formatMilliCpu, milliValue, quantityValue } from "../pod/quantity.ts";

/** The version of Kubernetes this kubelet is one of. */
const KUBELET_VERSION = "v1.36.1";
const IMAGES_MAX = 50;
const NAMES_PER_IMAGE_MAX = 5;
const MIB = 1024 ** 2;

export interface NodeInput {
  readonly settings: Settings;
  readonly facts: MachineFacts;
  readonly usage: MachineUsage;
  readonly version: RuntimeVersion;
  readonly runtimeConditions: readonly RuntimeCondition[];
  readonly images: readonly Image[];
  /** As the API server has it. */
  readonly node: Node | undefined;
  readonly now: number;
}

/** The status of a node from its machine and its runtime. */
export function nodeStatus(input: NodeInput): NodeStatus {
  const { settings, facts, version } = input;
  const capacity = capacityOf(input);
  return {
    capacity,
    allocatable: allocatableOf(input, capacity),
    conditions: nodeConditions(input),
    addresses: [
      ...nodeAddresses(settings, facts).map((address) => ({ type: "InternalIP", address })),
      { type: "Hostname", address: facts.hostname },
    ],
    daemonEndpoints: { kubeletEndpoint: { Port: settings.port } },
    nodeInfo: {
      machineID: facts.machineID,
      systemUUID: facts.systemUUID,
      bootID: facts.bootID,
      kernelVersion: facts.kernelVersion,
      osImage: facts.osImage,
      containerRuntimeVersion: `${version.runtimeName}://${version.runtimeVersion}`,
      kubeletVersion: KUBELET_VERSION,
      kubeProxyVersion: "",
      operatingSystem: facts.operatingSystem,
      architecture: facts.architecture,
      swap: { capacity: facts.swapBytes },
    },
    images: imageList(input.images),
  };
}

export function nodeAddresses(settings: Settings, facts: MachineFacts): readonly string[] {
  return settings.nodeIPs ?? facts.addresses.slice(0, 1);
}

function capacityOf({ settings, facts, usage }: NodeInput): Record<string, string> {
  return {
    cpu: formatMilliCpu(facts.cpuCount * 1000),
    "ephemeral-storage": formatKibibytes(Math.floor(usage.diskCapacityBytes / 1024) * 1024),
    "hugepages-1Gi": "0",
    "hugepages-2Mi": "0",
    memory: formatKibibytes(Math.floor(facts.memoryBytes / 1024) * 1024),
    pods: String(settings.maxPods),
  };
}

function allocatableOf({ settings, usage }: NodeInput, capacity: Record<string, string>): Record<string, string> {
  const reserved = (name: string) =>
    quantityValue(settings.kubeReserved?.[name]) + quantityValue(settings.systemReserved?.[name]);
  const cpuReserved = milliValue(settings.kubeReserved?.cpu) + milliValue(settings.systemReserved?.cpu);
  const memory = quantityValue(capacity.memory) - reserved("memory") - memoryThreshold(settings);
  const disk = Math.floor(usage.diskCapacityBytes * (1 - DISK_FRACTION)) - reserved("ephemeral-storage");
  return {
    ...capacity,
    cpu: formatMilliCpu(milliValue(capacity.cpu) - cpuReserved),
    "ephemeral-storage": String(Math.max(0, disk)),
    memory: formatKibibytes(Math.max(0, memory)),
  };
}

const DISK_FRACTION = 0.1;
const INODES_FRACTION = 0.05;

function memoryThreshold(settings: Settings): number {
  return quantityValue(settings.evictionHard?.["memory.available"] ?? "100Mi");
}

interface Verdict {
  readonly type: string;
  readonly holds: boolean;
  readonly reason: string;
  readonly message: string;
}

function nodeConditions(input: NodeInput): NodeCondition[] {
  return verdicts(input).map((verdict) => {
    const status = verdict.holds ? "True" : "False";
    const before = conditionOf(input.node?.status.conditions, verdict.type);
    const now = formatTime(input.now);
    return {
      type: verdict.type,
      status,
      lastHeartbeatTime: now,
      lastTransitionTime: transitionTime(before, status, now),
      reason: verdict.reason,
      message: verdict.message,
    };
  });
}

function verdicts(input: NodeInput): Verdict[] {
  const { usage, settings, facts } = input;
  const memory = usage.memoryAvailableBytes < memoryThreshold(settings);
  const disk =
    usage.diskAvailableBytes < usage.diskCapacityBytes * DISK_FRACTION ||
    (usage.inodes > 0 && usage.inodesFree < usage.inodes * INODES_FRACTION);
  const pids = usage.pidsUsed > facts.pidsMax * 0.95;
  const problem = runtimeProblem(input.runtimeConditions);
  return [
    memory
      ? {
          type: "MemoryPressure",
          holds: true,
          reason: "KubeletHasInsufficientMemory",
          message: "kubelet has insufficient memory available",
        }
      : {
          type: "MemoryPressure",
          holds: false,
          reason: "KubeletHasSufficientMemory",
          message: "kubelet has sufficient memory available",
        },
    disk
      ? { type: "DiskPressure", holds: true, reason: "KubeletHasDiskPressure", message: "kubelet has disk pressure" }
      : {
          type: "DiskPressure",
          holds: false,
          reason: "KubeletHasNoDiskPressure",
          message: "kubelet has no disk pressure",
        },
    pids
      ? {
          type: "PIDPressure",
          holds: true,
          reason: "KubeletHasInsufficientPID",
          message: "kubelet has insufficient PID available",
        }
      : {
          type: "PIDPressure",
          holds: false,
          reason: "KubeletHasSufficientPID",
          message: "kubelet has sufficient PID available",
        },
    problem === undefined
      ? { type: "Ready", holds: true, reason: "KubeletReady", message: "kubelet is posting ready status" }
      : { type: "Ready", holds: false, reason: "KubeletNotReady", message: problem },
  ];
}

/** Why the runtime can't serve, in upstream's words; undefined when it can. */
export function runtimeProblem(conditions: readonly RuntimeCondition[]): string | undefined {
  const problems: string[] = [];
  for (const [type, what] of [
    ["RuntimeReady", "container runtime"],
    ["NetworkReady", "container runtime network"],
  ] as const) {
    const found = conditions.find((each) => each.type === type);
    if (found?.status) continue;
    problems.push(
      found
        ? `${what} not ready: ${type}=false reason:${found.reason} message:${found.message}`
        : `${what} status check may not have completed yet`,
    );
  }
  return problems.length > 0 ? problems.join(", ") : undefined;
}

function imageList(images: readonly Image[]) {
  return [...images]
    .sort((a, b) => b.sizeBytes - a.sizeBytes || (a.id < b.id ? -1 : 1))
    .slice(0, IMAGES_MAX)
    .map((image) => ({
      names: [...image.repoDigests, ...image.repoTags].slice(0, NAMES_PER_IMAGE_MAX),
      sizeBytes: image.sizeBytes,
    }));
}

/** Whether two statuses say the same apart from heartbeats and what drifts by itself. */
export function sameNodeStatus(a: NodeStatus | undefined, b: NodeStatus): boolean {
  return a !== undefined && JSON.stringify(essence(a)) === JSON.stringify(essence(b));
}

function essence(status: NodeStatus) {
  const conditions = (status.conditions ?? []).map(({ type, status: value, reason, message }) => [
    type,
    value,
    reason,
    message,
  ]);
  const memoryMib = Math.round(quantityValue(status.capacity?.memory) / MIB);
  const { cpu, pods } = status.capacity ?? {};
  const images = (status.images ?? []).map((each) => each.names);
  return [conditions, memoryMib, cpu, pods, status.addresses, status.nodeInfo, status.daemonEndpoints, images];
}

/** The labels a kubelet gives its node. */
export function nodeLabels(settings: Settings, facts: MachineFacts): Record<string, string> {
  return {
    "beta.kubernetes.io/arch": facts.architecture,
    "beta.kubernetes.io/os": facts.operatingSystem,
    "kubernetes.io/arch": facts.architecture,
    "kubernetes.io/hostname": facts.hostname,
    "kubernetes.io/os": facts.operatingSystem,
    ...settings.nodeLabels,
  };
}
