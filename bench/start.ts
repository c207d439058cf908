import { rmSync } from "node:fs";
import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { apiServerAlone } from "./harness/apiserver.ts";
import { Connections } from "./harness/load.ts";
import { type Row, type Scenario, scaled } from "./harness/scenario.ts";
import { BenchServer } from "./harness/server.ts";

const PODS = "/api/v1/namespaces/default/pods";
const IDLE_SECONDS = 60;

/** How soon a cluster serves and runs a pod, and what it costs when nothing happens. */
export const start: Scenario = {
  name: "start",
  about: "`navarch up` to ready (new and existing data), to the first running pod on a simulated node; idle for 60 s",
  async run(scale) {
    const cold = await BenchServer.start(["--nodes", "none"], undefined);
    const coldMs = cold.readyMs;
    await cold[Symbol.asyncDispose]();
    const rows: Row[] = [{ what: "start to ready, new data directory", value: coldMs, unit: "ms" }];
    await using server = await BenchServer.start(["--nodes", "simulated:1"]);
    using connections = new Connections(server.access, 1);
    rows.push({ what: "start to ready, with a simulated node", value: server.readyMs, unit: "ms" });
    const startedMs = performance.now();
    await connections.call({ method: "POST", path: PODS, body: JSON.stringify(POD) });
    await ready(connections);
    rows.push({
      what: "start to first simulated pod ready",
      value: server.readyMs + performance.now() - startedMs,
      unit: "ms",
    });
    const seconds = scaled(IDLE_SECONDS, scale);
    await sleep(seconds * 1000);
    const cpuBefore = server.cpuSeconds();
    await sleep(seconds * 1000);
    rows.push(
      {
        what: "idle CPU, one simulated node",
        value: ((server.cpuSeconds() - cpuBefore) / seconds) * 100,
        unit: "% of a core",
      },
      { what: "idle memory, one simulated node", value: server.rssBytes() / 1e6, unit: "MB" },
    );
    return [...rows, await warm(), ...(await apiServerAlone(seconds))];
  },
};

/** The second start in one directory. */
async function warm(): Promise<Row> {
  const first = await BenchServer.start(["--nodes", "none"], `/tmp/navarch-bench-warm-${process.pid}`);
  try {
    await first[Symbol.asyncDispose]();
    await using second = await BenchServer.start(["--nodes", "none"], first.directory);
    return { what: "start to ready, existing data directory", value: second.readyMs, unit: "ms" };
  } finally {
    rmSync(first.directory, { recursive: true, force: true });
  }
}

async function ready(connections: Connections): Promise<void> {
  for (;;) {
    const { body } = await connections.call({ method: "GET", path: `${PODS}/first` });
    const conditions: { type: string; status: string }[] = JSON.parse(body.toString()).status?.conditions ?? [];
    if (conditions.some(({ type, status }) => type === "Ready" && status === "True")) return;
    await sleep(5);
  }
}

const POD = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "first" },
  spec: { containers: [{ name: "main", image: "example.com/app:1" }] },
};
