import { performance } from "node:perf_hooks";
import { Connections, type Figures, load } from "./harness/load.ts";
import { makePods, nodeOf, PODS } from "./harness/pod.ts";
import { type Row, type Scenario, scaled } from "./harness/scenario.ts";
import { BenchServer } from "./harness/server.ts";
import { stallRow } from "./harness/stall.ts";

const PROTOBUF = "application/vnd.kubernetes.protobuf";

/** Lists of many pods and one write to many watchers. */
export const pods: Scenario = {
  name: "pods",
  about:
    "lists of 5,000 pods; 1,000 watchers of everything, told of every write; 1,000 watchers of one node's pods each",
  async run(scale) {
    await using server = await BenchServer.start(["--nodes", "none", "--disable", "scheduler,controller-manager"]);
    using connections = new Connections(server.access, 16);
    const count = scaled(5000, scale);
    await makePods(server, connections, count);
    return [
      ...(await list(server, connections, { what: `list of ${count} pods, JSON`, accept: "application/json" })),
      ...(await list(server, connections, { what: `list of ${count} pods, protobuf`, accept: PROTOBUF })),
      await stallRow(connections, "making and listing pods"),
      ...(await fanOut(server, connections, { watchers: scaled(1000, scale), writes: scaled(200, scale) })),
      ...(await smallFanOut(server, connections, { watchers: scaled(1000, scale), writes: scaled(400, scale) })),
      { what: `memory with ${count} pods`, value: server.rssBytes() / 1e6, unit: "MB" },
      ...(await perNode(server, connections, { watchers: scaled(1000, scale), writes: scaled(3000, scale), count })),
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

interface Fan {
  readonly watchers: number;
  readonly writes: number;
}

/** One write to many watchers, as fast as one writer goes. */
function fanOut(server: BenchServer, connections: Connections, fan: Fan): Promise<Row[]> {
  return tellAll(server, connections, { ...fan, what: "pods", path: PODS, name: "pod-0" });
}

const CONFIGMAPS = "/api/v1/namespaces/default/configmaps";

/** The same with objects of 1 KiB. */
async function smallFanOut(server: BenchServer, connections: Connections, fan: Fan): Promise<Row[]> {
  const object = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "told" }, data: { value: "x".repeat(800) } };
  await connections.call({ method: "POST", path: CONFIGMAPS, body: JSON.stringify(object) });
  return tellAll(server, connections, { ...fan, what: "1 KiB", path: CONFIGMAPS, name: "told" });
}

interface Telling extends Fan {
  readonly what: string;
  readonly path: string;
  readonly name: string;
}

async function tellAll(
  server: BenchServer,
  connections: Connections,
  { what, path, name, watchers, writes }: Telling,
): Promise<Row[]> {
  const start = await connections.call({ method: "GET", path: `${path}?limit=1` });
  const { resourceVersion } = JSON.parse(start.body.toString()).metadata;
  const wanted = watchers * writes;
  const all = Promise.withResolvers<void>();
  let seen = 0;
  // Several hundred streams a connection; a server may allow no more than 250.
  using sockets = new Connections(server.access, Math.ceil(watchers / 100));
  const streams = Array.from({ length: watchers }, () =>
    sockets.watch(`${path}?watch=1&resourceVersion=${resourceVersion}`, (events) => {
      seen += events;
      if (seen >= wanted) all.resolve();
    }),
  );
  await Promise.all(streams.map((stream) => stream.open));
  await stallRow(connections, "");
  const cpuBefore = server.cpuSeconds();
  const startedMs = performance.now();
  for (let index = 0; index < writes; index++) await connections.call(labelPatch(`${path}/${name}`, index));
  await all.promise;
  const seconds = (performance.now() - startedMs) / 1000;
  const cpuSeconds = server.cpuSeconds() - cpuBefore;
  const label = `watch of ${what}, ${watchers} watchers`;
  const stall = await stallRow(connections, label);
  for (const stream of streams) stream.close();
  return [
    { what: label, value: wanted / seconds, unit: "deliveries/s" },
    { what: `${label}: server CPU`, value: (cpuSeconds / wanted) * 1e6, unit: "µs/delivery" },
    stall,
  ];
}

function labelPatch(path: string, index: number) {
  const body = JSON.stringify({ metadata: { labels: { turn: String(index) } } });
  return { method: "PATCH", path, body, type: "application/merge-patch+json" };
}

/** So often in turn without and with watchers: what else the machine does, and what the server still learns, hits both. */
const PER_NODE_ROUNDS = 6;

interface PerNode extends Fan {
  readonly count: number;
}

/** Writes while nobody watches, and while each of many watches one node's pods. */
async function perNode(
  server: BenchServer,
  connections: Connections,
  { watchers, writes, count }: PerNode,
): Promise<Row[]> {
  let turn = 0;
  const write = () =>
    load(server, {
      workers: 16,
      total: writes,
      operation: (index) => connections.call(labelPatch(`${PODS}/pod-${index % count}`, turn++)),
    });
  await write();
  const alone: Figures[] = [];
  const watched: Figures[] = [];
  for (let round = 0; round < PER_NODE_ROUNDS; round++) {
    alone.push(await write());
    using _ = await watchNodes(server, { watchers, count });
    watched.push(await write());
  }
  const mean = (figures: readonly Figures[], of: (one: Figures) => number) =>
    figures.reduce((sum, one) => sum + of(one), 0) / figures.length;
  const [aloneMicros, watchedMicros] = [alone, watched].map((all) => mean(all, ({ cpuMicros }) => cpuMicros));
  const [alonePerSecond, watchedPerSecond] = [alone, watched].map((all) => mean(all, ({ perSecond }) => perSecond));
  const what = `writes, ${watchers} watchers of a node each`;
  return [
    { what: "writes, no watchers: server CPU", value: aloneMicros!, unit: "µs/write" },
    { what: `${what}: server CPU`, value: watchedMicros!, unit: "µs/write" },
    { what: `${what}: of that without`, value: watchedMicros! / aloneMicros!, unit: "x" },
    { what, value: watchedPerSecond!, unit: "writes/s" },
    { what: `${what}: rate of that without`, value: watchedPerSecond! / alonePerSecond!, unit: "x" },
  ];
}

/** Watches of one node's pods each, which have been told of the pods that are there: that is no part of a write. */
async function watchNodes(
  server: BenchServer,
  { watchers, count }: Pick<PerNode, "watchers" | "count">,
): Promise<Disposable> {
  const sockets = new Connections(server.access, Math.ceil(watchers / 100));
  const begun = Promise.withResolvers<void>();
  let left = Array.from({ length: count }, (_, index) => nodeOf(index)).filter((node) => node < watchers).length;
  const streams = Array.from({ length: watchers }, (_, index) =>
    sockets.watch(`${PODS}?watch=1&resourceVersion=0&fieldSelector=spec.nodeName=node-${index}`, (events) => {
      left -= events;
      if (left <= 0) begun.resolve();
    }),
  );
  await Promise.all(streams.map((stream) => stream.open));
  await begun.promise;
  return sockets;
}
