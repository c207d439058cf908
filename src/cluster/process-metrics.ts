import { monitorEventLoopDelay } from "node:perf_hooks";

/** How often it is looked whether the event loop turns; shorter stalls aren't seen. */
const RESOLUTION_MS = 10;
const NANOS_PER_SECOND = 1e9;

/** Lines for /metrics about this process: memory, processor time, and the longest stall since they were last asked for. */
export function processMetrics(): () => readonly string[] {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delays.enable();
  return () => {
    const stallSeconds = Math.max(0, delays.max / NANOS_PER_SECOND - RESOLUTION_MS / 1000);
    delays.reset();
    const { user, system } = process.cpuUsage();
    return [
      ...metric("nodejs_eventloop_stall_max_seconds", "gauge", stallSeconds),
      ...metric("process_cpu_seconds_total", "counter", (user + system) / 1e6),
      ...metric("process_resident_memory_bytes", "gauge", process.memoryUsage.rss()),
    ];
  };
}

function metric(name: string, type: string, value: number): string[] {
  return [`# TYPE ${name} ${type}`, `${name} ${value}`];
}
