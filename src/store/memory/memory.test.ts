import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "../../base/index.ts";
import { type Entry, prefixEnd } from "../store.ts";
import { storeSuite } from "../store.suite.ts";
import { put, Recorder, remove, text, write } from "../suite-tools.ts";
import { LAST_KEY } from "./keys.ts";
import { openMemoryStore } from "./memory.ts";
import { Versions } from "./versions.ts";

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

test("a page of an earlier revision, and how many there were, are what reading all of it said then", async () => {
  const random = seededRandom(7);
  const store = openMemoryStore();
  const one = () => `/k/${String(Math.floor(random.float() * 60)).padStart(3, "0")}`;
  const change = () => write(store, random.float() < 0.6 ? put(one(), "v") : remove(one()));
  for (let index = 0; index < 80; index++) await change();
  const known: { at: number; keys: readonly string[] }[] = [];
  for (let step = 0; step < 300; step++) {
    const all = await store.range({ start: "/k/", end: "/k0" });
    known.push({ at: all.revision, keys: all.entries.map(({ key }) => key) });
    await change();
  }
  for (const { at, keys } of known)
    for (const limit of [1, 7, Math.max(keys.length, 1), 100]) {
      const options = { start: one(), end: "/k0", revision: at };
      const wanted = keys.filter((key) => key >= options.start);
      const page = await store.range({ ...options, limit });
      assert.deepEqual(
        page.entries.map(({ key }) => key),
        wanted.slice(0, limit),
        `${limit} from ${options.start} at ${at}`,
      );
      assert.equal(page.count, wanted.length);
      assert.equal(page.more, wanted.length > limit);
      assert.equal((await store.range({ ...options, countOnly: true })).count, wanted.length);
    }
});

test("entries of a checkpoint are taken over in whatever order they come, the newest of a key", () => {
  const entry = (key: string, modRevision: number): Entry => ({
    key,
    value: Buffer.from(String(modRevision)),
    createRevision: 1,
    modRevision,
    version: 1,
    lease: 0,
  });
  const inOrder = Array.from({ length: 500 }, (_, index) => entry(`/k${1000 + index}`, index + 2));
  const others = [entry("/k1003", 900), entry("/k1400", 3), entry("/a", 5), entry("/z", 6)];
  for (const entries of [
    inOrder,
    [...inOrder, ...others],
    [...others, ...inOrder],
    [...inOrder, ...others.toReversed()],
  ]) {
    const versions = Versions.empty();
    for (const one of entries) versions.load(one);
    versions.loaded(1000);
    const newest = new Map<string, Entry>();
    for (const one of entries) if (one.modRevision > (newest.get(one.key)?.modRevision ?? 0)) newest.set(one.key, one);
    const expected = [...newest.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
    assert.deepEqual(versions.range({ start: "/", end: "0" }).entries, expected);
    assert.deepEqual([...versions.entriesAt(1000)], expected);
    assert.equal(versions.keyCount, expected.length);
    const bytes = expected.reduce((sum, { key, value }) => sum + key.length + value.length, 0);
    assert.deepEqual([versions.liveBytes, versions.keptBytes], [bytes, bytes]);
  }
});
