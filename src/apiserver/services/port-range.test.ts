import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { seededRandom } from "../../base/index.ts";
import { openMemoryStore, type Store } from "../../store/index.ts";
import { PortRange } from "./port-range.ts";
import { decodeRange, encodeRange } from "./range-allocation.ts";

const KEY = "/registry/ranges/servicenodeports";
const PROTOBUF = "application/vnd.kubernetes.protobuf";

function ports(store: Store, options: { last?: number; seed?: number; held?: readonly number[] } = {}): PortRange {
  const { last = 30_099, seed = 1, held = [] } = options;
  const random = seededRandom(seed);
  return new PortRange({ store, storageMediaType: PROTOBUF, random, first: 30_000, last, held: async () => held });
}

const takenIn = async (store: Store) => decodeRange((await store.get(KEY)).entry!.value);

suite("the record of node ports", () => {
  test("is the original's, byte for byte", () => {
    // As kube-apiserver 1.36.1 left it in etcd when services held 30000, 30007 and 32767 of its default range.
    const head = "6b3873000a150a027631120f52616e6765416c6c6f636174696f6e12fc020a100a0012001a0022002a0032003800420012";
    const original = Buffer.from(`${head}0b33303030302d33323736371ada0280${"00".repeat(344)}811a002200`, "hex");
    const record = { range: "30000-32767", taken: (1n << 2767n) | (1n << 7n) | 1n };
    assert.deepEqual(Buffer.from(encodeRange(record, PROTOBUF)), original);
    assert.deepEqual(decodeRange(original), record);
  });

  test("may be JSON, and empty", () => {
    for (const form of [PROTOBUF, "application/json"] as const)
      for (const taken of [0n, 1n, 0xff00n]) {
        const record = { range: "1-64", taken };
        assert.deepEqual(decodeRange(encodeRange(record, form)), record);
      }
  });
});

suite("node ports", () => {
  test("servers on one store never give out the same port, however many ask at once", async () => {
    await using store = openMemoryStore();
    const servers = [1, 2, 3].map((seed) => ports(store, { seed }));
    const given = await Promise.all(Array.from({ length: 120 }, (_, index) => servers[index % 3]!.takeAny()));
    const found = given.filter((port) => port !== undefined);
    assert.equal(new Set(found).size, 100);
    assert.equal(found.length, 100, "all that there are, and none twice");
    assert.equal(await servers[0]!.take(30_050), false);
    await servers[1]!.release(30_050);
    assert.equal(await servers[0]!.isFree(30_050), true);
    assert.equal(await servers[2]!.take(30_050), true);
  });

  test("asked for at once they are written together", async () => {
    await using store = openMemoryStore();
    const range = ports(store);
    const before = await store.revision();
    await Promise.all(Array.from({ length: 50 }, () => range.takeAny()));
    assert.equal((await store.revision()) - before, 2, "the first by itself, the others while it was on its way");
  });

  test("the lowest are given only to those who ask for them, until no other is left", async () => {
    await using store = openMemoryStore();
    const range = ports(store);
    const any: number[] = [];
    for (let index = 0; index < 84; index++) any.push((await range.takeAny())!);
    assert.ok(any.every((port) => port >= 30_016));
    assert.ok((await range.takeAny())! < 30_016);
  });

  test("without a record, and with one of another range, what services hold is taken", async () => {
    await using store = openMemoryStore();
    const range = ports(store, { held: [30_000, 30_001, 40_000], last: 30_002 });
    assert.deepEqual(
      [await range.take(30_001), await range.takeAny(), await range.takeAny()],
      [false, 30_002, undefined],
    );
    assert.deepEqual(await takenIn(store), { range: "30000-30002", taken: 0b111n });
    const wider = ports(store, { held: [30_000, 30_001, 30_003], last: 30_003 });
    assert.equal(await wider.take(30_002), true);
    assert.deepEqual(await takenIn(store), { range: "30000-30003", taken: 0b1111n });
  });

  test("a repair takes what services hold, and drops the records that earlier versions kept", async () => {
    await using store = openMemoryStore();
    const value = new TextEncoder().encode("{}");
    await store.transact({ compare: [], success: [{ type: "put", key: `${KEY}/30005`, value }], failure: [] });
    const range = ports(store, { held: [30_004] });
    await range.repair();
    assert.deepEqual([await range.isFree(30_004), await range.isFree(30_005)], [false, true]);
    assert.equal((await store.get(`${KEY}/30005`)).entry, undefined);
    const revision = await store.revision();
    await range.repair();
    assert.equal(await store.revision(), revision, "nothing is written when all is right");
  });
});
