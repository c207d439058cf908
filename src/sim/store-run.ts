import { type Random, seededRandom, silentLog, VirtualClock, messageOf } from "../base/index.ts";
import { type Disk, openEmbeddedStore, SimulatedDisk, type Store, StoreError, type Watch } from "../store/index.ts";
import { type Answer, History, type Operation, operationLine, type Request } from "./history.ts";
import { isLinearizable, isLinearizableFromAny } from "./linearizability.ts";
import { SlowDisk } from "./slow-disk.ts";
import { checkWatcher, compareWatchers, type KnownWrite, type Told, type WatcherLog } from "./watch-check.ts";

/** Writes below it may be answered before they are on disk. */
const RELAXED = "/relaxed/";
const KEYS = ["/a", "/b", "/c", "/d", `${RELAXED}a`, `${RELAXED}b`] as const;
const CLIENTS = 4;
const WATCHERS = 2;
/** Kept small: the search grows with what overlaps on one key. */
const OPERATIONS_PER_CLIENT = 24;
const CRASHES_MAX = 3;
const RUN_LIMIT_MS = 10 * 60_000;
const SEGMENT_BYTES = 600;
const REOPEN_MS = 50;

/** Ways to make the store wrong on purpose: the simulation has to find each of them. */
export interface Sabotage {
  readonly disk?: (disk: Disk) => Disk;
  readonly store?: (store: Store) => Store;
  /** What may be lost by a crash, instead of what is meant to. */
  readonly relaxedPrefixes?: readonly string[];
}

export interface Verdict {
  readonly seed: number;
  /** Empty: nothing is wrong. */
  readonly problems: readonly string[];
  /** Of everything that happened: the same seed gives the same. */
  readonly summary: string;
}

/** One seed: clients and watchers on an embedded store, while its disk is slow, full, failing, or loses power. */
export async function runStore(seed: number, sabotage: Sabotage = {}): Promise<Verdict> {
  const world = new StoreWorld(seed, sabotage);
  await world.run();
  return world.verdict();
}

class StoreWorld {
  readonly #seed: number;
  readonly #random: Random;
  readonly #clock = new VirtualClock();
  readonly #sabotage: Sabotage;
  readonly #history = new History();
  readonly #watchers: SimWatcher[] = [];
  readonly #problems: string[] = [];
  #disk = new SimulatedDisk();
  #store: Store | undefined;
  /** Fires when the machine that runs the store goes down: whoever waits for it waits no longer. */
  #down = Promise.withResolvers<void>();
  #up = Promise.withResolvers<void>();
  #done = 0;
  /** How often the store was taken down. */
  #epoch = 0;

  constructor(seed: number, sabotage: Sabotage) {
    this.#seed = seed;
    this.#random = seededRandom(`store/${seed}`);
    this.#sabotage = sabotage;
  }

  async run(): Promise<void> {
    await this.#within("start", this.#start());
    for (let index = 0; index < WATCHERS; index++) {
      const watcher = new SimWatcher(`${index}`, await this.#store!.revision());
      this.#watchers.push(watcher);
      watcher.open(this.#store!);
    }
    const clients = Array.from({ length: CLIENTS }, (_, client) => this.#client(client));
    const faults = this.#faults();
    await this.#within("clients", Promise.all(clients));
    await this.#within("faults", faults);
    await this.#within("end", this.#end());
  }

  verdict(): Verdict {
    const writes = this.#knownWrites();
    const logs = this.#watchers.map((watcher) => watcher.log());
    const unordered = [...this.#history.byKey()].flatMap(([key, operations]) =>
      key.startsWith(RELAXED) ? this.#relaxedProblems(key, operations) : orderProblems(key, operations),
    );
    // What a crash may take need not be told; that it is told truly, and once, is checked like all the rest.
    const kept = writes.filter(({ key }) => !key.startsWith(RELAXED));
    const watched = logs.flatMap((log) => checkWatcher(log, kept));
    const compared = logs.slice(1).flatMap((log) => compareWatchers(logs[0]!, log));
    const reused = reuseProblems(writes, logs);
    const summary = this.#history.operations.map(operationLine).join("\n");
    return {
      seed: this.#seed,
      problems: [...this.#problems, ...unordered, ...watched, ...compared, ...reused],
      summary,
    };
  }

  /**
   * A crash may take the newest relaxed writes: between two crashes a key is in order from one of the states that it may
   * have come back with.
   */
  #relaxedProblems(key: string, operations: readonly Operation[]): string[] {
    return Map.groupBy(operations, ({ epoch }) => epoch)
      .values()
      .flatMap((inEpoch) => {
        const before = operations.filter(({ epoch }) => epoch < inEpoch[0]!.epoch);
        return isLinearizableFromAny(inEpoch, before) ? [] : orderProblem(key, inEpoch);
      })
      .toArray();
  }

  /** Lets virtual time run until work is over; work that never ends is a problem by itself. */
  async #within(what: string, work: Promise<unknown>): Promise<void> {
    let isOver = false;
    const limitMs = this.#clock.monotonicMs() + RUN_LIMIT_MS;
    work.then(
      () => (isOver = true),
      (error) => {
        isOver = true;
        this.#problems.push(`${what}: ${messageOf(error)}`);
      },
    );
    await this.#clock.drain();
    while (!isOver && this.#clock.monotonicMs() < limitMs) if (!(await this.#clock.step())) break;
    if (!isOver) this.#problems.push(`${what}: still busy after ${RUN_LIMIT_MS / 60_000} virtual minutes`);
  }

  async #start(): Promise<void> {
    const speed = { callMs: this.#random.int(3), flushMs: this.#random.int(30) };
    const slow = new SlowDisk({ disk: this.#disk, clock: this.#clock, random: this.#random.fork("disk"), speed });
    const store = await openEmbeddedStore({
      directory: this.#sabotage.disk?.(slow) ?? slow,
      clock: this.#clock,
      log: silentLog,
      compactIntervalMs: 0,
      segmentBytesMax: SEGMENT_BYTES,
      relaxedPrefixes: this.#sabotage.relaxedPrefixes ?? [RELAXED],
    });
    this.#store = this.#sabotage.store?.(store) ?? store;
    this.#up.resolve();
  }

  async #client(client: number): Promise<void> {
    const random = this.#random.fork(`client/${client}`);
    for (let count = 0; count < OPERATIONS_PER_CLIENT; count++) {
      await this.#clock.sleep(random.float() * 40);
      if (!this.#store) await this.#up.promise;
      const key = KEYS[random.int(KEYS.length)]!;
      await this.#operate(client, key, await this.#request(random, key, `${client}.${count}`));
    }
    this.#done++;
  }

  async #request(random: Random, key: string, value: string): Promise<Request> {
    const pick = random.int(10);
    if (pick < 3) return { type: "get" };
    if (pick < 6) return { type: "put", value: `${value}${"x".repeat(random.int(60))}` };
    if (pick < 8) return { type: "delete" };
    // What the client knows may be old by the time it asks: that is the point.
    const known = random.int(3) === 0 ? 0 : await this.#peek(key);
    return { type: "putAt", value, revision: known };
  }

  async #peek(key: string): Promise<number> {
    try {
      return (await this.#store?.get(key))?.entry?.modRevision ?? 0;
    } catch {
      return 0;
    }
  }

  async #operate(client: number, key: string, request: Request): Promise<void> {
    const store = this.#store;
    if (!store) return;
    const note = this.#history.call({ client, key, request, epoch: this.#epoch });
    try {
      const answer = await Promise.race([perform(store, key, request), this.#down.promise]);
      if (answer) note.ended(answer);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      // Turned away for want of room, nothing happened; after any other failure nobody knows.
      if (error.code === "noSpace") note.never();
      if (error.code === "unavailable") await this.#restart();
    }
  }

  async #faults(): Promise<void> {
    const random = this.#random.fork("faults");
    const crashes = random.int(CRASHES_MAX + 1);
    for (let crash = 0; crash < crashes; crash++) {
      await this.#clock.sleep(random.float() * 300);
      if (this.#done === CLIENTS) return;
      await this.#fault(random);
    }
  }

  async #fault(random: Random): Promise<void> {
    const pick = random.int(6);
    if (pick === 0) this.#disk.failNextFlush = true;
    else if (pick === 1) {
      this.#disk.capacityBytes = 200;
      await this.#clock.sleep(random.float() * 200);
      this.#disk.capacityBytes = Number.POSITIVE_INFINITY;
    } else if (pick === 2) await this.#compact();
    else await this.#crash(random);
  }

  async #compact(): Promise<void> {
    const store = this.#store;
    if (!store) return;
    try {
      await Promise.race([store.revision().then((revision) => store.compact(revision)), this.#down.promise]);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
    }
  }

  /** The machine loses power, or only the process is killed; it comes up again after a while. */
  async #crash(random: Random): Promise<void> {
    if (!this.#store) return;
    this.#takeDown();
    this.#disk = random.int(3) === 0 ? this.#disk.takeover() : this.#disk.crash(random);
    await this.#clock.sleep(random.float() * 100);
    await this.#bringUp();
  }

  /** A store whose disk failed takes no more writes until it is opened again. */
  async #restart(): Promise<void> {
    if (!this.#store) return;
    this.#takeDown();
    this.#disk = this.#disk.takeover();
    await this.#bringUp();
  }

  #takeDown(): void {
    this.#epoch++;
    this.#store = undefined;
    this.#up = Promise.withResolvers<void>();
    for (const watcher of this.#watchers) watcher.lost();
    this.#down.resolve();
    this.#down = Promise.withResolvers<void>();
  }

  /** A disk that is full or fails as the store is opened lets nobody in; whoever runs it tries again. */
  async #bringUp(): Promise<void> {
    for (;;) {
      try {
        await this.#start();
        break;
      } catch (error) {
        if (!(error instanceof StoreError) || !["unavailable", "noSpace"].includes(error.code)) throw error;
        this.#disk = this.#disk.takeover();
        await this.#clock.sleep(REOPEN_MS);
      }
    }
    for (const watcher of this.#watchers) watcher.open(this.#store!);
  }

  /** One last look at everything, after all faults. */
  async #end(): Promise<void> {
    if (!this.#store) await this.#up.promise;
    for (const key of KEYS) await this.#operate(CLIENTS, key, { type: "get" });
    await Promise.all(this.#watchers.map((watcher) => watcher.finish()));
    await this.#store!.close();
  }

  #knownWrites(): KnownWrite[] {
    return this.#history.operations.flatMap(({ key, request, returned }) => {
      if (returned?.answer.type !== "wrote") return [];
      const value = request.type === "put" || request.type === "putAt" ? request.value : undefined;
      return [{ revision: returned.answer.revision, key, value }];
    });
  }
}

function orderProblems(key: string, operations: readonly Operation[]): string[] {
  return isLinearizable(operations) ? [] : orderProblem(key, operations);
}

function orderProblem(key: string, operations: readonly Operation[]): string[] {
  return [`${key} is not linearizable:\n${operations.map((one) => `    ${operationLine(one)}`).join("\n")}`];
}

/** Two different writes at one revision, whoever says so: an answer or a watcher. */
function reuseProblems(writes: readonly KnownWrite[], logs: readonly WatcherLog[]): string[] {
  const told = logs.flatMap((log) =>
    log.told.flatMap(({ revision, changes }) => [...changes].map(([key, value]) => ({ revision, key, value }))),
  );
  const first = new Map<number, KnownWrite>();
  return [...writes, ...told].flatMap((write) => {
    const known = first.get(write.revision);
    first.set(write.revision, known ?? write);
    const same = !known || (known.key === write.key && known.value === write.value);
    return same
      ? []
      : [`revision ${write.revision} was used twice: ${known.key}=${known.value}, ${write.key}=${write.value}`];
  });
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

async function perform(store: Store, key: string, request: Request): Promise<Answer> {
  switch (request.type) {
    case "get": {
      const { entry } = await store.get(key);
      return { type: "got", value: entry && decoder.decode(entry.value), modRevision: entry?.modRevision ?? 0 };
    }
    case "put":
    case "putAt": {
      const condition = { key, target: "modRevision", operator: "=" } as const;
      const { succeeded, revision } = await store.transact({
        compare: request.type === "put" ? [] : [{ ...condition, value: request.revision }],
        success: [{ type: "put", key, value: encoder.encode(request.value) }],
        failure: [],
      });
      return succeeded ? { type: "wrote", revision } : { type: "refused" };
    }
    case "delete": {
      const { revision, results } = await store.transact({
        compare: [],
        success: [{ type: "delete", key }],
        failure: [],
      });
      const [deleted] = results;
      return deleted?.type === "delete" && deleted.previous.length > 0
        ? { type: "wrote", revision }
        : { type: "refused" };
    }
    default:
      return request satisfies never;
  }
}

/** Watches everything, and goes on from where it was each time the store comes back. */
class SimWatcher {
  readonly #name: string;
  readonly #from: number;
  readonly #told: Told[] = [];
  readonly #gaps: Array<readonly [number, number]> = [];
  #next: number;
  #through: number;
  #watch: Watch | undefined;
  #caughtUp: (() => void) | undefined;

  constructor(name: string, revision: number) {
    this.#name = name;
    this.#from = this.#next = revision + 1;
    this.#through = revision;
  }

  open(store: Store): void {
    const generation = {};
    this.#generation = generation;
    const mine = <T extends unknown[]>(hear: (...args: T) => void) => {
      return (...args: T) => {
        if (this.#generation === generation) hear(...args);
      };
    };
    this.#watch = store.watch(
      { start: "/", end: "0", from: this.#next },
      {
        changes: mine((changes, revision) => {
          const heard = changes.map((change): [string, string | undefined] =>
            change.type === "put" ? [change.entry.key, decoder.decode(change.entry.value)] : [change.key, undefined],
          );
          this.#told.push({ revision, changes: new Map(heard) });
          this.#next = revision + 1;
        }),
        progress: mine((revision) => {
          this.#through = Math.max(this.#through, revision);
          this.#next = Math.max(this.#next, revision + 1);
          this.#caughtUp?.();
        }),
        closed: mine((error) => this.#closed(store, error)),
      },
    );
    this.#watch.requestProgress();
  }

  #generation: object | undefined;

  #closed(store: Store, error: Error): void {
    if (!(error instanceof StoreError) || error.code !== "compacted") return;
    // What a client does then: it lists, and watches from there.
    void store.revision().then((revision) => {
      this.#gaps.push([this.#next - 1, revision]);
      this.#next = revision + 1;
      this.open(store);
    });
  }

  lost(): void {
    this.#generation = undefined;
    this.#watch = undefined;
  }

  /** Resolves once everything so far has been told. */
  finish(): Promise<void> {
    return new Promise((resolve) => {
      this.#caughtUp = () => {
        this.#watch?.close();
        resolve();
      };
      this.#watch?.requestProgress();
    });
  }

  log(): WatcherLog {
    return { name: this.#name, told: this.#told, gaps: this.#gaps, from: this.#from, through: this.#through };
  }
}
