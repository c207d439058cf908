import assert from "node:assert/strict";
import { test } from "node:test";
import { openMemoryStore } from "../../store/index.ts";
import { isProtobuf, storedJson } from "../stored/encoding.ts";
import { ServerAddresses } from "./server-addresses.ts";

const PROTOBUF = "application/vnd.kubernetes.protobuf";

test("each server says that it is there, under a lease, as the original's do", async () => {
  await using store = openMemoryStore();
  const servers = ["10.0.0.2", "10.0.0.1"].map(
    (address) =>
      new ServerAddresses({
        store,
        address,
        port: 6443,
        storageMediaType: PROTOBUF,
      }),
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

test("what a server keeps for its peers is what kube-apiserver 1.36.1 keeps there, byte for byte", async () => {
  await using store = openMemoryStore();
  const place = { address: "192.0.2.1", port: 39_925, hostname: "vm", storageMediaType: PROTOBUF } as const;
  const server = new ServerAddresses({ store, ...place });
  await server.announce();
  await server.announce();
  const { entries } = await store.range({ start: "/registry/", end: "/registry0" });
  assert.deepEqual(
    entries.map(({ key, value }) => [key, Buffer.from(value).toString("hex")]),
    [
      [
        "/registry/masterleases/192.0.2.1",
        "6b3873000a0f0a0276311209456e64706f696e747312230a100a0012001a0022002a00320038024200120f0a0d0a09" +
          "3139322e302e322e311a001a002200",
      ],
      [
        "/registry/peerserverleases/apiserver-wlv32tlttr4jl3gtroqexyxapa",
        "6b3873000a0f0a0276311209456e64706f696e747312700a4b0a0012001a0022002a003200380242005a390a116170" +
          "697365727665724964656e7469747912246170697365727665722d776c763332746c747472346a6c336774726f7165" +
          "78797861706112210a0d0a093139322e302e322e311a001a100a05687474707310f5b7021a035443501a002200",
      ],
    ],
  );
  await server.leave();
  assert.equal((await store.range({ start: "/registry/", end: "/registry0" })).count, 0);
});
