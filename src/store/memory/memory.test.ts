import assert from "node:assert/strict";
import { test } from "node:test";
import { prefixEnd } from "../store.ts";
import { storeSuite } from "../store.suite.ts";
import { put, Recorder, remove, text, write } from "../suite-tools.ts";
import { LAST_KEY } from "./keys.ts";
import { openMemoryStore } from "./memory.ts";

storeSuite("memory store", { open: async () => openMemoryStore(), modelRuns: 150 });

test("revisions are counted as etcd does: 1 when empty, 2 for the first write", async () => {
  const store = openMemoryStore();
  assert.equal(await store.revision(), 1);
  assert.equal((await write(store, put("/a", "1"))).revision, 2);
});

test("a fork has all of the past and goes its own way", async () => {
  const store = openMemoryStore();
  await write(store, put("/a", "1"));
  await write(store, put("/a", "2"), put("/b", "1"));
  const fork = store.fork();
  await write(store, put("/a", "3"), remove("/b"));
  await write(fork, put("/a", "forked"));
  await store.compact(4);
  const read = async (from: typeof store, revision?: number) => {
    const { entries } = await from.range({ start: "/", end: "0", ...(revision ? { revision } : {}) });
    return entries.map(({ key, value }) => key + text(value));
  };
  assert.deepEqual(await read(store), ["/a3"]);
  assert.deepEqual(await read(fork), ["/aforked", "/b1"]);
  assert.deepEqual(await read(fork, 2), ["/a1"], "the other's compaction is not the fork's");
  const watcher = new Recorder();
  fork.watch({ start: "/", end: "0", from: 2, previous: true }, watcher);
  await watcher.until(({ batches }) => batches.length >= 3);
  assert.deepEqual(watcher.lines, ["put /a=1", "put /a=2 (was 1)", "put /b=1", "put /a=forked (was 2)"]);
});

test("compaction gives back what is not current", async () => {
  const store = openMemoryStore();
  for (let index = 0; index < 50; index++) await write(store, put("/a", "x".repeat(100)), put("/b", `${index}`));
  await write(store, remove("/b"));
  await store.compact(await store.revision());
  assert.equal((await store.status()).sizeBytes, 102);
});

test("the end of a prefix is what follows everything that starts with it", () => {
  assert.equal(prefixEnd("/a/"), "/a0");
  assert.equal(prefixEnd("/\u{d7ff}"), "/\u{e000}");
  assert.equal(prefixEnd("/\u{10ffff}"), "0");
  assert.equal(prefixEnd(""), LAST_KEY);
});
