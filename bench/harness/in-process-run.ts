/** One process of the scenario in-process.ts: prints its figures as JSON. */
import { performance } from "node:perf_hooks";
import { Deployment, type Draft } from "../../src/api/index.ts";
import { Cluster } from "../../src/cluster/index.ts";

const deployment: Draft<Deployment> = {
  metadata: { name: "web", namespace: "default" },
  spec: {
    replicas: 3,
    selector: { matchLabels: { app: "web" } },
    template: {
      metadata: { labels: { app: "web" } },
      spec: { containers: [{ name: "web", image: "example.com/web:1" }] },
    },
  },
};

async function settled(): Promise<{ wallMs: number; threadMs: number }> {
  const startMs = performance.now();
  const before = process.threadCpuUsage();
  await using cluster = await Cluster.start({ nodes: 3, clock: "virtual", seed: 7 });
  await cluster.client.apply(Deployment, deployment, { fieldManager: "bench" });
  await cluster.settle();
  const { user, system } = process.threadCpuUsage(before);
  return { wallMs: performance.now() - startMs, threadMs: (user + system) / 1000 };
}

const first = await settled();
await settled();
const { wallMs: againMs } = await settled();
process.stdout.write(JSON.stringify({ ...first, againMs }));
