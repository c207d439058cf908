import assert from "node:assert/strict";
import { test } from "node:test";
import { Scope, seededRandom, silentLog, VirtualClock } from "../../base/index.ts";
import { openMemoryStore } from "../../store/index.ts";
import { createApiServer } from "../index.ts";

type Json = Record<string, any>;

const switches = (text: string) =>
  Object.fromEntries(
    text
      .split(",")
      .filter(Boolean)
      .map((one) => [one.split("=")[0]!, !one.endsWith("=false")]),
  );

async function server(runtimeConfig: string, featureGates: Record<string, boolean> = {}) {
  const scope = Scope.logging(silentLog);
  const { handle, ready } = createApiServer({
    store: openMemoryStore(),
    clock: new VirtualClock(),
    random: seededRandom(1),
    log: silentLog,
    scope,
    runtimeConfig: switches(runtimeConfig),
    featureGates,
  });
  await ready;
  const json = async (what: string, value?: unknown): Promise<Json> => {
    const [method = "", path = ""] = what.split(" ");
    const bytes = new TextEncoder().encode(JSON.stringify(value));
    const body = value === undefined ? ({ type: "none" } as const) : ({ type: "bytes", bytes } as const);
    const identity = { name: "admin", groups: ["system:masters"] };
    const { signal } = new AbortController();
    const headers = { "content-type": "application/json" };
    const response = await handle({ method, path, query: "", headers, body, peer: { address: "", identity }, signal });
    return JSON.parse(new TextDecoder().decode((response.body as { bytes: Uint8Array }).bytes));
  };
  const versions = async (group: string) => {
    const { groups } = await json("GET /apis");
    return groups.find((one: Json) => one.name === group)?.versions.map((one: Json) => one.version);
  };
  return { json, versions, close: () => scope.close() };
}

test("versions before the stable ones are served where they are asked for", async () => {
  const { versions, close } = await server("");
  assert.deepEqual(await versions("resource.k8s.io"), ["v1"]);
  await close();
  const all = await server("api/all=true");
  assert.deepEqual(await all.versions("resource.k8s.io"), ["v1", "v1beta2", "v1beta1", "v1alpha3"]);
  assert.deepEqual(await all.versions("storagemigration.k8s.io"), undefined);
  const services = await all.json("GET /apis/apiregistration.k8s.io/v1/apiservices/v1beta1.resource.k8s.io");
  assert.equal(services.spec.versionPriority, 9);
  await all.close();
  const betas = await server("api/beta=true,resource.k8s.io/v1beta1=false", { StorageVersionMigrator: true });
  assert.deepEqual(await betas.versions("resource.k8s.io"), ["v1", "v1beta2"]);
  assert.deepEqual(await betas.versions("storagemigration.k8s.io"), ["v1beta1"]);
  await betas.close();
});

test("an object of a beta version is stored as the stable one", async () => {
  const { json, close } = await server("resource.k8s.io/v1beta1");
  const metadata = { name: "s" };
  const pool = { name: "p", generation: 1, resourceSliceCount: 1 };
  const devices = [{ name: "d", basic: { attributes: { a: { int: 1 } } } }];
  const spec = { driver: "a.b", nodeName: "n", pool, devices };
  const made = await json("POST /apis/resource.k8s.io/v1beta1/resourceslices", { metadata, spec });
  assert.deepEqual(made.spec?.devices, devices, JSON.stringify(made));
  const stable = await json("GET /apis/resource.k8s.io/v1/resourceslices/s");
  assert.deepEqual(stable.spec.devices, [{ name: "d", attributes: { a: { int: 1 } } }]);
  const claims = "namespaces/default/resourceclaims";
  const requests = [{ name: "r", deviceClassName: "c" }];
  const claim = { metadata: { name: "c" }, spec: { devices: { requests } } };
  const asked = await json(`POST /apis/resource.k8s.io/v1beta1/${claims}`, claim);
  const full = { allocationMode: "ExactCount", count: 1, deviceClassName: "c" };
  assert.deepEqual(asked.spec?.devices.requests, [{ name: "r", ...full }], JSON.stringify(asked));
  const { spec: kept } = await json(`GET /apis/resource.k8s.io/v1/${claims}/c`);
  assert.deepEqual(kept.devices.requests, [{ name: "r", exactly: full }]);
  await close();
});

test("a version may be served although the one that is stored is not", async () => {
  const { json, close } = await server("resource.k8s.io/v1beta2=true");
  const spec = { taint: { key: "a.b/c", effect: "NoSchedule" } };
  const path = "/apis/resource.k8s.io/v1beta2/devicetaintrules";
  const made = await json(`POST ${path}`, { metadata: { name: "t" }, spec });
  assert.equal(made.apiVersion, "resource.k8s.io/v1beta2", JSON.stringify(made));
  assert.equal((await json(`GET ${path}`)).items.length, 1);
  assert.equal((await json("GET /apis/resource.k8s.io/v1alpha3/devicetaintrules")).kind, "Status");
  await close();
});
