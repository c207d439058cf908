import { Connections, type Figures, load } from "./harness/load.ts";
import { type Row, type Scenario, scaled } from "./harness/scenario.ts";
import { BenchServer } from "./harness/server.ts";

const CONNECTIONS = 16;
const FILLING = "x".repeat(800);

/** 1 KiB ConfigMaps through TLS, HTTP/2, client certificates, RBAC and admission, durable on disk. */
export const api: Scenario = {
  name: "api",
  about: "1 KiB ConfigMaps over TLS, 16 connections; every write is on disk before it is answered",
  async run(scale) {
    await using server = await BenchServer.start(["--nodes", "none", "--disable", "scheduler,controller-manager"]);
    using connections = new Connections(server.access, CONNECTIONS);
    const measure = async (what: string, options: Parameters<typeof load>[1]) =>
      rows(what, await load(server, options));
    const count = scaled(20_000, scale);
    const path = (index: number) => `${CONFIGMAPS}/cm-${index}`;
    const put = (index: number, value: string) => ({
      method: "PUT",
      path: path(index),
      body: JSON.stringify(configMap(index, value)),
    });
    const patch = (index: number, type: string, query = "") => ({
      method: "PATCH",
      path: path(index) + query,
      type,
      body: JSON.stringify({
        ...(query && { apiVersion: "v1", kind: "ConfigMap" }),
        metadata: { name: `cm-${index}` },
        data: { state: `${type}-${index}` },
      }),
    });
    return [
      ...(await measure("create, 32 writers", {
        workers: 32,
        total: count,
        operation: (index) =>
          connections.call({ method: "POST", path: CONFIGMAPS, body: JSON.stringify(configMap(index, FILLING)) }),
      })),
      ...(await measure("get, 16 readers", {
        workers: 16,
        total: scaled(40_000, scale),
        operation: (index) => connections.call({ method: "GET", path: path(index % count) }),
      })),
      ...(await measure("update, 16 writers", {
        workers: 16,
        total: count,
        operation: (index) => connections.call(put(index, `${FILLING}!`)),
      })),
      ...(await measure("merge patch, 16 writers", {
        workers: 16,
        total: count,
        operation: (index) => connections.call(patch(index, "application/merge-patch+json")),
      })),
      ...(await measure("server-side apply, 16 writers", {
        workers: 16,
        total: count,
        operation: (index) =>
          connections.call(patch(index, "application/apply-patch+yaml", "?fieldManager=bench&force=true")),
      })),
      ...(await measure("delete, 16 writers", {
        workers: 16,
        total: count,
        operation: (index) => connections.call({ method: "DELETE", path: path(index) }),
      })),
    ];
  },
};

const CONFIGMAPS = "/api/v1/namespaces/default/configmaps";

function configMap(index: number, value: string) {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name: `cm-${index}` }, data: { value } };
}

function rows(what: string, { perSecond, p50Ms, p99Ms, cpuMicros }: Figures): Row[] {
  return [
    { what, value: perSecond, unit: "operations/s" },
    { what: `${what}: median`, value: p50Ms, unit: "ms" },
    { what: `${what}: p99`, value: p99Ms, unit: "ms" },
    { what: `${what}: server CPU`, value: cpuMicros, unit: "µs/operation" },
  ];
}
