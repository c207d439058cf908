/** A real node in namespaces of its own: prints, as JSON, how long it took to be ready and to the first ready pod. */
import { mkdtempSync, rmSync } from "node:fs";
import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { enterNamespaces, realDirectoryPrefix } from "../../src/kubelet/testing/namespaces.ts";
import { down } from "./down.ts";
import { Connections } from "./load.ts";
import { BenchServer } from "./server.ts";

const PODS = "/api/v1/namespaces/default/pods";
const POD = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "first" },
  spec: {
    terminationGracePeriodSeconds: 0,
    containers: [{ name: "main", image: "navarch.local/hello:1", command: ["sleep", "1000"] }],
  },
};

await enterNamespaces();
const directory = mkdtempSync(realDirectoryPrefix());
const figures: { readyMs: number; podMs: number }[] = [];
// The first time the data directory is new, the second time it is there.
for (let turn = 0; turn < 2; turn++) {
  await using server = await BenchServer.start(["--nodes", "real"], directory);
  using connections = new Connections(server.access, 1);
  const startedMs = performance.now();
  await connections.call({ method: "POST", path: PODS, body: JSON.stringify(POD) });
  while (!(await isReady(connections))) await sleep(5);
  figures.push({ readyMs: server.readyMs, podMs: server.readyMs + performance.now() - startedMs });
  await connections.call({ method: "DELETE", path: `${PODS}/first` });
}
await down(directory);
rmSync(directory, { recursive: true, force: true });
process.stdout.write(`${JSON.stringify(figures)}\n`);

async function isReady(connections: Connections): Promise<boolean> {
  const { status, body } = await connections.call({ method: "GET", path: `${PODS}/first` });
  if (status !== 200) return false;
  const conditions: { type: string; status: string }[] = JSON.parse(body.toString()).status?.conditions ?? [];
  return conditions.some((condition) => condition.type === "Ready" && condition.status === "True");
}
