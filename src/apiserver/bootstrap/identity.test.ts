import assert from "node:assert/strict";
import { test } from "node:test";
import type { Lease } from "../../api/index.ts";
import { parseTime, Scope, seededRandom, silentLog, VirtualClock } from "../../base/index.ts";
import { openMemoryStore } from "../../store/index.ts";
import { createApiServer } from "../create.ts";
import { storedJson } from "../registry/encoding.ts";

const PREFIX = "/registry/leases/kube-system/";

/** Servers on one store under one clock, and the leases that show them. */
function world() {
  const clock = new VirtualClock();
  const store = openMemoryStore({ clock });
  const start = async (port: number) => {
    const scope = Scope.logging(silentLog);
    const advertise = { address: "10.0.0.1", port, hasPeers: true, hostname: "machine" };
    const options = { store, clock, random: seededRandom(port), log: silentLog, scope, advertise };
    await createApiServer(options).ready;
    return scope;
  };
  const leases = async (): Promise<readonly Lease[]> => {
    const { entries } = await store.range({ start: PREFIX, end: `${PREFIX}~` });
    return entries.map(({ value }) => JSON.parse(new TextDecoder().decode(storedJson(value))));
  };
  return { clock, store, start, leases };
}

test("each server of a store has a Lease, which it renews and another one removes when it has ended", async () => {
  const { clock, store, start, leases } = world();
  const [first, second] = [await start(1), await start(2)];
  await clock.advance(0);
  const before = await leases();
  assert.equal(before.length, 2);
  for (const { metadata, spec } of before) {
    assert.match(metadata.name, /^apiserver-[a-z2-7]{26}$/);
    assert.ok(spec.holderIdentity?.startsWith(`${metadata.name}_`));
    assert.equal(spec.leaseDurationSeconds, 3600);
    assert.deepEqual(metadata.labels, {
      "apiserver.kubernetes.io/identity": "kube-apiserver",
      "kubernetes.io/hostname": "machine",
    });
  }
  await clock.advance(10_000);
  const renewals = (await leases()).map(
    ({ spec }) => parseTime(spec.renewTime!) - parseTime(before[0]!.spec.renewTime!),
  );
  assert.deepEqual(renewals, [10_000, 10_000]);
  await first.close();
  await clock.advance(2 * 3_600_000 + 60_000);
  assert.equal((await leases()).length, 1);
  await second.close();
  await store.close();
});
