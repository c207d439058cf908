import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { realClock, silentLog } from "../../base/index.ts";
import { StoreError } from "../errors.ts";
import type { Store } from "../store.ts";
import { Recorder } from "../suite-tools.ts";
import { SmallDisk } from "../testing/small-disk.ts";
import { type EmbeddedStore, openEmbeddedStore } from "./embedded.ts";

const MEGABYTE = 1024 * 1024;
const DISK_BYTES = 12 * MEGABYTE;
const FILLER_BYTES = 5 * MEGABYTE;
const VALUE_BYTES = 50_000;
/** More than the disk takes. */
const WRITES_MAX = 1000;

/** A small one; undefined where this process may not mount one. */
function smallDisk(t: TestContext): SmallDisk | undefined {
  const directory = mkdtempSync(join(tmpdir(), "navarch-full-"));
  const disk = SmallDisk.mount(directory, DISK_BYTES);
  t.after(() => {
    disk?.[Symbol.dispose]();
    rmSync(directory, { recursive: true, force: true });
  });
  return disk;
}

const open = (directory: string): Promise<EmbeddedStore> =>
  openEmbeddedStore({
    directory,
    clock: realClock(),
    log: silentLog,
    compactIntervalMs: 0,
    segmentBytesMax: MEGABYTE,
  });

const put = (store: Store, key: string, byte: number) =>
  store.transact({
    compare: [],
    success: [{ type: "put", key, value: new Uint8Array(VALUE_BYTES).fill(byte) }],
    failure: [],
  });

/** Writes until the disk is full; the keys whose writes were acknowledged. */
async function fill(store: Store, round: string): Promise<string[]> {
  const written: string[] = [];
  for (let index = 0; index < WRITES_MAX; index++) {
    const key = `/${round}/${String(index).padStart(4, "0")}`;
    try {
      await put(store, key, index % 256);
      written.push(key);
    } catch (error) {
      assert.ok(error instanceof StoreError, String(error));
      assert.equal(error.code, "noSpace");
      assert.equal(error.message, "write to the store: the disk is full, nothing was written");
      return written;
    }
  }
  throw new Error("the disk never filled up");
}

async function keys(store: Store): Promise<string[]> {
  const { entries } = await store.range({ start: "/", end: "0" });
  for (const { key, value } of entries) {
    const byte = Number(key.slice(-4)) % 256;
    assert.ok(value.length === VALUE_BYTES && value.every((one) => one === byte), key);
  }
  return entries.map(({ key }) => key);
}

test("on a full disk writes are refused, reads go on, and all is well once there is room", async (t) => {
  const disk = smallDisk(t);
  if (disk === undefined) return t.skip("only root may mount a file system");
  disk.fill(FILLER_BYTES);
  const directory = join(disk.path, "store");
  const store = await open(directory);
  const first = await fill(store, "a");
  assert.ok(first.length > 50, `${first.length} writes`);
  // Nothing that was refused is seen, by readers or watches; what was acknowledged is, and more is refused as well.
  assert.deepEqual(await keys(store), first);
  const heard = new Recorder();
  await heard.settled(store.watch({ start: "/", end: "0", from: 2 }, heard));
  assert.equal(heard.lines.length, first.length);
  await assert.rejects(put(store, "/b", 0), { code: "noSpace" });
  await assert.rejects(
    store.grantLease({ ttlSeconds: 60 }).then(() => put(store, "/b", 0)),
    { code: "noSpace" },
  );
  // Nor is there room for a checkpoint: that leaves nothing behind that takes some.
  const before = (await store.status()).diskBytes;
  await store.compact(await store.revision()).catch((error) => assert.equal(error.code, "noSpace"));
  await assert.rejects(store.defragment(), { code: "noSpace" });
  assert.deepEqual(await keys(store), first);

  disk.free();
  const second = await fill(store, "b");
  assert.ok(second.length > 20, `${second.length} writes more`);
  assert.deepEqual(await keys(store), [...first, ...second]);
  await store.close();

  // Full as it is, it is opened; what is deleted makes room by rewriting, which needs some itself.
  const again = await open(directory);
  assert.deepEqual(await keys(again), [...first, ...second]);
  disk.grow(DISK_BYTES + 2 * MEGABYTE);
  await again.transact({ compare: [], success: [{ type: "deleteRange", start: "/b/", end: "/b0" }], failure: [] });
  await again.transact({
    compare: [],
    success: [{ type: "deleteRange", start: first[20]!, end: "/a0" }],
    failure: [],
  });
  await again.compact(await again.revision());
  await again.defragment();
  assert.ok((await again.status()).diskBytes < before / 2);
  assert.ok((await fill(again, "c")).length > first.length);
  await again.close();
});
