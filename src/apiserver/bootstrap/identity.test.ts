import assert from "node:assert/strict";
import { test } from "node:test";
import type { Lease } from "../../api/index.ts";
import { parseTime, Scope, seededRandom, silentLog, VirtualClock } from "../../base/index.ts";
import { openMemoryStore, type Store, StoreError } from "../../store/index.ts";
import { createApiServer } from "../create.ts";
import { storedJson } from "../stored/encoding.ts";

const PREFIX = "/registry/leases/kube-system/";

/** Servers on one store under one clock, and the leases that show them. */
function world() {
  const clock = new VirtualClock();
  const store = openMemoryStore({ clock });
  const start = async (hostname: string, over: Store = store) => {
    const scope = Scope.logging(silentLog);
    const advertise = { address: "10.0.0.1", port: 6443, hasPeers: true, hostname };
    const options = { store: over, clock, random: seededRandom(hostname), log: silentLog, scope, advertise };
    await createApiServer(options).ready;
    await clock.advance(0);
    return scope;
  };
  const leases = async (): Promise<readonly Lease[]> => {
    const { entries } = await store.range({ start: PREFIX, end: `${PREFIX}~` });
    return entries.map(({ value }) => JSON.parse(new TextDecoder().decode(storedJson(value))));
  };
  return { clock, store, start, leases };
}

test("a server has a Lease by its machine's name, which it renews and takes along when it ends", async () => {
  const { clock, store, start, leases } = world();
  const server = await start("vm");
  const [lease] = await leases();
  const { metadata, spec } = lease!;
  // As kube-apiserver 1.36.1 calls itself on a machine of this name.
  assert.equal(metadata.name, "apiserver-wlv32tlttr4jl3gtroqexyxapa");
  assert.ok(spec.holderIdentity?.startsWith(`${metadata.name}_`));
  assert.equal(spec.leaseDurationSeconds, 3600);
  assert.deepEqual(metadata.labels, {
    "apiserver.kubernetes.io/identity": "kube-apiserver",
    "kubernetes.io/hostname": "vm",
  });
  assert.deepEqual(metadata.annotations, { "kubernetes.io/peer-advertise-address": "10.0.0.1:6443" });
  await clock.advance(10_000);
  const renewals = (await leases()).map((now) => parseTime(now.spec.renewTime!) - parseTime(spec.renewTime!));
  assert.deepEqual(renewals, [10_000]);
  await server.close();
  assert.deepEqual(await leases(), []);
  await store.close();
});

test("servers of one machine share a Lease; the one that stays has it again", async () => {
  const { clock, store, start, leases } = world();
  const [first, second] = [await start("vm"), await start("vm")];
  assert.equal((await leases()).length, 1);
  await second.close();
  await clock.advance(10_000);
  assert.equal((await leases()).length, 1);
  await first.close();
  assert.deepEqual(await leases(), []);
  await store.close();
});

test("the Lease of a server that was killed is removed by another one when it has ended", async () => {
  const { clock, store, start, leases } = world();
  let isCut = false;
  const reachable = new Proxy(store, {
    get(_, name) {
      if (isCut) throw new StoreError("unavailable", "reach store: the machine is gone");
      const value = store[name as keyof Store];
      return typeof value === "function" ? value.bind(store) : value;
    },
  });
  const [killed, other] = [await start("one", reachable), await start("two")];
  isCut = true;
  await killed.close();
  assert.equal((await leases()).length, 2);
  await clock.advance(2 * 3_600_000 + 60_000);
  assert.deepEqual(
    (await leases()).map(({ metadata }) => metadata.labels?.["kubernetes.io/hostname"]),
    ["two"],
  );
  await other.close();
  await store.close();
});
