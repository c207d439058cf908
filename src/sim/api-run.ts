import type { Random } from "../base/index.ts";
import { type SimulatedDisk, StoreError } from "../store/index.ts";
import { checkKnown, checkList, checkStream } from "./api-check.ts";
import { randomSelection, SimClient } from "./api-client.ts";
import { type ApiSabotage, freshDisk, SimServer } from "./api-world.ts";
import { Writer } from "./api-writer.ts";
import { ApiWatcher } from "./sim-watcher.ts";
import { StoreMachine } from "./store-machine.ts";
import { Truth } from "./truth.ts";
import { type Verdict, World } from "./world.ts";

const PREFIX = "/registry/configmaps/";
/** Writes below it may be answered before they are on disk. */
const RELAXED = "/registry/leases/";
const SERVERS_APART = 2;
const WRITERS = 3;
const WATCHERS = 5;
const WRITES = 16;
const FAULTS_MAX = 8;
const SEGMENT_BYTES = 4_000;
const SLOW_LINK_MS = 2_000;
/** After the last write and the last fault: long enough for everybody to hear everything. */
const QUIET_MS = 20_000;

/**
 * One seed: clients and watchers of API servers on an embedded store, which is in the process of the only one or on a machine
 * that several reach. Meanwhile servers and the store's machine are killed, lose power and start again, the disk is slow,
 * full or fails, both networks break, and history is compacted.
 */
export async function runApi(seed: number, sabotage: ApiSabotage = {}): Promise<Verdict> {
  const run = new ApiRun(seed, sabotage, await freshDisk());
  await run.run();
  return run.verdict();
}

class ApiRun {
  readonly #world: World;
  readonly #machine: StoreMachine;
  readonly #servers: readonly SimServer[];
  readonly #truth = new Truth(PREFIX);
  /** Whether the store is in the server's process: they start and die together. */
  readonly #isTogether: boolean;
  #writers: readonly Writer[] = [];
  #watchers: readonly ApiWatcher[] = [];
  #writersLeft = WRITERS;

  constructor(seed: number, sabotage: ApiSabotage, disk: SimulatedDisk) {
    this.#world = new World("api", seed);
    const { random, clock } = this.#world;
    this.#isTogether = random.int(3) === 0;
    this.#machine = new StoreMachine({
      world: this.#world,
      disk,
      sabotage: sabotage.machine ?? {},
      segmentBytesMax: SEGMENT_BYTES,
      relaxedPrefixes: [RELAXED],
      wentUp: (store) => {
        const following = this.#truth.revision === 0 ? this.#truth.begin(store) : this.#truth.follow(store);
        this.#world.spawn("look at the store", Promise.race([following, this.#machine.down]));
        if (this.#isTogether) for (const server of this.#servers) this.#world.spawn("start server", server.start());
      },
      wentDown: () => {
        for (const server of this.#servers)
          if (this.#isTogether) server.kill();
          else server.storeLost();
      },
    });
    const delayMs = this.#isTogether || random.int(3) === 0 ? 0 : random.int(40);
    this.#servers = Array.from({ length: this.#isTogether ? 1 : SERVERS_APART }, (_, index) => {
      const store = () => this.#machine.store;
      return new SimServer({ store, clock, random: random.fork(`server/${index}`), delayMs, sabotage });
    });
  }

  async run(): Promise<void> {
    const world = this.#world;
    await world.within("start", this.#start());
    const newest = () => this.#newest();
    const truth = this.#truth;
    const client = (name: string) => new SimClient(this.#servers, world.random.fork(name), world.clock);
    this.#writers = Array.from({ length: WRITERS }, (_, index) => {
      return new Writer({ name: `${index}`, client: client(`writer/${index}`), truth, newest, count: WRITES });
    });
    this.#watchers = Array.from({ length: WATCHERS }, (_, index) => {
      const own = client(`watcher/${index}`);
      const selection = randomSelection(own.random);
      return new ApiWatcher({ name: `watcher ${index}`, client: own, truth, newest, selection });
    });
    const watching = Promise.all(this.#watchers.map((watcher) => watcher.run()));
    const writing = this.#writers.map((writer) => writer.run().finally(() => this.#writersLeft--));
    await world.within("writers and faults", Promise.all([...writing, this.#faults()]));
    await world.within("calm", this.#machine.calm());
    await world.clock.advance(QUIET_MS);
    for (const watcher of this.#watchers) watcher.stop();
    await world.within("watchers", watching);
    await world.within("end", this.#end());
  }

  async #end(): Promise<void> {
    const store = this.#machine.store!;
    await this.#truth.follow(store);
    for (const server of this.#servers) server.kill();
    await store.close();
    await this.#world.quiet();
  }

  async #start(): Promise<void> {
    await this.#machine.start();
    if (!this.#isTogether) await Promise.all(this.#servers.map((server) => server.start()));
    await this.#world.quiet();
  }

  /** The newest revision that anyone can have seen. */
  async #newest(): Promise<number> {
    const { store, down } = this.#machine;
    const asked = store ? await Promise.race([store.revision(), down]) : undefined;
    return Math.max(asked ?? 0, this.#truth.revision);
  }

  verdict(): Verdict {
    const truth = this.#truth;
    const watched = this.#watchers.flatMap((watcher) => [
      ...watcher.streams.flatMap((stream) => checkStream(stream, truth)),
      ...watcher.lists.flatMap((list) => checkList(list, truth)),
      ...checkKnown(watcher, truth),
    ]);
    const written = this.#writers.flatMap((writer) => [
      ...writer.problems(),
      ...writer.lists.flatMap((list) => checkList(list, truth)),
    ]);
    const summary = [
      ...this.#writers.flatMap(({ lines }) => lines),
      ...this.#watchers.flatMap(({ streams }) => streams.map(({ heard, start }) => JSON.stringify([start, heard]))),
    ].join("\n");
    const problems = [...this.#world.problems, ...truth.problems, ...watched, ...written];
    return { seed: this.#world.seed, problems, summary };
  }

  async #faults(): Promise<void> {
    const random = this.#world.random.fork("faults");
    const count = random.int(FAULTS_MAX + 1);
    for (let fault = 0; fault < count && this.#writersLeft > 0; fault++) {
      await this.#world.clock.sleep(random.float() * 300);
      await this.#fault(random);
    }
  }

  async #fault(random: Random): Promise<void> {
    const { clock } = this.#world;
    const server = this.#servers[random.int(this.#servers.length)]!;
    const pick = random.int(9);
    if (pick === 0) await this.#compact(random);
    else if (pick < 6) await this.#machine.fault(random);
    else if (pick === 6 && !this.#isTogether) {
      server.kill();
      await clock.sleep(random.float() * 300);
      await server.start();
    } else {
      const { mend } = this.#isTogether ? server.cutOff() : breakNetwork(server, random);
      await clock.sleep(random.int(2) * random.float() * 300);
      mend();
    }
  }

  async #compact(random: Random): Promise<void> {
    const { store, down } = this.#machine;
    const { revision = 0 } = this.#truth.changes.at(-1 - random.int(8)) ?? {};
    if (!store || revision <= this.#truth.compacted) return;
    this.#truth.compacted = revision;
    try {
      await Promise.race([store.compact(revision), down]);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
    }
  }
}

/** Its clients can't reach the server, or the server not the store, or only slowly. */
function breakNetwork(server: SimServer, random: Random): { mend(): void } {
  const pick = random.int(3);
  if (pick === 0) return server.cutOff();
  return pick === 1 ? server.slowLink(SLOW_LINK_MS) : server.breakLink();
}
