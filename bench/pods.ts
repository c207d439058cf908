import { performance } from "node:perf_hooks";
import { Connections, load } from "./harness/load.ts";
import { type Row, type Scenario, scaled } from "./harness/scenario.ts";
import { BenchServer } from "./harness/server.ts";

const PODS = "/api/v1/namespaces/default/pods";
const PROTOBUF = "application/vnd.kubernetes.protobuf";

/** Lists of many pods and one write to many watchers. */
export const pods: Scenario = {
  name: "pods",
  about: "lists of 5,000 pods; 1,000 watchers of all pods, each told of every write",
  async run(scale) {
    await using server = await BenchServer.start(["--nodes", "none", "--disable", "scheduler,controller-manager"]);
    using connections = new Connections(server.access, 16);
    const count = scaled(5000, scale);
    await connections.call({
      method: "POST",
      path: "/api/v1/namespaces/default/serviceaccounts",
      body: JSON.stringify({ apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "default" } }),
    });
    await load(server, {
      workers: 32,
      total: count,
      operation: (index) => connections.call({ method: "POST", path: PODS, body: JSON.stringify(pod(index)) }),
    });
    return [
      ...(await list(server, connections, { what: `list of ${count} pods, JSON`, accept: "application/json" })),
      ...(await list(server, connections, { what: `list of ${count} pods, protobuf`, accept: PROTOBUF })),
      ...(await fanOut(server, connections, { watchers: scaled(1000, scale), writes: scaled(200, scale) })),
      { what: `memory with ${count} pods`, value: server.rssBytes() / 1e6, unit: "MB" },
    ];
  },
};

async function list(
  server: BenchServer,
  connections: Connections,
  { what, accept }: { what: string; accept: string },
): Promise<Row[]> {
  const { p50Ms, cpuMicros } = await load(server, {
    workers: 1,
    total: 10,
    operation: () => connections.call({ method: "GET", path: PODS, accept }),
  });
  return [
    { what, value: p50Ms, unit: "ms" },
    { what: `${what}: server CPU`, value: cpuMicros / 1000, unit: "ms" },
  ];
}

async function fanOut(
  server: BenchServer,
  connections: Connections,
  { watchers, writes }: { watchers: number; writes: number },
): Promise<Row[]> {
  const start = await connections.call({ method: "GET", path: `${PODS}?limit=1` });
  const { resourceVersion } = JSON.parse(start.body.toString()).metadata;
  const wanted = watchers * writes;
  const all = Promise.withResolvers<void>();
  let seen = 0;
  // Several hundred streams a connection; a server may allow no more than 250.
  using sockets = new Connections(server.access, Math.ceil(watchers / 100));
  const streams = Array.from({ length: watchers }, () =>
    sockets.watch(`${PODS}?watch=1&resourceVersion=${resourceVersion}`, (events) => {
      seen += events;
      if (seen >= wanted) all.resolve();
    }),
  );
  await Promise.all(streams.map((stream) => stream.open));
  const cpuBefore = server.cpuSeconds();
  const startedMs = performance.now();
  for (let index = 0; index < writes; index++) {
    const body = JSON.stringify({ metadata: { labels: { turn: String(index) } } });
    const type = "application/merge-patch+json";
    await connections.call({ method: "PATCH", path: `${PODS}/pod-0`, body, type });
  }
  await all.promise;
  const seconds = (performance.now() - startedMs) / 1000;
  for (const stream of streams) stream.close();
  return [
    { what: `watch, ${watchers} watchers`, value: wanted / seconds, unit: "deliveries/s" },
    {
      what: `watch, ${watchers} watchers: server CPU`,
      value: ((server.cpuSeconds() - cpuBefore) / wanted) * 1e6,
      unit: "µs/delivery",
    },
  ];
}

function pod(index: number) {
  const environment = Array.from({ length: 20 }, (_, at) => ({
    name: `VARIABLE_${at}`,
    value: `value-${at}`.repeat(3),
  }));
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: `pod-${index}`, labels: { app: `app-${index % 50}`, tier: "backend" } },
    spec: {
      nodeName: `node-${index % 1000}`,
      containers: [
        {
          name: "main",
          image: "example.com/app:1",
          env: environment,
          resources: { requests: { cpu: "10m", memory: "16Mi" } },
        },
      ],
    },
  };
}
