import { type Random, seededRandom, VirtualClock } from "../base/index.ts";
import type { Store } from "../store/index.ts";
import { checkKnown, checkList, checkStream } from "./api-check.ts";
import { randomSelection, SimClient } from "./api-client.ts";
import { type ApiSabotage, freshStore, SimServer } from "./api-world.ts";
import { Writer } from "./api-writer.ts";
import { ApiWatcher } from "./sim-watcher.ts";
import type { Verdict } from "./world.ts";
import { Truth } from "./truth.ts";

const PREFIX = "/registry/configmaps/";
const SERVERS = 2;
const WRITERS = 3;
const WATCHERS = 5;
const WRITES = 16;
const FAULTS_MAX = 5;
const RUN_LIMIT_MS = 10 * 60_000;
/** After the last write and the last fault: long enough for everybody to hear everything. */
const QUIET_MS = 20_000;

/**
 * One seed: clients and watchers of API servers that share a store, while servers are killed and started again, their
 * connections to the store break, and history is compacted.
 */
export async function runApi(seed: number, sabotage: ApiSabotage = {}): Promise<Verdict> {
  const world = new ApiWorld(seed, sabotage, await freshStore());
  await world.run();
  return world.verdict();
}

class ApiWorld {
  readonly #seed: number;
  readonly #random: Random;
  readonly #clock = new VirtualClock();
  readonly #store: Store;
  readonly #servers: readonly SimServer[];
  readonly #problems: string[] = [];
  #truth!: Truth;
  #writers: readonly Writer[] = [];
  #watchers: readonly ApiWatcher[] = [];
  #writersLeft = WRITERS;

  constructor(seed: number, sabotage: ApiSabotage, store: Store) {
    this.#seed = seed;
    this.#random = seededRandom(`api/${seed}`);
    this.#store = store;
    const delayMs = this.#random.int(3) === 0 ? 0 : this.#random.int(40);
    this.#servers = Array.from({ length: SERVERS }, (_, index) => {
      const random = this.#random.fork(`server/${index}`);
      return new SimServer({ store, clock: this.#clock, random, delayMs, sabotage });
    });
  }

  async run(): Promise<void> {
    this.#truth = new Truth(this.#store, { prefix: PREFIX, revision: await this.#store.revision() });
    await this.#within("start", Promise.all(this.#servers.map((server) => server.start())));
    const newest = () => this.#store.revision();
    const client = (name: string) => new SimClient(this.#servers, this.#random.fork(name), this.#clock);
    this.#writers = Array.from({ length: WRITERS }, (_, index) => {
      return new Writer({
        name: `${index}`,
        client: client(`writer/${index}`),
        truth: this.#truth,
        newest,
        count: WRITES,
      });
    });
    this.#watchers = Array.from({ length: WATCHERS }, (_, index) => {
      const own = client(`watcher/${index}`);
      const selection = randomSelection(own.random);
      return new ApiWatcher({ name: `watcher ${index}`, client: own, truth: this.#truth, newest, selection });
    });
    const watching = Promise.all(this.#watchers.map((watcher) => watcher.run()));
    const writing = this.#writers.map((writer) => writer.run().finally(() => this.#writersLeft--));
    await this.#within("writers and faults", Promise.all([...writing, this.#faults()]));
    await this.#clock.advance(QUIET_MS);
    for (const watcher of this.#watchers) watcher.stop();
    await this.#within("watchers", watching);
    for (const server of this.#servers) server.kill();
    await this.#store.close();
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
    return { seed: this.#seed, problems: [...this.#problems, ...watched, ...written], summary };
  }

  async #faults(): Promise<void> {
    const random = this.#random.fork("faults");
    const count = random.int(FAULTS_MAX + 1);
    for (let fault = 0; fault < count && this.#writersLeft > 0; fault++) {
      await this.#clock.sleep(random.float() * 500);
      await this.#fault(random);
    }
  }

  async #fault(random: Random): Promise<void> {
    const server = this.#servers[random.int(SERVERS)]!;
    const pick = random.int(4);
    if (pick === 0) await this.#compact(random);
    else if (pick === 1) {
      const { mend } = server.breakLink();
      if (random.int(2) === 0) await this.#clock.sleep(random.float() * 200);
      mend();
    } else {
      server.kill();
      await this.#clock.sleep(random.float() * 300);
      await server.start();
    }
  }

  async #compact(random: Random): Promise<void> {
    const newest = await this.#store.revision();
    const revision = newest - random.int(20);
    if (revision <= this.#truth.compacted) return;
    this.#truth.compacted = revision;
    await this.#store.compact(revision);
  }

  /** Lets virtual time run until work is over; work that never ends is a problem by itself. */
  async #within(what: string, work: Promise<unknown>): Promise<void> {
    let isOver = false;
    const limitMs = this.#clock.monotonicMs() + RUN_LIMIT_MS;
    work.then(
      () => (isOver = true),
      (error) => {
        isOver = true;
        this.#problems.push(`${what}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      },
    );
    await this.#clock.drain();
    while (!isOver && this.#clock.monotonicMs() < limitMs) if (!(await this.#clock.step())) break;
    if (!isOver) this.#problems.push(`${what}: still busy after ${RUN_LIMIT_MS / 60_000} virtual minutes`);
  }
}
