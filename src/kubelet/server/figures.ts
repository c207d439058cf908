import { formatTime } from "../../base/index.ts";
import type { ContainerStats } from "../cri/index.ts";
import type { Kubelet } from "../kubelet.ts";
import { LABEL_CONTAINER_NAME, LABEL_POD_NAME, LABEL_POD_NAMESPACE, LABEL_POD_UID } from "../pod/names.ts";

/** /stats/summary: what the node and its pods use. */
export async function summary(kubelet: Kubelet, signal: AbortSignal): Promise<unknown> {
  const { clock, host, runtime, settings } = kubelet.context;
  const time = formatTime(clock.now());
  const usage = await host.usage(settings.dataDirectory);
  const stats = await runtime.listContainerStats({}, signal);
  return {
    node: {
      nodeName: kubelet.nodeName,
      cpu: { time, usageCoreNanoSeconds: usage.cpuCoreNanoseconds },
      memory: { time, availableBytes: usage.memoryAvailableBytes, workingSetBytes: usage.memoryWorkingSetBytes },
      fs: {
        time,
        availableBytes: usage.diskAvailableBytes,
        capacityBytes: usage.diskCapacityBytes,
        usedBytes: usage.diskCapacityBytes - usage.diskAvailableBytes,
        inodes: usage.inodes,
        inodesFree: usage.inodesFree,
        inodesUsed: usage.inodes - usage.inodesFree,
      },
    },
    pods: kubelet.pods().map((pod) => {
      const { name, namespace, uid } = pod.metadata;
      const own = stats.filter((each) => each.labels[LABEL_POD_UID] === uid);
      return {
        podRef: { name, namespace, uid },
        startTime: pod.status.startTime,
        containers: own.map((each) => containerSummary(each)),
        cpu: { time, usageCoreNanoSeconds: sum(own, "cpuCoreNanoseconds") },
        memory: { time, workingSetBytes: sum(own, "memoryWorkingSetBytes") },
      };
    }),
  };
}

function containerSummary(stats: ContainerStats) {
  const time = formatTime(stats.atMs);
  return {
    name: stats.labels[LABEL_CONTAINER_NAME],
    cpu: { time, usageCoreNanoSeconds: stats.cpuCoreNanoseconds },
    memory: { time, workingSetBytes: stats.memoryWorkingSetBytes },
    rootfs: { time, usedBytes: stats.writableLayerBytes },
  };
}

function sum(stats: readonly ContainerStats[], key: "cpuCoreNanoseconds" | "memoryWorkingSetBytes"): number {
  return stats.reduce((total, each) => total + each[key], 0);
}

/** /metrics and /metrics/resource in the text format of Prometheus. */
export async function metrics(kubelet: Kubelet, signal: AbortSignal): Promise<string> {
  const { host, runtime, settings } = kubelet.context;
  const usage = await host.usage(settings.dataDirectory);
  const stats = await runtime.listContainerStats({}, signal);
  const labels = (each: ContainerStats) =>
    `container="${each.labels[LABEL_CONTAINER_NAME]}",namespace="${each.labels[LABEL_POD_NAMESPACE]}",pod="${each.labels[LABEL_POD_NAME]}"`;
  const lines = [
    "# TYPE container_cpu_usage_seconds_total counter",
    ...stats.map((each) => `container_cpu_usage_seconds_total{${labels(each)}} ${each.cpuCoreNanoseconds / 1e9}`),
    "# TYPE container_memory_working_set_bytes gauge",
    ...stats.map((each) => `container_memory_working_set_bytes{${labels(each)}} ${each.memoryWorkingSetBytes}`),
    "# TYPE node_cpu_usage_seconds_total counter",
    `node_cpu_usage_seconds_total ${usage.cpuCoreNanoseconds / 1e9}`,
    "# TYPE node_memory_working_set_bytes gauge",
    `node_memory_working_set_bytes ${usage.memoryWorkingSetBytes}`,
    "# TYPE kubelet_running_pods gauge",
    `kubelet_running_pods ${kubelet.pods().filter((pod) => pod.status.phase === "Running").length}`,
    "# TYPE kubelet_running_containers gauge",
    `kubelet_running_containers{container_state="running"} ${stats.length}`,
  ];
  return `${lines.join("\n")}\n`;
}
