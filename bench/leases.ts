import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { Connections, load } from "./harness/load.ts";
import { type Row, type Scenario, scaled } from "./harness/scenario.ts";
import { BenchServer } from "./harness/server.ts";
import { stallRow } from "./harness/stall.ts";

const NODES = 5000;
const SECONDS = 20;
const RENEW_EVERY_SECONDS = 10;
const STATUS_EVERY_SECONDS = 300;
const NODE_PATH = "/api/v1/nodes";
const LEASES = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases";

/** What nodes cost that do nothing: each renews its lease every ten seconds and reports its status every five minutes. */
export const leases: Scenario = {
  name: "leases",
  about: "5,000 nodes renewing their leases (500 a second) and reporting their status, for 20 s after the first 20",
  async run(scale) {
    await using server = await BenchServer.start(["--nodes", "none", "--disable", "scheduler,controller-manager"]);
    using connections = new Connections(server.access, 16);
    const count = scaled(NODES, scale);
    const create = (path: string, make: (index: number) => object) =>
      load(server, {
        workers: 32,
        total: count,
        operation: (index) => connections.call({ method: "POST", path, body: JSON.stringify(make(index)) }),
      });
    await create(NODE_PATH, node);
    await create(LEASES, (index) => lease(index));
    const versions = await versionsOf(connections);
    await stallRow(connections, "");
    // Nodes renew for days: what the server compiles at first is no part of what that costs.
    await beat({ server, connections, count, versions });
    return [...(await beat({ server, connections, count, versions })), await stallRow(connections, "renewals")];
  },
};

/** The version of each lease, which a kubelet sends along: a lease isn't renewed unseen. */
async function versionsOf(connections: Connections): Promise<Map<string, string>> {
  const { body } = await connections.call({ method: "GET", path: LEASES });
  const { items } = JSON.parse(body.toString()) as { items: { metadata: { name: string; resourceVersion: string } }[] };
  return new Map(items.map(({ metadata }) => [metadata.name, metadata.resourceVersion]));
}

interface Beat {
  readonly server: BenchServer;
  readonly connections: Connections;
  readonly count: number;
  readonly versions: Map<string, string>;
}

async function beat({ server, connections, count, versions }: Beat): Promise<Row[]> {
  const seconds = Math.max(1, Math.min(SECONDS, (SECONDS * count) / 500));
  const perSecond = count / RENEW_EVERY_SECONDS;
  const statusEvery = STATUS_EVERY_SECONDS / RENEW_EVERY_SECONDS;
  const delays: number[] = [];
  const open = new Set<Promise<void>>();
  const cpuBefore = server.cpuSeconds();
  const startedMs = performance.now();
  for (let sent = 0; sent < perSecond * seconds; sent++) {
    const waitMs = startedMs + (sent / perSecond) * 1000 - performance.now();
    if (waitMs > 1) await sleep(waitMs);
    const done: Promise<void> = renew({ connections, versions }, sent % count, sent % statusEvery === 0).then((ms) => {
      delays.push(ms);
      open.delete(done);
    });
    open.add(done);
  }
  await Promise.all(open);
  const cores = (server.cpuSeconds() - cpuBefore) / ((performance.now() - startedMs) / 1000);
  delays.sort((a, b) => a - b);
  return [
    { what: `${count} nodes' renewals: server CPU`, value: cores * 100, unit: "% of a core" },
    { what: "renewal: p99", value: delays[Math.floor(delays.length * 0.99)] ?? 0, unit: "ms" },
  ];
}

async function renew(
  { connections, versions }: Pick<Beat, "connections" | "versions">,
  index: number,
  withStatus: boolean,
): Promise<number> {
  const beganMs = performance.now();
  const wanted = lease(index, versions.get(`node-${index}`));
  const put = { method: "PUT", path: `${LEASES}/node-${index}`, body: JSON.stringify(wanted) };
  const { status, body } = await connections.call(put);
  if (status !== 200) throw new Error(`renew: answered ${status}: ${body.toString().slice(0, 200)}`);
  versions.set(`node-${index}`, JSON.parse(body.toString()).metadata.resourceVersion);
  const ms = performance.now() - beganMs;
  if (!withStatus) return ms;
  const type = "application/strategic-merge-patch+json";
  const path = `${NODE_PATH}/node-${index}/status`;
  const reported = JSON.stringify({ status: { conditions: conditions() } });
  const answer = await connections.call({ method: "PATCH", path, type, body: reported });
  if (answer.status !== 200) throw new Error(`report: answered ${answer.status}`);
  return ms;
}

function conditions() {
  const now = `${new Date().toISOString().slice(0, 19)}Z`;
  return ["MemoryPressure", "DiskPressure", "PIDPressure", "Ready"].map((type) => ({
    type,
    status: type === "Ready" ? "True" : "False",
    lastHeartbeatTime: now,
    lastTransitionTime: "2026-01-01T00:00:00Z",
    reason: `Kubelet${type}`,
    message: "as the kubelet says",
  }));
}

function node(index: number) {
  const name = `node-${index}`;
  const metadata = { name, labels: { "kubernetes.io/hostname": name, "kubernetes.io/os": "linux" } };
  const capacity = { cpu: "8", memory: "32Gi", pods: "110" };
  return { apiVersion: "v1", kind: "Node", metadata, status: { capacity, conditions: conditions() } };
}

function lease(index: number, resourceVersion?: string) {
  const spec = {
    holderIdentity: `node-${index}`,
    leaseDurationSeconds: 40,
    renewTime: new Date().toISOString().replace("Z", "000Z"),
  };
  return {
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata: { name: `node-${index}`, resourceVersion },
    spec,
  };
}
