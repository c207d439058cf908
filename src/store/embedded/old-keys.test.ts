import assert from "node:assert/strict";
import { test } from "node:test";
import { crc32 } from "node:zlib";
import { realClock, silentLog } from "../../base/index.ts";
import { keyBytes, LAST_KEY } from "../memory/index.ts";
import { put, remove, text, write } from "../suite-tools.ts";
import { openEmbeddedStore } from "./embedded.ts";
import { keyTextBefore } from "./old-keys.ts";
import { SimulatedDisk } from "./simulated-disk.ts";

const LOG = "log-0000000000000001";

const open = (directory: SimulatedDisk) =>
  openEmbeddedStore({ directory, clock: realClock(), log: silentLog, compactIntervalMs: 0 });

async function writtenBefore(disk: SimulatedDisk): Promise<void> {
  const header = Buffer.from(await disk.read(LOG, 0, 40));
  header.writeUInt32BE(3, 8);
  header.writeUInt32BE(crc32(header.subarray(0, 36)), 36);
  await disk.write(LOG, 0, new Uint8Array(header));
}

/** What `navarch etcd` made of a key then. */
const asBytes = (key: string) => Buffer.from(key).toString("latin1");

test("keys of a directory that both the API server and etcd's server wrote to are what they were meant to be", async () => {
  const disk = new SimulatedDisk();
  const store = await open(disk);
  await write(store, put("/registry/clusterroles/é", "of the API server"), put("/plain", "1"));
  await write(store, put(asBytes("/registry/clusterroles/日本"), "over the wire"), put("binary/ÿ\u0001", "bytes"));
  await write(store, put("/registry/clusterroles/ö", "old"), put("/registry/clusterroles/gone", ""));
  await write(store, put(asBytes("/registry/clusterroles/ö"), "new"), remove("/registry/clusterroles/gone"));
  await store.close();
  await writtenBefore(disk);

  const wanted = [
    ["/plain", "1"],
    ["/registry/clusterroles/é", "of the API server"],
    ["/registry/clusterroles/ö", "new"],
    ["/registry/clusterroles/日本", "over the wire"],
    ["binary/\udcff\u0001", "bytes"],
  ];
  const found = async (opened: Awaited<ReturnType<typeof open>>) =>
    (await opened.range({ start: "\0", end: LAST_KEY })).entries.map(({ key, value }) => [key, text(value)]);
  const again = await open(disk);
  assert.deepEqual(await found(again), wanted);
  assert.deepEqual([...keyBytes("binary/\udcff\u0001")].slice(-2), [0xff, 1]);
  // From here on they are in files of this version.
  await again.compact(await again.revision());
  await again.defragment();
  await again.close();
  await using third = await open(disk);
  assert.deepEqual(await found(third), wanted);
});

test("below /registry/ what is no UTF-8 as bytes is text", () => {
  const before = (key: string) => keyTextBefore(Buffer.from(key));
  assert.equal(before("/registry/roles/ÿ"), "/registry/roles/ÿ");
  assert.equal(before("/other/ÿ"), "/other/\udcff");
  assert.equal(before("/registry/roles/日"), "/registry/roles/日");
  assert.equal(before(asBytes("/registry/roles/日")), "/registry/roles/日");
});
