import { performance } from "node:perf_hooks";
import { Node, Pod, ServiceAccount } from "../src/api/index.ts";
import { createApiServer } from "../src/apiserver/index.ts";
import { cryptoRandom, realClock, Scope, silentLog } from "../src/base/index.ts";
import { createClient, directTransport } from "../src/client/index.ts";
import { startScheduler } from "../src/scheduler/index.ts";
import { openMemoryStore } from "../src/store/index.ts";
import { type Row, type Scenario, scaled } from "./harness/scenario.ts";

/** Creates that wait at the same time. */
const WRITERS = 16;
const ZONES = 3;

/**
 * How fast waiting pods get nodes, from the scheduler's start to the last binding; and how fast while they are being
 * made. API server, memory store and scheduler in this process; nodes are objects without a kubelet.
 */
export const scheduler: Scenario = {
  name: "scheduler",
  about: "3,000 waiting pods with spread constraints onto 1,000 nodes, then 3,000 more, all in one process",
  async run(scale) {
    const parts = { clock: realClock(), random: cryptoRandom(), log: silentLog };
    const scope = Scope.logging(silentLog);
    try {
      const server = createApiServer({ ...parts, scope, store: openMemoryStore() });
      await server.ready;
      const transport = directTransport(server.handle, { name: "bench", groups: ["system:masters"] });
      const client = createClient({ transport, clock: parts.clock });
      await client.create(ServiceAccount, { metadata: { name: "default", namespace: "default" } });
      const nodes = scaled(1000, scale);
      await inParallel(nodes, (index) => client.create(Node, nodeOf(index)));
      const pods = scaled(3000, scale);
      await inParallel(pods, (index) => client.create(Pod, podOf(`waiting-${index}`, index)));
      const waitingBound = boundPods(client, pods, scope.signal);
      const startedMs = performance.now();
      const { ready } = await startScheduler({ ...parts, scope, client }, { leaderElect: false });
      await ready;
      await waitingBound;
      const value = (pods / (performance.now() - startedMs)) * 1000;
      const waiting = { what: `${pods} waiting pods bound on ${nodes} nodes`, value, unit: "pods/s" };
      return [waiting, ...(await measure(client, { nodes, pods }, scope.signal))];
    } finally {
      await scope.close();
    }
  },
};

async function measure(
  client: Client,
  { nodes, pods }: { nodes: number; pods: number },
  signal: AbortSignal,
): Promise<Row[]> {
  const done = boundPods(client, 2 * pods, signal);
  const startedMs = performance.now();
  await inParallel(pods, (index) => client.create(Pod, podOf(`pod-${index}`, index)));
  const createdMs = performance.now();
  const perNode = await done;
  const seconds = (performance.now() - startedMs) / 1000;
  return [
    { what: `${pods} pods made and bound on ${nodes} nodes`, value: pods / seconds, unit: "pods/s" },
    { what: "of that, making them", value: (createdMs - startedMs) / 1000, unit: "s" },
    { what: "most pods on one node", value: Math.max(...perNode.values()), unit: "pods" },
  ];
}

async function inParallel(count: number, work: (index: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const writer = async () => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: WRITERS }, writer));
}

type Client = ReturnType<typeof createClient>;

/** Pods by node, once all are bound. */
async function boundPods(client: Client, wanted: number, signal: AbortSignal): Promise<Map<string, number>> {
  const bound = new Map<string, string>();
  for await (const batch of client.watch(Pod, { resourceVersion: "0", signal })) {
    for (const { object } of batch) {
      const { metadata, spec } = object as Pod;
      if (spec?.nodeName) bound.set(metadata.name, spec.nodeName);
    }
    if (bound.size === wanted) break;
  }
  const perNode = new Map<string, number>();
  for (const node of bound.values()) perNode.set(node, (perNode.get(node) ?? 0) + 1);
  return perNode;
}

function nodeOf(index: number) {
  const name = `node-${index}`;
  const labels = { "kubernetes.io/hostname": name, "topology.kubernetes.io/zone": `zone-${index % ZONES}` };
  return { metadata: { name, labels }, status: { allocatable: { cpu: "8", memory: "32Gi", pods: "110" } } };
}

function podOf(name: string, index: number) {
  const labels = { app: `app-${index % 20}` };
  const topologySpreadConstraints = [
    {
      topologyKey: "topology.kubernetes.io/zone",
      maxSkew: 5,
      whenUnsatisfiable: "ScheduleAnyway",
      labelSelector: { matchLabels: labels },
    },
  ];
  return {
    metadata: { name, namespace: "default", labels },
    spec: {
      topologySpreadConstraints,
      tolerations: [{ operator: "Exists" }],
      containers: [{ name: "c", image: "i:1", resources: { requests: { cpu: "100m", memory: "100Mi" } } }],
    },
  };
}
