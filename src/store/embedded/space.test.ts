/** How large the files get, beside what has to be kept, however the data changes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Clock, realClock, seededRandom, silentLog, VirtualClock } from "../../base/index.ts";
import type { Store } from "../store.ts";
import { put } from "../suite-tools.ts";
import { type EmbeddedStore, openEmbeddedStore } from "./embedded.ts";
import { SimulatedDisk } from "./simulated-disk.ts";

const KEYS = 500;
const VALUE = "x".repeat(1000);
/** Of the keys, how many are written at once when all change in five minutes. */
const TOGETHER = 10;
const HISTORY_MS = 5 * 60_000;
const HOUR_MS = 3_600_000;
/** Of a store whose least sizes are as small beside its data as those of a real one are beside a gigabyte. */
const SEGMENT_BYTES = 8192;

const eagerClock: Clock = { ...realClock(), yield: () => Promise.resolve() };

interface Peak {
  /** Of the live data. */
  all: number;
  /** What is neither live nor a revision that can still be read. */
  rest: number;
}

/** Its largest size after any call. */
class WatchedDisk extends SimulatedDisk {
  readonly peak: Peak = { all: 0, rest: 0 };
  store: EmbeddedStore | undefined;

  async look(): Promise<void> {
    if (!this.store) return;
    const { sizeBytes, liveBytes } = await this.store.status();
    this.peak.all = Math.max(this.peak.all, this.usedBytes / liveBytes);
    this.peak.rest = Math.max(this.peak.rest, (this.usedBytes - sizeBytes) / liveBytes);
  }

  override async write(file: string, offset: number, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    await super.write(file, offset, bytes);
    await this.look();
  }
}

async function fill(store: Store): Promise<void> {
  for (let index = 0; index < KEYS; index++) await write(store, index);
}

function write(store: Store, index: number) {
  return store.transact({ compare: [], success: [put(`/${index}`, VALUE)], failure: [] });
}

/** An hour in which so many of the keys change, at random, while history reaches back five minutes. */
async function churn({ seed, changesPerHistory }: { seed: number; changesPerHistory: number }): Promise<Peak> {
  const clock = new VirtualClock();
  const disk = new WatchedDisk();
  const running = openEmbeddedStore({ directory: disk, clock, log: silentLog, segmentBytesMax: SEGMENT_BYTES });
  await clock.drain();
  const store = await running;
  await fill(store);
  await clock.advance(2 * HISTORY_MS);
  disk.store = store;
  const random = seededRandom(`churn/${seed}`);
  const stepMs = (HISTORY_MS * TOGETHER) / KEYS;
  for (let atMs = 0; atMs < HOUR_MS; atMs += stepMs) {
    const written = Array.from({ length: TOGETHER * changesPerHistory }, () => write(store, random.int(KEYS)));
    await clock.advance(stepMs);
    await Promise.all(written);
  }
  await store.close();
  return disk.peak;
}

for (const [changesPerHistory, allMax, restMax] of [
  [0.2, 1.9, 0.7],
  [1, 2.5, 0.5],
  [3, 5, 0.6],
] as const)
  test(`an hour of churn, ${changesPerHistory} times the data in five minutes`, async () => {
    const { all, rest } = await churn({ seed: 1, changesPerHistory });
    assert.ok(all <= allMax, `${all} times the live data on disk, wanted at most ${allMax}`);
    assert.ok(rest <= restMax, `${rest} times the live data beside what is kept, wanted at most ${restMax}`);
  });

for (const [rounds, allMax] of [
  [1, 1.8],
  [2, 2.6],
  [4, 4.8],
] as const)
  test(`a compaction of ${rounds} times the data at once needs little more room than there is already`, async () => {
    const disk = new WatchedDisk();
    const options = { directory: disk, clock: eagerClock, log: silentLog, compactIntervalMs: 0 };
    await using store = await openEmbeddedStore({ ...options, segmentBytesMax: SEGMENT_BYTES });
    for (let round = 0; round < rounds; round++) await fill(store);
    disk.store = store;
    await store.compact(await store.revision());
    await store.defragment();
    assert.ok(disk.peak.all <= allMax, `${disk.peak.all} times the live data on disk, wanted at most ${allMax}`);
    const { diskBytes, liveBytes } = await store.status();
    assert.ok(diskBytes < 1.1 * liveBytes, `${diskBytes} bytes in the end`);
  });

test("who writes faster than the disk takes a checkpoint waits for it", async () => {
  const clock = new VirtualClock();
  class SlowDisk extends WatchedDisk {
    override async write(file: string, offset: number, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
      if (file.startsWith("checkpoint")) await clock.sleep(5);
      await super.write(file, offset, bytes);
    }
  }
  const disk = new SlowDisk();
  const options = { directory: disk, clock, log: silentLog, compactIntervalMs: 0, segmentBytesMax: SEGMENT_BYTES };
  const opening = openEmbeddedStore(options);
  await clock.drain();
  const store = await opening;
  await fill(store);
  disk.store = store;
  let isOver = false;
  const writing = async () => {
    for (let index = 0; index < 8 * KEYS; index += TOGETHER) {
      await Promise.all(Array.from({ length: TOGETHER }, (_, one) => write(store, (index + one) % KEYS)));
      await clock.sleep(0.2);
      if (index % (0.3 * KEYS) === 0) await store.compact(await store.revision());
    }
    await store.close();
    isOver = true;
  };
  const written = writing();
  while (!isOver) await clock.advance(1);
  await written;
  assert.ok(disk.peak.all <= 2.5, `${disk.peak.all} times the live data on disk`);
});
