import assert from "node:assert/strict";
import { test } from "node:test";
import { realClock, seededRandom, silentLog } from "../../base/index.ts";
import type { Store } from "../store.ts";
import { put, Recorder, refused, remove, write } from "../suite-tools.ts";
import type { Commit, Disk } from "./disk.ts";
import { type EmbeddedStore, openEmbeddedStore } from "./embedded.ts";
import { SimulatedDisk } from "./simulated-disk.ts";

const clock = realClock();

/** A disk whose flushes wait for `release` once it is held. */
class HeldDisk {
  readonly disk: Disk;
  #held: PromiseWithResolvers<void> | undefined;

  constructor(below: Disk) {
    const wait = async () => this.#held?.promise;
    this.disk = new Proxy(below, {
      get: (target, name) => {
        const value = target[name as keyof Disk];
        if (name === "commit") return (commit: Commit) => wait().then(() => target.commit(commit));
        if (name === "flush") return (file: string) => wait().then(() => target.flush(file));
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
  }

  hold(): void {
    this.#held = Promise.withResolvers();
  }

  release(): void {
    this.#held?.resolve();
    this.#held = undefined;
  }
}

function open(directory: Disk, relaxedPrefixes: readonly string[] = ["/leases/", "/events/"]): Promise<EmbeddedStore> {
  return openEmbeddedStore({ directory, clock, log: silentLog, compactIntervalMs: 0, relaxedPrefixes });
}

/** Whether a promise settles without the disk. */
async function isAnswered(work: Promise<unknown>): Promise<boolean> {
  let answered = false;
  void work.then(() => (answered = true));
  for (let turn = 0; turn < 20; turn++) await clock.yield();
  return answered;
}

const keys = async (store: Store) =>
  (await store.range({ start: "", end: "~" })).entries.map(({ key, modRevision }) => `${key}@${modRevision}`);

test("relaxed writes are answered, read and watched before they are on disk, all others never", async () => {
  const held = new HeldDisk(new SimulatedDisk());
  await using store = await open(held.disk);
  const seen = new Recorder();
  const watch = store.watch({ start: "", end: "~" }, seen);
  await seen.settled(watch);
  held.hold();
  assert.ok(await isAnswered(write(store, put("/leases/a", "1"))));
  assert.ok(await isAnswered(write(store, put("/leases/a", "2"), put("/events/b", "1"))));
  assert.deepEqual(await keys(store), ["/events/b@3", "/leases/a@3"]);
  assert.deepEqual(seen.lines, ["put /leases/a=1", "put /leases/a=2", "put /events/b=1"]);
  const mixed = write(store, put("/leases/a", "3"), put("/pods/c", "1"));
  const behind = write(store, remove("/events/b"));
  assert.ok(!(await isAnswered(mixed)), "one of its keys is not relaxed");
  assert.ok(!(await isAnswered(behind)), "what it follows is not on disk yet");
  assert.deepEqual(await keys(store), ["/events/b@3", "/leases/a@3"]);
  held.release();
  await Promise.all([mixed, behind]);
  assert.deepEqual(await keys(store), ["/leases/a@4", "/pods/c@4"]);
  watch.close();
});

test("after a crash no revision is given again, and who saw what was lost is told so", async () => {
  const disk = new SimulatedDisk();
  const held = new HeldDisk(disk);
  const store = await open(held.disk);
  await write(store, put("/pods/a", "1"));
  held.hold();
  const { revision } = await write(store, put("/leases/a", "lost"));
  let survivor = disk.crash(seededRandom("all of it is lost"));
  for (let seed = 0; survivor && seed < 50; seed++) {
    await using again = await open(survivor);
    if ((await again.get("/leases/a")).entry) {
      survivor = disk.crash(seededRandom(seed));
      continue;
    }
    const { revision: now } = await write(again, put("/pods/b", "1"));
    assert.ok(now > revision + 1);
    await assert.rejects(again.get("/pods/a", { revision }), refused("compacted"));
    assert.equal((await again.get("/pods/a", { revision: revision - 1 })).entry?.modRevision, revision - 1);
    const [fromLost, fromKept] = [new Recorder(), new Recorder()];
    again.watch({ start: "", end: "~", from: revision + 1 }, fromLost);
    again.watch({ start: "", end: "~", from: revision }, fromKept);
    await fromLost.until(({ error }) => error !== undefined);
    assert.ok(refused("compacted")(fromLost.error));
    await fromKept.until(({ lines }) => lines.length > 0);
    assert.deepEqual(fromKept.lines, ["put /pods/b=1"]);
    await again.compact(now);
    await again.defragment();
    return;
  }
  assert.fail("the crashes lost nothing");
});

test("a store that was closed goes on where it was, with or without relaxed writes", async () => {
  const disk = new SimulatedDisk();
  const first = await open(disk);
  await write(first, put("/leases/a", "1"));
  await first.close();
  const second = await open(disk, []);
  assert.equal((await write(second, put("/leases/b", "1"))).revision, 3);
  await second.close();
  await using third = await open(disk);
  assert.equal((await write(third, put("/leases/c", "1"))).revision, 4);
  assert.deepEqual(await keys(third), ["/leases/a@2", "/leases/b@3", "/leases/c@4"]);
});

test("what was answered before a full disk refused it comes to the disk with the next write", async () => {
  const disk = new SimulatedDisk();
  const held = new HeldDisk(disk);
  const store = await open(held.disk);
  held.hold();
  await write(store, put("/leases/a", "1"));
  const strict = write(store, put("/pods/big", "x".repeat(500_000)));
  disk.capacityBytes = 300;
  const refusal = assert.rejects(strict, refused("noSpace"));
  held.release();
  await refusal;
  assert.deepEqual(await keys(store), ["/leases/a@2"]);
  disk.capacityBytes = Number.POSITIVE_INFINITY;
  assert.equal((await write(store, put("/pods/b", "1"))).revision, 3);
  await using again = await open(disk.takeover());
  assert.deepEqual(await keys(again), ["/leases/a@2", "/pods/b@3"]);
});
