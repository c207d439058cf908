import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { Connections, load } from "./harness/load.ts";
import { makePods, PODS } from "./harness/pod.ts";
import { type Row, type Scenario, scaled } from "./harness/scenario.ts";
import { BenchServer } from "./harness/server.ts";
import { stallRow } from "./harness/stall.ts";

/** NAVARCH_BENCH_PODS overrules it. */
const PODS_TOTAL = 100_000;
const PAGE = 500;
const JSON_TYPE = "application/json";
const STREAMED = "watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true";

/** What very many pods cost: memory, lists of all, pages, the start of a watch, a start with all of it on disk. */
export const scale: Scenario = {
  name: "scale",
  about:
    "100,000 pods of 3.5 KB (NAVARCH_BENCH_PODS for another number): memory, lists, pages, the start of a watch, starting again",
  async run(scale) {
    const args = ["--nodes", "none", "--disable", "scheduler,controller-manager"];
    const directory = mkdtempSync(join(tmpdir(), "navarch-bench-"));
    try {
      const rows = await measure(await BenchServer.start(args, directory), scale);
      await using again = await BenchServer.start(args, directory);
      return [
        ...rows,
        { what: "starting again, all of it on disk", value: again.readyMs, unit: "ms" },
        memoryRow(again, "starting again"),
      ];
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  },
};

async function measure(started: BenchServer, scale: number): Promise<Row[]> {
  await using server = started;
  using connections = new Connections(server.access, 16);
  const count = scaled(Number(process.env.NAVARCH_BENCH_PODS ?? PODS_TOTAL), scale);
  await makePods(server, connections, count);
  const made = `making ${count} pods`;
  const rows: Row[] = [memoryRow(server, made), await stallRow(connections, made)];
  const list = async (what: string, { path, accept, total }: { path: string; accept: string; total: number }) => {
    const { p50Ms, p99Ms, cpuMicros } = await load(server, {
      workers: 1,
      total,
      operation: () => connections.call({ method: "GET", path, accept }),
    });
    rows.push(
      { what, value: p50Ms, unit: "ms" },
      { what: `${what}: slowest`, value: p99Ms, unit: "ms" },
      { what: `${what}: server CPU`, value: cpuMicros / 1000, unit: "ms" },
      await stallRow(connections, what),
      memoryRow(server, what),
    );
  };
  await list("first page of 500, JSON", { path: `${PODS}?limit=${PAGE}`, accept: JSON_TYPE, total: 20 });
  await list("list of all, JSON", { path: PODS, accept: JSON_TYPE, total: 4 });
  await list("list of all, protobuf", { path: PODS, accept: "application/vnd.kubernetes.protobuf", total: 4 });
  await list("table of all", { path: PODS, accept: "application/json;as=Table;v=v1;g=meta.k8s.io", total: 2 });
  await list("list of one label's, JSON", { path: `${PODS}?labelSelector=app=app-7`, accept: JSON_TYPE, total: 4 });
  rows.push(
    ...(await pages(server, connections)),
    ...(await watchStart(server, connections, {
      what: "start of a watch at version 0",
      query: "watch=1&resourceVersion=0",
      count,
    })),
    ...(await watchStart(server, connections, { what: "streamed list", query: STREAMED, count })),
  );
  return rows;
}

function memoryRow(server: BenchServer, after: string): Row {
  return { what: `${after}: memory after it`, value: server.rssBytes() / 1e6, unit: "MB" };
}

/** All pods in pages, one after the other. */
async function pages(server: BenchServer, connections: Connections): Promise<Row[]> {
  const startedMs = performance.now();
  const cpuBefore = server.cpuSeconds();
  for (let token = ""; ; ) {
    const path = `${PODS}?limit=${PAGE}${token && `&continue=${token}`}`;
    const { body } = await connections.call({ method: "GET", path });
    // It stands before the items, none of which has to be parsed to go on.
    const next = /"continue":"([^"]+)"/.exec(body.toString("latin1", 0, 1000))?.[1];
    if (!next) break;
    token = next;
  }
  const what = "list of all in pages of 500, JSON";
  return [
    { what, value: performance.now() - startedMs, unit: "ms" },
    { what: `${what}: server CPU`, value: (server.cpuSeconds() - cpuBefore) * 1000, unit: "ms" },
    await stallRow(connections, what),
  ];
}

interface Start {
  readonly what: string;
  readonly query: string;
  readonly count: number;
}

async function watchStart(
  server: BenchServer,
  connections: Connections,
  { what, query, count }: Start,
): Promise<Row[]> {
  const all = Promise.withResolvers<void>();
  let seen = 0;
  const startedMs = performance.now();
  const cpuBefore = server.cpuSeconds();
  const stream = connections.watch(`${PODS}?${query}`, (events) => {
    seen += events;
    if (seen >= count) all.resolve();
  });
  await all.promise;
  const rows = [
    { what, value: performance.now() - startedMs, unit: "ms" },
    { what: `${what}: server CPU`, value: (server.cpuSeconds() - cpuBefore) * 1000, unit: "ms" },
  ];
  stream.close();
  return [...rows, await stallRow(connections, what), memoryRow(server, what)];
}
