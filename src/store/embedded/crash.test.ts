/** The embedded store under power cuts, damage and full disks, on a simulated disk; every run is told by its seed. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Clock, type Random, realClock, seededRandom, silentLog } from "../../base/index.ts";
import { StoreError } from "../errors.ts";
import type { Operation, Revision, Store } from "../store.ts";
import { put, remove, text } from "../suite-tools.ts";
import { type EmbeddedStore, openEmbeddedStore } from "./embedded.ts";
import { SimulatedDisk } from "./simulated-disk.ts";

const RUNS = Number(process.env.NAVARCH_CRASH_RUNS ?? 250);
const FIRST_SEED = Number(process.env.NAVARCH_CRASH_SEED ?? 1);

/** Yields without leaving this turn of the event loop: a run depends on its seed alone. */
const clock: Clock = { ...realClock(), yield: () => Promise.resolve() };

/** What the store must be able to come back to: every state there was, and which of them were promised. */
class History {
  readonly states = new Map<Revision, string>([[1, ""]]);
  acknowledged: Revision = 1;
  compacted: Revision = 0;
  #keys = new Map<string, string>();
  #revision: Revision = 1;

  constructor(states?: ReadonlyMap<string, string>, revision: Revision = 1) {
    if (states) this.#keys = new Map(states);
    this.#revision = this.acknowledged = revision;
    this.states.set(revision, render(this.#keys));
  }

  apply(operations: readonly Operation[]): Revision {
    let changed = false;
    for (const operation of operations) {
      if (operation.type === "put") this.#keys.set(operation.key, text(operation.value));
      else if (operation.type !== "delete" || !this.#keys.delete(operation.key)) continue;
      changed = true;
    }
    if (changed) this.states.set(++this.#revision, render(this.#keys));
    return this.#revision;
  }
}

function render(keys: ReadonlyMap<string, string>): string {
  return [...keys]
    .map(([key, value]) => `${key}=${value}`)
    .sort()
    .join(" ");
}

function open(disk: SimulatedDisk, segmentBytesMax = 1500): Promise<EmbeddedStore> {
  return openEmbeddedStore({ directory: disk, clock, log: silentLog, compactIntervalMs: 0, segmentBytesMax });
}

function randomOperations(random: Random): Operation[] {
  const keys = new Set(Array.from({ length: 1 + random.int(3) }, () => `/${random.int(12)}`));
  return [...keys].map((key) => (random.int(4) === 0 ? remove(key) : put(key, random.suffix(random.int(90)))));
}

/** Many writers at once and compactions between, until `rounds` are over or the disk stops. */
async function workload(
  store: Store,
  { history, random, rounds }: { history: History; random: Random; rounds: number },
) {
  const running: Promise<unknown>[] = [];
  for (let round = 0; round < rounds; round++) {
    for (let writer = random.int(6); writer >= 0; writer--) {
      const success = randomOperations(random);
      // Transactions take effect in the order of the calls.
      const revision = history.apply(success);
      running.push(
        store.transact({ compare: [], success, failure: [] }).then((result) => {
          assert.equal(result.revision, revision);
          history.acknowledged = Math.max(history.acknowledged, revision);
        }),
      );
    }
    if (random.int(3) === 0) await Promise.all(running.splice(0));
    if (random.int(5) > 0 || running.length > 0) continue;
    const target = history.acknowledged - random.int(5);
    if (target > (await store.status()).compactRevision) {
      await store.compact(target);
      history.compacted = target;
    }
  }
  await Promise.all(running);
}

async function checkRecovered(store: Store, history: History): Promise<void> {
  const revision = await store.revision();
  assert.ok(revision >= history.acknowledged, `revision ${revision} of at least ${history.acknowledged}`);
  const { compactRevision } = await store.status();
  assert.ok(compactRevision >= history.compacted, `compacted at ${compactRevision}, promised ${history.compacted}`);
  for (let at = Math.max(compactRevision, 1); at <= revision; at++) {
    const expected = history.states.get(at);
    if (expected !== undefined) assert.equal(await state(store, at), expected, `at revision ${at}`);
  }
}

async function state(store: Store, revision?: Revision): Promise<string> {
  return render(await contents(store, revision));
}

async function contents(store: Store, revision?: Revision): Promise<Map<string, string>> {
  const { entries } = await store.range({ start: "/", end: "0", ...(revision ? { revision } : {}) });
  return new Map(entries.map(({ key, value }) => [key, text(value)]));
}

function seeded(title: string, body: (random: Random) => Promise<void>): void {
  test(title, async () => {
    for (let seed = FIRST_SEED; seed < FIRST_SEED + RUNS; seed++) {
      try {
        await body(seededRandom(`${title}/${seed}`));
      } catch (cause) {
        throw new Error(`${title}: seed ${seed} fails; again with NAVARCH_CRASH_SEED=${seed} NAVARCH_CRASH_RUNS=1`, {
          cause,
        });
      }
    }
  });
}

seeded("kills and power cuts at any call lose nothing acknowledged, several in a row neither", async (random) => {
  let disk = new SimulatedDisk();
  let history = new History();
  // With small ones a compaction passes several at once, and they are rewritten in steps.
  const segmentBytes = random.int(2) === 0 ? 1500 : 250;
  for (let cut = 0; cut < 3; cut++) {
    disk.callsLeft = 1 + random.int(cut === 0 ? 300 : 90);
    const opened = await Promise.race([open(disk, segmentBytes), disk.stopped]);
    if (opened) {
      await checkRecovered(opened, history);
      const { compacted } = history;
      history = new History(await contents(opened), await opened.revision());
      history.compacted = compacted;
      await Promise.race([workload(opened, { history, random, rounds: 60 }), disk.stopped]);
    }
    // A killed process leaves what it wrote in the system's memory, for the next power cut to take.
    disk = random.int(3) === 0 ? disk.takeover() : disk.crash(random);
  }
  await using store = await open(disk);
  await checkRecovered(store, history);
});

seeded("a flipped bit is refused or does no harm", async (random) => {
  const disk = new SimulatedDisk();
  const history = new History();
  const store = await open(disk);
  await workload(store, { history, random, rounds: 30 });
  await store.close();
  const files = (await disk.list()).filter(({ sizeBytes }) => sizeBytes > 0);
  const { name, sizeBytes } = files[random.int(files.length)]!;
  disk.corrupt(name, random.int(sizeBytes), random.int(8));
  try {
    await using again = await open(disk);
    await checkRecovered(again, history);
  } catch (error) {
    assert.ok(error instanceof StoreError && error.code === "corrupt", `${name}: ${error}`);
  }
});

seeded("a missing file is refused or does no harm", async (random) => {
  const disk = new SimulatedDisk();
  const history = new History();
  const store = await open(disk);
  await workload(store, { history, random, rounds: 30 });
  await store.close();
  const files = await disk.list();
  const { name } = files[random.int(files.length)]!;
  await disk.remove(name);
  try {
    await using again = await open(disk);
    await checkRecovered(again, history);
  } catch (error) {
    assert.ok(error instanceof StoreError && error.code === "corrupt", `${name}: ${error}`);
  }
});

seeded("a full disk at any byte takes nothing half", async (random) => {
  const disk = new SimulatedDisk();
  const store = await open(disk);
  disk.capacityBytes = 200 + random.int(6000);
  const expected = new Map<string, string>();
  for (let round = 0; round < 40; round++) {
    const success = randomOperations(random);
    try {
      await store.transact({ compare: [], success, failure: [] });
    } catch (error) {
      assert.ok(error instanceof StoreError && error.code === "noSpace", String(error));
      continue;
    }
    for (const operation of success)
      if (operation.type === "put") expected.set(operation.key, text(operation.value));
      else if (operation.type === "delete") expected.delete(operation.key);
  }
  assert.equal(await state(store), render(expected));
  await using again = await open(disk.crash(random));
  assert.equal(await state(again), render(expected));
});
