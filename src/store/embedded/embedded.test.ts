import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { suite, type TestContext, test } from "node:test";
import { type Clock, logTo, realClock, silentLog, VirtualClock } from "../../base/index.ts";
import { StoreError } from "../errors.ts";
import { storeSuite } from "../store.suite.ts";
import { put, Recorder, refused, remove, text, write } from "../suite-tools.ts";
import type { Commit, Disk } from "./disk.ts";
import { type EmbeddedStore, openEmbeddedStore } from "./embedded.ts";
import { FORMAT_VERSION } from "./format.ts";
import { restoreEmbeddedStore } from "./restore.ts";
import { UNFINISHED_CHECKPOINT } from "./files.ts";
import { SimulatedDisk } from "./simulated-disk.ts";

const clock = realClock();
const log = silentLog;

function temporaryDirectory(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), "navarch-store-"));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

function open(directory: string | Disk, options: { clock?: Clock; segmentBytesMax?: number } = {}) {
  return openEmbeddedStore({ directory, clock, log, compactIntervalMs: 0, ...options });
}

suite("on a simulated disk", () => {
  storeSuite("embedded store", { open: () => open(new SimulatedDisk()) });
});

suite("on a real disk", () => {
  const directories: string[] = [];
  storeSuite("embedded store", {
    open: () => {
      const directory = mkdtempSync(join(tmpdir(), "navarch-store-"));
      directories.push(directory);
      return open(join(directory, "store"));
    },
    modelRuns: 15,
  });
  test("clean up", () => directories.forEach((directory) => rmSync(directory, { recursive: true })));
});

async function all(store: Awaited<ReturnType<typeof open>>): Promise<string[]> {
  const { entries } = await store.range({ start: "/", end: "0" });
  return entries.map(({ key, value, createRevision, modRevision, version }) =>
    [key, text(value), createRevision, modRevision, version].join(" "),
  );
}

test("what was written is there after reopening, history and compaction too", async (t) => {
  const directory = join(temporaryDirectory(t), "a", "store");
  const first = await open(directory);
  await write(first, put("/a", "1"), put("/b", "1"));
  await write(first, put("/a", "2"));
  await write(first, remove("/b"));
  await write(first, put("/b", "3"));
  await first.compact(3);
  const before = await all(first);
  await first.close();
  await using second = await open(directory);
  assert.deepEqual(await all(second), before);
  assert.equal((await second.status()).compactRevision, 3);
  assert.equal((await second.get("/b", { revision: 4 })).entry, undefined);
  await assert.rejects(second.get("/b", { revision: 2 }), refused("compacted"));
  const watcher = new Recorder();
  second.watch({ start: "/", end: "0", from: 4, previous: true }, watcher);
  assert.equal((await write(second, put("/c", "4"))).revision, 6);
  await watcher.until(({ lines }) => lines.length >= 3);
  assert.deepEqual(watcher.lines, ["delete /b (was 1)", "put /b=3", "put /c=4"]);
});

test("only the owner can read the files", async (t) => {
  const directory = join(temporaryDirectory(t), "store");
  await using store = await open(directory);
  await write(store, put("/a", "secret"));
  assert.equal(statSync(directory).mode & 0o777, 0o700);
  for (const name of readdirSync(directory)) assert.equal(statSync(join(directory, name)).mode & 0o777, 0o600, name);
});

test("a directory that is open can't be opened again until it is closed", async (t) => {
  const directory = join(temporaryDirectory(t), "store");
  const first = await open(directory);
  await assert.rejects(open(directory), refused("locked"));
  await first.close();
  await (await open(directory)).close();
});

test("a directory of a newer version is refused and left as it is", async () => {
  const disk = new SimulatedDisk();
  const store = await open(disk);
  await write(store, put("/a", "1"));
  await store.close();
  await setFormat(disk, FORMAT_VERSION + 1);
  const before = await disk.list();
  await assert.rejects(open(disk), refused("newerFormat"));
  assert.deepEqual(await disk.list(), before);
});

test("a directory of an older version is read, and what is written goes to a file of its own", async () => {
  const disk = new SimulatedDisk();
  const store = await open(disk);
  await write(store, put("/a", "1"));
  await store.close();
  await setFormat(disk, 1);
  const again = await open(disk);
  await write(again, put("/b", "1"));
  await again.close();
  await using third = await open(disk);
  assert.deepEqual(await all(third), ["/a 1 2 2 1", "/b 1 3 3 1"]);
  const header = Buffer.from(await disk.read("log-0000000000000001", 0, 40));
  assert.equal(header.readUInt32BE(8), 1);
});

test("which revision was the newest at a time outlives a restart, a kill and a rewriting", async () => {
  let nowMs = 0;
  const timed: Clock = { ...clock, now: () => nowMs };
  const disk = new SimulatedDisk();
  let store = await open(disk, { clock: timed, segmentBytesMax: 64 });
  for (const revision of [2, 3, 4]) {
    nowMs += 60_000;
    assert.equal((await write(store, put("/a", `${revision}`))).revision, revision);
  }
  const at = (minutes: number) => store.revisionAt!(minutes * 60_000).revision;
  const before = [1, 1.5, 2, 2.9, 3, 99].map(at);
  assert.deepEqual(before, [2, 2, 3, 3, 4, 4]);
  nowMs += 60_000;
  const killed = disk.takeover();
  store = await open(killed, { clock: timed, segmentBytesMax: 64 });
  assert.deepEqual([1, 1.5, 2, 2.9, 3, 99].map(at), before);
  assert.equal(at(0.9), undefined);
  await write(store, put("/a", "5"));
  await store.compact(4);
  await store.defragment();
  await store.close();
  assert.ok((await killed.list()).some(({ name }) => name.startsWith("checkpoint-")));
  store = await open(killed, { clock: timed });
  assert.deepEqual([2.9, 3, 3.9, 4, 99].map(at), [undefined, 4, 4, 5, 5]);
  await store.close();
});

/** Says of the first log file that it has another format. */
async function setFormat(disk: SimulatedDisk, version: number): Promise<void> {
  const header = Buffer.from(await disk.read("log-0000000000000001", 0, 40));
  header.writeUInt32BE(version, 8);
  header.writeUInt32BE(crc32(header.subarray(0, 36)), 36);
  await disk.write("log-0000000000000001", 0, new Uint8Array(header));
}

test("a lease ends when its time is over, unless it is kept, and takes its keys along", async () => {
  const virtual = new VirtualClock();
  await using store = await open(new SimulatedDisk(), { clock: virtual });
  const short = await store.grantLease({ ttlSeconds: 10 });
  const kept = await store.grantLease({ ttlSeconds: 10 });
  for (const [key, { id }] of [["/short", short] as const, ["/kept", kept] as const])
    await write(store, { type: "put", key, value: new Uint8Array(1), lease: id });
  await virtual.advance(6000);
  await store.keepLease(kept.id);
  await virtual.advance(6000);
  const { entries } = await store.range({ start: "/", end: "0" });
  assert.deepEqual(
    entries.map(({ key }) => key),
    ["/kept"],
  );
  await virtual.advance(6000);
  assert.equal((await store.range({ start: "/", end: "0" })).count, 0);
  assert.deepEqual(await store.leases(), []);
});

test("leases outlive a restart and a rewrite of the log; those that ended stay away", async () => {
  const disk = new SimulatedDisk();
  const options = { segmentBytesMax: 1 };
  const first = await open(disk, options);
  const stays = await first.grantLease({ ttlSeconds: 100 });
  const goes = await first.grantLease({ ttlSeconds: 100 });
  await write(first, { type: "put", key: "/a", value: new Uint8Array(1), lease: stays.id });
  await first.revokeLease(goes.id);
  await first.close();
  const second = await open(disk, options);
  for (let turn = 0; turn < 20; turn++) await write(second, put("/b", `value ${turn}`));
  await second.compact((await second.status()).revision);
  await second.close();
  await using third = await open(disk, options);
  assert.deepEqual(
    (await third.leases()).map(({ id, ttlSeconds }) => [id, ttlSeconds]),
    [[stays.id, 100]],
  );
  assert.deepEqual(await third.leaseKeys(stays.id), ["/a"]);
});

test("a directory that can't be made is told of", async (t) => {
  const directory = temporaryDirectory(t);
  writeFileSync(join(directory, "file"), "");
  await assert.rejects(open(join(directory, "file", "store")), refused("unavailable"));
});

test("a full disk refuses writes, keeps what there is, and writes go on once there is room", async () => {
  const disk = new SimulatedDisk();
  const store = await open(disk);
  await write(store, put("/a", "1"));
  disk.capacityBytes = 2000;
  // More than is kept ready for small writes.
  const watcher = new Recorder();
  const watch = store.watch({ start: "/", end: "0" }, watcher);
  const large = "x".repeat(300_000);
  const failures = await Promise.allSettled([
    write(store, put("/b", large)),
    store.transact({
      compare: [{ key: "/b", target: "version", operator: "=", value: 1 }],
      success: [put("/c", "saw what never was")],
      failure: [],
    }),
  ]);
  for (const failure of failures) assert.ok(failure.status === "rejected" && refused("noSpace")(failure.reason));
  assert.equal(await store.revision(), 2);
  await write(store, put("/small", "fits"));
  disk.capacityBytes = 1_000_000;
  await write(store, put("/b", large));
  await watcher.settled(watch);
  assert.deepEqual(
    watcher.batches.map(({ revision }) => revision),
    [3, 4],
  );
  const before = await all(store);
  await store.close();
  await using again = await open(disk);
  assert.deepEqual(await all(again), before);
});

test("small writes find room in the file, which a restart, a kill and the next file take away", async () => {
  const disk = new SimulatedDisk();
  const segmentSizes = async (of: SimulatedDisk) =>
    (await of.list()).filter(({ name }) => name.startsWith("log-")).map(({ sizeBytes }) => sizeBytes);
  const store = await open(disk, { segmentBytesMax: 20_000 });
  await write(store, put("/a", "1"));
  const prepared = await segmentSizes(disk);
  for (let index = 0; index < 20; index++) await write(store, put("/a", "x".repeat(500)));
  assert.deepEqual(await segmentSizes(disk), prepared, "the file has its length already");
  while ((await segmentSizes(disk)).length < 3) await write(store, put("/a", "x".repeat(500)));
  const [first, second] = await segmentSizes(disk);
  assert.ok(first! >= 20_000 && first! < 21_000 && second! < 21_000, `${first} and ${second} bytes, as written`);
  const before = await all(store);
  const killed = disk.takeover();
  const warnings: string[] = [];
  const warned = logTo((level, message) => level === "warn" && warnings.push(message));
  const again = await openEmbeddedStore({ directory: killed, clock, log: warned });
  assert.deepEqual(warnings, [], "nothing is taken for a torn write");
  assert.deepEqual(await all(again), before);
  await write(again, put("/b", "1"));
  await again.close();
  assert.ok((await segmentSizes(killed)).at(-1)! < 21_000, "a closed store has no empty room");
});

test("after a failed flush nothing is written until the store is opened again", async () => {
  const disk = new SimulatedDisk();
  const store = await open(disk);
  await write(store, put("/a", "1"));
  disk.failNextFlush = true;
  await assert.rejects(write(store, put("/a", "2")), refused("unavailable"));
  await assert.rejects(write(store, put("/a", "3")), refused("unavailable"));
  assert.equal(text((await store.get("/a")).entry!.value), "1");
  await store.close();
  await using again = await open(disk);
  await write(again, put("/a", "4"));
});

test("a lease that ends where nothing can be written has its time again", async () => {
  const virtual = new VirtualClock();
  const disk = new SimulatedDisk();
  const warnings: string[] = [];
  const log = logTo((level, message) => level === "warn" && warnings.push(message));
  await using store = await openEmbeddedStore({ directory: disk, clock: virtual, log, compactIntervalMs: 0 });
  const { id } = await store.grantLease({ ttlSeconds: 10 });
  disk.failNextFlush = true;
  await assert.rejects(write(store, put("/a", "1")), refused("unavailable"));
  for (let steps = 0; steps < 10; steps++) assert.ok(await virtual.step());
  await virtual.drain();
  assert.ok(warnings.length >= 3);
  assert.equal(warnings.length, virtual.monotonicMs() / 10_000, "once each time, not over and over");
  assert.equal((await store.leases())[0]!.id, id);
});

test("nobody sees a write before it is on disk", async () => {
  const disk = new SimulatedDisk();
  await using store = await open(disk);
  const watcher = new Recorder();
  store.watch({ start: "/", end: "0" }, watcher);
  let flushed = false;
  const flush = disk.flush.bind(disk);
  disk.flush = async (file) => {
    assert.deepEqual([watcher.lines, await store.revision(), (await store.get("/a")).entry], [[], 1, undefined]);
    assert.equal((await store.range({ start: "/", end: "0" })).count, 0);
    await flush(file);
    flushed = true;
  };
  const done = write(store, put("/a", "1"));
  await done;
  assert.ok(flushed);
  assert.deepEqual(watcher.lines, ["put /a=1"]);
  disk.flush = flush;
});

test("history reaches back five minutes, and a twentieth more at most", async () => {
  const virtual = new VirtualClock();
  const opening = openEmbeddedStore({ directory: new SimulatedDisk(), clock: virtual, log });
  await virtual.drain();
  const store = await opening;
  await write(store, put("/a", "1"));
  const compactedAfter = async (minutes: number) => {
    await virtual.advance(minutes * 60_000);
    return (await store.status()).compactRevision;
  };
  assert.equal(await compactedAfter(2.1), 0);
  await write(store, put("/a", "2"));
  assert.equal(await compactedAfter(3), 1);
  assert.equal(await compactedAfter(1.9), 2, "the second write is not five minutes old");
  assert.equal(await compactedAfter(0.4), 3);
  assert.equal(await compactedAfter(10), 3);
  await store.close();
});

test("the files stay small however much is written, and reopen to the same", async () => {
  const disk = new SimulatedDisk();
  // Rewriting gets its turns although these writes never leave the turn they are in.
  const eager = { ...clock, yield: () => Promise.resolve() };
  const store = await open(disk, { segmentBytesMax: 4096, clock: eager });
  let largest = 0;
  for (let round = 0; round < 40; round++) {
    for (let index = 0; index < 10; index++) await write(store, put(`/k${index % 7}`, `${round} `.repeat(20)));
    if (round % 3 === 0) await store.compact(await store.revision());
    largest = Math.max(largest, (await store.status()).diskBytes);
  }
  assert.ok(largest < 5 * 4096, `${largest} bytes`);
  const before = await all(store);
  await store.close();
  const names = (await disk.list()).map(({ name }) => name);
  assert.ok(
    names.some((name) => name.startsWith("checkpoint-")),
    names.join(),
  );
  await using again = await open(disk);
  assert.deepEqual(await all(again), before);
});

/** Fails as a full disk does once so many parts of checkpoints have been written. */
class CrampedDisk extends SimulatedDisk {
  partsLeft = Number.POSITIVE_INFINITY;

  override async write(file: string, offset: number, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    if (file.startsWith("checkpoint") && offset === 0 && this.partsLeft-- <= 0)
      throw new StoreError("noSpace", "write: the disk is full");
    return super.write(file, offset, bytes);
  }
}

async function fillKeys(store: EmbeddedStore, round: number): Promise<void> {
  for (let index = 0; index < 60; index++)
    if (index % 7 === round) await write(store, remove(`/k${index + 10}`));
    else await write(store, put(`/k${index + 10}`, `${round} ${"x".repeat(300)}`));
}

async function checkpointFiles(disk: SimulatedDisk): Promise<string[]> {
  return (await disk.list()).map(({ name }) => name).filter((name) => name.startsWith("checkpoint-"));
}

test("a rewriting that was broken off leaves parts of two states, from which everything is read and which it goes on from", async () => {
  const disk = new CrampedDisk();
  const store = await open(disk, { segmentBytesMax: 2000 });
  await fillKeys(store, 1);
  await store.compact(await store.revision());
  await store.defragment();
  const whole = await checkpointFiles(disk);
  assert.equal(new Set(whole.map((name) => name.slice(0, -7))).size, 1);
  for (const [round, parts] of [
    [2, 4],
    [3, 2],
  ] as const) {
    await fillKeys(store, round);
    disk.partsLeft = parts;
    await store.compact(await store.revision());
    await assert.rejects(store.defragment(), refused("noSpace"));
  }
  const revisions = new Set((await checkpointFiles(disk)).map((name) => name.slice(0, -7)));
  assert.equal(revisions.size, 3, "parts of three states lie beside each other");
  await write(store, put("/k20", "after"));
  const before = await all(store);
  disk.partsLeft = Number.POSITIVE_INFINITY;
  const killed = disk.takeover();
  const again = await open(killed, { segmentBytesMax: 2000 });
  assert.deepEqual(await all(again), before);
  await again.defragment();
  assert.equal(new Set((await checkpointFiles(killed)).map((name) => name.slice(0, -7))).size, 1);
  assert.equal((await checkpointFiles(killed)).filter((name) => name.endsWith("-000001")).length, 1);
  await again.close();
  await using last = await open(killed);
  assert.deepEqual(await all(last), before);
});

test("a part of a checkpoint that is missing is told of", async () => {
  const disk = new SimulatedDisk();
  const store = await open(disk, { segmentBytesMax: 2000 });
  await fillKeys(store, 1);
  await store.compact(await store.revision());
  await store.defragment();
  await store.close();
  const files = await checkpointFiles(disk);
  assert.ok(files.length > 4, files.join());
  for (const file of [files[0]!, files[2]!, files.at(-1)!]) {
    const damaged = disk.takeover();
    disk.callsLeft = Number.POSITIVE_INFINITY;
    const bytes = await disk.read(file, 0, 1_000_000);
    await damaged.remove(file);
    await assert.rejects(open(damaged), refused("corrupt"), file);
    await damaged.write(file, 0, new Uint8Array(bytes));
    await using whole = await open(damaged);
    assert.equal((await all(whole)).length, 51);
  }
});

test("old and new checkpoint need little more room than one, while one replaces the other", async () => {
  let largest = 0;
  class WatchedDisk extends SimulatedDisk {
    override async flushDirectory(): Promise<void> {
      await super.flushDirectory();
      const files = await this.list();
      const used = files.filter(({ name }) => name.startsWith("checkpoint-"));
      largest = Math.max(
        largest,
        used.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      );
    }
  }
  const disk = new WatchedDisk();
  await using store = await open(disk, { segmentBytesMax: 2000 });
  for (const round of [1, 2, 3]) {
    await fillKeys(store, round);
    await store.compact(await store.revision());
    await store.defragment();
  }
  const live = (await store.range({ start: "/", end: "0" })).entries.length * 370;
  assert.ok(largest < 1.2 * live, `${largest} bytes for ${live}`);
});

test("values that a start has left in large pieces get memory of their own once those are mostly empty", async () => {
  const disk = new SimulatedDisk();
  const value = "x".repeat(50_000);
  const fill = async (store: EmbeddedStore, count: number) => {
    for (let index = 0; index < count; index++) await write(store, put(`/k${index + 10}`, `${value}${index}`));
    await store.compact(await store.revision());
    await store.defragment();
  };
  const first = await open(disk, { segmentBytesMax: 64 });
  await fill(first, 120);
  await first.close();
  await using store = await open(disk, { segmentBytesMax: 64 });
  const last = async () => (await store.get("/k129")).entry!.value;
  const before = await last();
  assert.ok(before.buffer.byteLength > 4 * value.length, "it lies among others");
  // The first rewriting finds its piece empty, the second one moves it.
  for (let round = 0; round < 2; round++) await fill(store, 119);
  assert.equal((await last()).buffer.byteLength, value.length + 3);
  assert.deepEqual(text(await last()), text(before));
});

test("damage before the end is refused with the revisions it touches", async () => {
  const disk = new SimulatedDisk();
  const store = await open(disk);
  for (let index = 0; index < 10; index++) await write(store, put("/a", `${index}`));
  await store.close();
  disk.corrupt("log-0000000000000001", 250, 3);
  await assert.rejects(open(disk), (error) => {
    assert.ok(error instanceof StoreError && error.code === "corrupt");
    assert.match(
      error.message,
      /log-0000000000000001 is damaged at byte \d+, revisions 5 to \d+ cannot be read; restore/,
    );
    return true;
  });
});

test("a snapshot restores to the state it was taken of, elsewhere, and only whole", async () => {
  await using store = await open(new SimulatedDisk());
  for (let index = 0; index < 300; index++) await write(store, put(`/k${index % 200}`, "x".repeat(2000)));
  await write(store, remove("/k7"));
  const before = await all(store);
  const pieces: Uint8Array[] = [];
  for await (const piece of store.snapshot()) {
    pieces.push(piece);
    await write(store, put("/k1", "later"), put("/new", "later"));
  }
  assert.ok(pieces.length > 2);
  const bytes = Buffer.concat(pieces);
  async function* chunks(length = bytes.length) {
    for (let at = 0; at < length; at += 5000) yield bytes.subarray(at, Math.min(at + 5000, length));
  }
  const disk = new SimulatedDisk();
  await assert.rejects(
    restoreEmbeddedStore({ directory: disk, snapshot: chunks(bytes.length - 1) }),
    refused("corrupt"),
  );
  await assert.rejects(restoreEmbeddedStore({ directory: disk, snapshot: chunks(20) }), refused("corrupt"));
  await restoreEmbeddedStore({ directory: disk, snapshot: chunks() });
  await assert.rejects(restoreEmbeddedStore({ directory: disk, snapshot: chunks() }), refused("invalid"));
  const restored = await open(disk);
  assert.deepEqual(await all(restored), before);
  assert.equal((await write(restored, put("/after", "1"))).revision, 303);
  const now = await all(restored);
  await restored.close();
  await using again = await open(disk);
  assert.deepEqual(await all(again), now);
});

/** Is full once a rewriting has taken some of it, which then stands still until a write was refused. */
class BusyDisk extends SimulatedDisk {
  readonly full = Promise.withResolvers<void>();
  readonly #refused = Promise.withResolvers<void>();

  override async write(file: string, offset: number, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    await super.write(file, offset, bytes);
    if (file !== UNFINISHED_CHECKPOINT || offset === 0) return;
    this.capacityBytes = this.usedBytes;
    this.full.resolve();
    await this.#refused.promise;
  }

  override async commit(commit: Commit): Promise<void> {
    await super.commit(commit).catch((error) => {
      this.#refused.resolve();
      throw error;
    });
  }
}

test("a rewriting gives way to a write when it has taken the last of a full disk, and can be had later", async () => {
  const disk = new BusyDisk();
  const store = await open(disk, { segmentBytesMax: 2000 });
  for (let index = 0; index < 3; index++) await write(store, put(`/${index}`, `${index}`.repeat(400_000)));
  await store.compact(await store.revision());
  const refusal = assert.rejects(store.defragment(), refused("noSpace"));
  await disk.full.promise;
  await write(store, put("/new", "x".repeat(10_000)));
  await refusal;
  assert.ok(!(await disk.list()).some(({ name }) => name === UNFINISHED_CHECKPOINT));
  // With no rewriting to give way, there is no room.
  disk.capacityBytes = disk.usedBytes;
  await assert.rejects(write(store, put("/more", "x".repeat(10_000))), refused("noSpace"));
  disk.capacityBytes = Number.POSITIVE_INFINITY;
  const before = await all(store);
  await store.close();
  const later = disk.takeover();
  const again = await open(later);
  await again.defragment();
  assert.deepEqual(await all(again), before);
  await again.close();
});
