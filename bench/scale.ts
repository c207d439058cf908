import { performance } from "node:perf_hooks";
import { Connections, load } from "./harness/load.ts";
import { makePods, PODS } from "./harness/pod.ts";
import { type Row, type Scenario, scaled } from "./harness/scenario.ts";
import { BenchServer } from "./harness/server.ts";
import { stallRow } from "./harness/stall.ts";

/** NAVARCH_BENCH_PODS overrules it. */
const PODS_TOTAL = 100_000;

/** What very many pods cost: memory, lists of all, pages, the start of a watch. */
export const scale: Scenario = {
  name: "scale",
  about: "100,000 pods of 3.5 KB (NAVARCH_BENCH_PODS for another number): memory, lists, pages, the start of a watch",
  async run(scale) {
    await using server = await BenchServer.start(["--nodes", "none", "--disable", "scheduler,controller-manager"]);
    using connections = new Connections(server.access, 16);
    const count = scaled(Number(process.env.NAVARCH_BENCH_PODS ?? PODS_TOTAL), scale);
    await makePods(server, connections, count);
    const rows: Row[] = [
      { what: `memory with ${count} pods`, value: server.rssBytes() / 1e6, unit: "MB" },
      await stallRow(connections, "making them"),
    ];
    const list = async (what: string, { path, accept, total }: { path: string; accept: string; total: number }) => {
      const { p50Ms, cpuMicros } = await load(server, {
        workers: 1,
        total,
        operation: () => connections.call({ method: "GET", path, accept }),
      });
      rows.push(
        { what, value: p50Ms, unit: "ms" },
        { what: `${what}: server CPU`, value: cpuMicros / 1000, unit: "ms" },
        await stallRow(connections, what),
      );
    };
    await list("first page of 500, JSON", { path: `${PODS}?limit=500`, accept: "application/json", total: 5 });
    await list("list of all, JSON", { path: PODS, accept: "application/json", total: 3 });
    await list("list of all, protobuf", { path: PODS, accept: "application/vnd.kubernetes.protobuf", total: 3 });
    await list("list of one label's, JSON", {
      path: `${PODS}?labelSelector=app=app-7`,
      accept: "application/json",
      total: 3,
    });
    rows.push(...(await watchStart(server, connections, count)));
    return [...rows, { what: "memory after all that", value: server.rssBytes() / 1e6, unit: "MB" }];
  },
};

async function watchStart(server: BenchServer, connections: Connections, count: number): Promise<Row[]> {
  const all = Promise.withResolvers<void>();
  let seen = 0;
  const startedMs = performance.now();
  const cpuBefore = server.cpuSeconds();
  const stream = connections.watch(`${PODS}?watch=1&resourceVersion=0`, (events) => {
    seen += events;
    if (seen >= count) all.resolve();
  });
  await all.promise;
  const what = "start of a watch at version 0";
  const rows = [
    { what, value: performance.now() - startedMs, unit: "ms" },
    { what: `${what}: server CPU`, value: (server.cpuSeconds() - cpuBefore) * 1000, unit: "ms" },
  ];
  stream.close();
  return [...rows, await stallRow(connections, what)];
}
