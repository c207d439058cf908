import { type Random, silentLog } from "../base/index.ts";
import { type Disk, openEmbeddedStore, prefixEnd, SimulatedDisk, type Store, StoreError } from "../store/index.ts";
import { delegate } from "./delegate.ts";
import { SlowDisk } from "./slow-disk.ts";
import type { World } from "./world.ts";

const REOPEN_MS = 50;
const CALL_MAX_MS = 3;
const FLUSH_MAX_MS = 30;
const HANG_MAX_MS = 2_000;
/** Room that a full disk still has when it holds no more than this. */
const FULL_BYTES = 200;
const LEASE_SECONDS = 3600;
const ANSWER_WAIT_MS = 200;

/** Ways to make a store wrong on purpose: the simulation has to find each of them. */
export interface StoreSabotage {
  readonly disk?: (disk: Disk) => Disk;
  readonly store?: (store: Store) => Store;
  /** What may be lost by a crash, instead of what is meant to. */
  readonly relaxedPrefixes?: readonly string[];
}

export interface StoreMachineOptions {
  readonly world: World;
  /** What is on it to begin with. */
  readonly disk?: SimulatedDisk;
  readonly segmentBytesMax: number;
  /** Writes below them may be answered before they are on disk. */
  readonly relaxedPrefixes: readonly string[];
  readonly sabotage: StoreSabotage;
  readonly wentUp: (store: Store) => void;
  readonly wentDown: () => void;
}

/** A machine with an embedded store on a simulated disk, which is slow, full, fails, or goes down with all of it. */
export class StoreMachine {
  readonly #options: StoreMachineOptions;
  #disk: SimulatedDisk;
  #slow: SlowDisk | undefined;
  #store: Store | undefined;
  #down = Promise.withResolvers<void>();
  #up = Promise.withResolvers<void>();
  #answered = Promise.withResolvers<void>();
  /** How often the store was taken down. */
  epoch = 0;

  constructor(options: StoreMachineOptions) {
    this.#options = options;
    this.#disk = options.disk ?? new SimulatedDisk();
  }

  /** undefined while it is down. */
  get store(): Store | undefined {
    return this.#store;
  }

  /** Resolves when the store goes down: whoever waits for it waits no longer. */
  get down(): Promise<void> {
    return this.#down.promise;
  }

  async whenUp(): Promise<Store> {
    while (!this.#store) await this.#up.promise;
    return this.#store;
  }

  /** A disk that is full or fails as the store is opened lets nobody in; whoever runs it tries again. */
  async start(): Promise<void> {
    for (;;) {
      try {
        this.#store = await this.#open();
        break;
      } catch (error) {
        if (!(error instanceof StoreError) || !["unavailable", "noSpace"].includes(error.code)) throw error;
        this.#disk = this.#disk.takeover();
        await this.#options.world.clock.sleep(REOPEN_MS);
      }
    }
    this.#up.resolve();
    this.#options.wentUp(this.#store);
  }

  async #open(): Promise<Store> {
    const { world, sabotage, segmentBytesMax, relaxedPrefixes } = this.#options;
    const { clock, random } = world;
    const speed = { callMs: random.int(CALL_MAX_MS), flushMs: random.int(FLUSH_MAX_MS) };
    this.#slow = new SlowDisk({ disk: this.#disk, clock, random: random.fork("disk"), speed });
    const store = await openEmbeddedStore({
      directory: sabotage.disk?.(this.#slow) ?? this.#slow,
      clock,
      log: silentLog,
      compactIntervalMs: 0,
      segmentBytesMax,
      relaxedPrefixes: sabotage.relaxedPrefixes ?? relaxedPrefixes,
    });
    return this.#supervised(sabotage.store?.(store) ?? store);
  }

  /** A store whose disk failed takes no more writes until it is opened again: somebody does that. */
  #supervised(store: Store): Store {
    return delegate(store, {
      transact: async (transaction) => {
        try {
          const result = await store.transact(transaction);
          this.#answered.resolve();
          this.#answered = Promise.withResolvers();
          return result;
        } catch (error) {
          const hasFailed = error instanceof StoreError && error.code === "unavailable";
          if (hasFailed && this.#takeDown()) {
            this.#disk = this.#disk.takeover();
            this.#options.world.spawn("open the store again", this.start());
          }
          throw error;
        }
      },
    });
  }

  /** Something goes wrong with the disk or the machine, and is over when this resolves. */
  async fault(random: Random): Promise<void> {
    const { clock } = this.#options.world;
    const pick = random.int(8);
    if (pick === 0) this.#disk.failNextFlush = true;
    else if (pick === 1) {
      this.#disk.capacityBytes = FULL_BYTES;
      await clock.sleep(random.float() * 200);
      this.#disk.capacityBytes = Number.POSITIVE_INFINITY;
    } else if (pick === 2) this.#slow?.hang(random.float() * HANG_MAX_MS);
    else if (pick === 3) await this.#flipBit(random);
    else await this.crash(random);
  }

  /** Nothing goes wrong with it any more. */
  async calm(): Promise<void> {
    await this.whenUp();
    this.#disk.failNextFlush = false;
    this.#disk.capacityBytes = Number.POSITIVE_INFINITY;
  }

  /** The machine loses power, or only the process is killed; it comes up again after a while. */
  async crash(random: Random): Promise<void> {
    const { clock } = this.#options.world;
    if (random.int(2) === 0) await this.#untilAnswered();
    if (!this.#takeDown()) return;
    this.#disk = random.int(3) === 0 ? this.#disk.takeover() : this.#disk.crash(random);
    await clock.sleep(random.float() * 100);
    await this.start();
  }

  /** The worst moment: somebody has just been told that a write is safe. */
  async #untilAnswered(): Promise<void> {
    const { clock } = this.#options.world;
    await Promise.race([this.#answered.promise, clock.sleep(ANSWER_WAIT_MS)]);
    // Whoever asked has heard it by then.
    await clock.sleep(0);
  }

  /** Ends in order and starts again; what a flipped bit makes of the disk meanwhile is refused, or does no harm. */
  async #flipBit(random: Random): Promise<void> {
    const store = this.#store;
    if (!store || !(await this.#isWell(store)) || !this.#takeDown()) return;
    await store.close();
    const flipped = this.#disk.copy();
    const files = (await flipped.list()).filter(({ sizeBytes }) => sizeBytes > 0);
    const { name, sizeBytes } = files[random.int(files.length)]!;
    flipped.corrupt(name, random.int(sizeBytes), random.int(8));
    const wanted = await this.#contents(this.#disk.copy());
    const found = await this.#contents(flipped).catch((error) => {
      if (error instanceof StoreError && error.code === "corrupt") return wanted;
      throw error;
    });
    if (found !== wanted) this.#options.world.problems.push(`a flipped bit in ${name} changed what the store holds`);
    this.#disk = this.#disk.takeover();
    await this.start();
  }

  /** Whether what is written comes to the disk: what is left of a write that failed may be there or not. */
  async #isWell(store: Store): Promise<boolean> {
    const written = store
      .grantLease({ ttlSeconds: LEASE_SECONDS })
      .then(({ id }) => store.revokeLease(id))
      .then(
        () => true,
        () => false,
      );
    return Promise.race([written, this.down.then(() => false)]);
  }

  async #contents(directory: SimulatedDisk): Promise<string> {
    const { clock } = this.#options.world;
    await using store = await openEmbeddedStore({ directory, clock, log: silentLog, compactIntervalMs: 0 });
    const { entries, revision } = await store.range({ start: "", end: prefixEnd("") });
    const lines = entries.map(
      ({ key, modRevision, value }) => `${key} ${modRevision} ${Buffer.from(value).toString()}`,
    );
    return [revision, ...lines].join("\n");
  }

  /** Whether it was up. */
  #takeDown(): boolean {
    if (!this.#store) return false;
    this.epoch++;
    this.#store = undefined;
    this.#up = Promise.withResolvers<void>();
    this.#options.wentDown();
    this.#down.resolve();
    this.#down = Promise.withResolvers<void>();
    return true;
  }
}
