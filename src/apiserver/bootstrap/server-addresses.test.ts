import assert from "node:assert/strict";
import { test } from "node:test";
import { openMemoryStore } from "../../store/index.ts";
import { isProtobuf, storedJson } from "../registry/encoding.ts";
import { ServerAddresses } from "./server-addresses.ts";

test("each server says that it is there, under a lease, as the original's do", async () => {
  await using store = openMemoryStore();
  const servers = ["10.0.0.2", "10.0.0.1"].map(
    (address) => new ServerAddresses({ store, address, storageMediaType: "application/vnd.kubernetes.protobuf" }),
  );
  const [first, second] = servers as [ServerAddresses, ServerAddresses];
  assert.deepEqual(await first.announce(), ["10.0.0.2"]);
  assert.deepEqual(await second.announce(), ["10.0.0.1", "10.0.0.2"]);
  const { entry } = await store.get("/registry/masterleases/10.0.0.2");
  assert.ok(isProtobuf(entry!.value) && entry!.lease !== 0);
  assert.deepEqual(JSON.parse(new TextDecoder().decode(storedJson(entry!.value))).subsets, [
    { addresses: [{ ip: "10.0.0.2" }] },
  ]);
  await first.announce();
  assert.equal((await store.leases()).length, 2);
  await store.revokeLease(entry!.lease);
  assert.deepEqual(await second.announce(), ["10.0.0.1"]);
  assert.deepEqual(await first.announce(), ["10.0.0.1", "10.0.0.2"]);
  assert.deepEqual(await second.leave(), ["10.0.0.2"]);
});
