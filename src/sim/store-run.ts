import type { Random } from "../base/index.ts";
import { type Store, StoreError, type Watch } from "../store/index.ts";
import { type Answer, History, type Operation, operationLine, type Request } from "./history.ts";
import { isLinearizable, isLinearizableFromAny } from "./linearizability.ts";
import { StoreMachine, type StoreSabotage } from "./store-machine.ts";
import { checkWatcher, compareWatchers, type KnownWrite, type Told, type WatcherLog } from "./watch-check.ts";
import { type Verdict, World } from "./world.ts";

/** Writes below it may be answered before they are on disk. */
const RELAXED = "/relaxed/";
const KEYS = ["/a", "/b", "/c", "/d", `${RELAXED}a`, `${RELAXED}b`] as const;
const CLIENTS = 4;
const WATCHERS = 2;
/** Kept small: the search grows with what overlaps on one key. */
const OPERATIONS_PER_CLIENT = 24;
const FAULTS_MAX = 3;
/** With the small one a compaction passes several, and they are rewritten in steps. */
const SEGMENT_BYTES = [600, 120] as const;
/** How far behind the newest revision history is cut, at most. */
const HISTORY_REVISIONS = 6;

/** One seed: clients and watchers on an embedded store, while its disk is slow, full, failing, or loses power. */
export async function runStore(seed: number, sabotage: StoreSabotage = {}): Promise<Verdict> {
  const run = new StoreRun(seed, sabotage);
  await run.run();
  return run.verdict();
}

class StoreRun {
  readonly #world: World;
  readonly #machine: StoreMachine;
  readonly #history = new History();
  readonly #watchers: SimWatcher[] = [];
  #done = 0;

  constructor(seed: number, sabotage: StoreSabotage) {
    this.#world = new World("store", seed);
    this.#machine = new StoreMachine({
      world: this.#world,
      sabotage,
      segmentBytesMax: SEGMENT_BYTES[this.#world.random.fork("segments").int(SEGMENT_BYTES.length)]!,
      relaxedPrefixes: [RELAXED],
      wentUp: (store) => {
        for (const watcher of this.#watchers) watcher.open(store);
      },
      wentDown: () => {
        for (const watcher of this.#watchers) watcher.lost();
      },
    });
  }

  async run(): Promise<void> {
    const world = this.#world;
    await world.within("start", this.#machine.start());
    const store = this.#machine.store!;
    for (let index = 0; index < WATCHERS; index++) {
      const watcher = new SimWatcher(`${index}`, await store.revision());
      this.#watchers.push(watcher);
      watcher.open(store);
    }
    const clients = Array.from({ length: CLIENTS }, (_, client) => this.#client(client));
    const faults = Promise.all([this.#faults(), this.#compactions()]);
    await world.within("clients", Promise.all(clients));
    await world.within("faults", faults);
    await world.within("end", this.#end());
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
      seed: this.#world.seed,
      problems: [...this.#world.problems, ...unordered, ...watched, ...compared, ...reused],
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

  async #client(client: number): Promise<void> {
    const { clock } = this.#world;
    const random = this.#world.random.fork(`client/${client}`);
    for (let count = 0; count < OPERATIONS_PER_CLIENT; count++) {
      await clock.sleep(random.float() * 40);
      await this.#machine.whenUp();
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
      return (await this.#machine.store?.get(key))?.entry?.modRevision ?? 0;
    } catch {
      return 0;
    }
  }

  async #operate(client: number, key: string, request: Request): Promise<void> {
    const { store, epoch, down } = this.#machine;
    if (!store) return;
    const note = this.#history.call({ client, key, request, epoch });
    try {
      const answer = await Promise.race([perform(store, key, request), down]);
      if (answer) note.ended(answer);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      // Turned away for want of room, nothing happened; after any other failure nobody knows.
      if (error.code === "noSpace") note.never();
    }
  }

  async #faults(): Promise<void> {
    const random = this.#world.random.fork("faults");
    const count = random.int(FAULTS_MAX + 1);
    for (let fault = 0; fault < count; fault++) {
      await this.#world.clock.sleep(random.float() * 300);
      if (this.#done === CLIENTS) return;
      if (random.int(6) === 0) await this.#compact(0);
      else await this.#machine.fault(random);
    }
  }

  /** Every other run forgets history as it goes: files are rewritten all the time, whatever else happens. */
  async #compactions(): Promise<void> {
    const random = this.#world.random.fork("compactions");
    if (random.int(2) === 0) return;
    while (this.#done < CLIENTS) {
      await this.#world.clock.sleep(random.float() * 100);
      await this.#compact(random.int(HISTORY_REVISIONS));
    }
  }

  async #compact(revisionsBehind: number): Promise<void> {
    const { store, down } = this.#machine;
    if (!store) return;
    try {
      const compacted = store.revision().then((revision) => store.compact(Math.max(1, revision - revisionsBehind)));
      await Promise.race([compacted, down]);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
    }
  }

  /** One last look at everything, after all faults. */
  async #end(): Promise<void> {
    await this.#machine.calm();
    for (const key of KEYS) await this.#operate(CLIENTS, key, { type: "get" });
    await Promise.all(this.#watchers.map((watcher) => watcher.finish()));
    await this.#machine.store!.close();
    await this.#world.quiet();
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
