import assert from "node:assert/strict";
import { test } from "node:test";
import { type Service, ServiceCIDR } from "../../api/index.ts";
import { seededRandom, VirtualClock } from "../../base/index.ts";
import { openMemoryStore } from "../../store/index.ts";
import type { Reads } from "../contracts.ts";
import { decodeRange } from "./range-allocation.ts";
import { ServiceRanges } from "./ranges.ts";
import { addedCidrs, repairServices } from "./repair.ts";
import { serviceHooks } from "./services.ts";

type Hooked = Parameters<NonNullable<ReturnType<typeof serviceHooks>["before"]>>[0];
const WRITE = { dryRun: false, fieldManager: "test", isApply: false };

/** Services over an empty store: two addresses, two node ports. */
function world(added: readonly string[] = []) {
  const clock = new VirtualClock();
  const store = openMemoryStore();
  const nodePortRange = { first: 30_000, last: 30_001 };
  const stored: Service[] = [];
  const services = async () => stored;
  const ranges = new ServiceRanges({
    store,
    clock,
    random: seededRandom(1),
    serviceCidr: "10.0.0.0/30",
    nodePortRange,
    services,
    addedCidrs: async () => added,
  });
  const hooks = serviceHooks(ranges);
  const repair = () => repairServices({ ranges, store, clock, services });
  const make = async (name: string, spec: object = {}, write: object = {}) => {
    const service = {
      metadata: { namespace: "default", name },
      spec: { type: "ClusterIP", selector: { app: name }, ports: [{ port: 80, protocol: "TCP" }], ...spec },
    };
    const settle = await hooks.before!(service as Hooked, undefined, { ...WRITE, ...write });
    return { service: service as typeof service & { spec: Record<string, unknown> }, settle: settle! };
  };
  const records = async () =>
    (await store.range({ start: "/registry/ipaddresses/", end: "/registry/ipaddresses0" })).entries.map(
      ({ key }) => key,
    );
  const ports = async () => {
    const { entry } = await store.get("/registry/ranges/servicenodeports");
    return entry ? decodeRange(entry.value).taken.toString(2) : "";
  };
  return { clock, stored, hooks, repair, make, records, ports };
}

test("services get addresses until there are none; what is deleted gives its own back", async () => {
  const { hooks, make } = world();
  const { service } = await make("a");
  await make("b");
  await assert.rejects(make("c"), /range is full/);
  await hooks.afterDelete!(service as never);
  assert.equal((await make("c")).service.spec.clusterIP, service.spec.clusterIP);
});

test("an address that another service holds by now stays with it", async () => {
  const { hooks, make, records } = world();
  const { service } = await make("a");
  await hooks.afterDelete!(service as never);
  await make("b", { clusterIP: service.spec.clusterIP, clusterIPs: [service.spec.clusterIP] });
  await hooks.afterDelete!(service as never);
  assert.deepEqual(await records(), [`/registry/ipaddresses/${service.spec.clusterIP}`]);
});

test("a service that can't be stored leaves nothing behind", async () => {
  const { make, records, ports } = world();
  const { settle } = await make("a", { type: "NodePort" });
  assert.deepEqual([(await records()).length, (await ports()).length], [1, 1]);
  await settle.undone();
  assert.deepEqual([await records(), await ports()], [[], "0"]);
  await assert.rejects(make("b", { type: "NodePort", ports: [{ port: 1, nodePort: 1 }] }), /valid range/);
  await make("c", { type: "NodePort" }, { dryRun: true });
  assert.deepEqual(await records(), []);
});

test("a range that was added is drawn from once the first is empty", async () => {
  const { make } = world(["10.9.0.0/30"]);
  await make("a");
  await make("b");
  assert.match(String((await make("c")).service.spec.clusterIP), /^10\.9\.0\.[12]$/);
});

test("only ranges that are ready and stay count", async () => {
  const range = (cidr: string, status: string, more: object = {}) => ({
    metadata: { name: cidr, ...more },
    spec: { cidrs: [cidr] },
    status: { conditions: [{ type: "Ready", status }] },
  });
  const ranges = [
    range("10.1.0.0/24", "True"),
    range("10.2.0.0/24", "False"),
    range("10.3.0.0/24", "True", { deletionTimestamp: "2026-01-01T00:00:00Z" }),
  ];
  const reads = { list: async (kind: unknown) => (kind === ServiceCIDR ? ranges : []) } as unknown as Reads;
  assert.deepEqual(await addedCidrs(reads), ["10.1.0.0/24"]);
});

test("a repair makes records that are missing and drops old ones without a service", async () => {
  const { clock, stored, repair, make, records, ports, hooks } = world();
  const { service } = await make("a", { type: "NodePort" });
  await make("gone", { type: "NodePort" });
  stored.push(service as unknown as Service);
  await repair();
  assert.equal((await records()).length, 2, "a young record may belong to a service that is being written");
  await clock.advance(120_000);
  await repair();
  assert.equal((await records()).length, 1);
  assert.equal(await ports(), "11", "so may a port that two repairs have seen");
  await repair();
  const left = [await records(), await ports()];
  assert.equal(left[1], "1");
  await hooks.afterDelete!(service as never);
  assert.equal(await ports(), "0");
  await repair();
  assert.deepEqual([await records(), await ports()], left);
});

test("a headless service that loses its selector keeps the one family that it had", async () => {
  const { hooks, make } = world();
  const { service } = await make("a", { clusterIP: "None", clusterIPs: ["None"] });
  const { selector: _, ipFamilies: __, ipFamilyPolicy: ___, ...spec } = service.spec;
  const changed = { ...service, spec, status: {} };
  await hooks.before!(changed as Hooked, service as never, WRITE as never);
  assert.deepEqual([changed.spec.ipFamilyPolicy, changed.spec.ipFamilies], ["SingleStack", ["IPv4"]]);
});
