import { type ApiServer, createApiServer } from "../apiserver/index.ts";
import { type Clock, type Random, Scope, silentLog } from "../base/index.ts";
import type { ApiRequest, ApiResponse, Handler } from "../net/index.ts";
import { openEmbeddedStore, SimulatedDisk, type Store } from "../store/index.ts";
import { Link } from "./link.ts";
import type { StoreSabotage } from "./store-machine.ts";
import { World } from "./world.ts";

const RETRY_MS = 50;

/** Ways to make a server or its store wrong on purpose: the simulation has to find each of them. */
export interface ApiSabotage {
  /** What a server sees of the store. */
  readonly store?: (store: Store) => Store;
  readonly handle?: (handle: Handler) => Handler;
  readonly machine?: StoreSabotage;
}

/** Nobody answers: whether anything has happened is not known. */
export class Unanswered extends Error {
  override readonly name = "Unanswered";
}

interface Running {
  readonly server: ApiServer;
  readonly scope: Scope;
  readonly link: Link;
}

/** An API server that can be killed and started again, between two networks that break: to its clients, and to the store. */
export class SimServer {
  readonly #options: ServerOptions;
  #running: Running | undefined;
  #lost = Promise.withResolvers<never>();
  #isReachable = true;
  #starts = 0;
  /** Which of its lives this is. */
  #life = 0;

  constructor(options: ServerOptions) {
    this.#options = options;
    this.#lost.promise.catch(() => {});
  }

  /** Starts, and tries again while there is no store to start on. */
  async start(): Promise<void> {
    const life = ++this.#life;
    while (this.#life === life && !(await this.#begin())) await this.#options.clock.sleep(RETRY_MS);
  }

  async #begin(): Promise<boolean> {
    const { store, clock, random, delayMs, sabotage } = this.#options;
    const scope = Scope.logging(silentLog);
    const own = random.fork(`start/${this.#starts++}`);
    const link = new Link({ current: store, clock, random: own.fork("link"), delayMs });
    const seen = sabotage.store?.(link.store) ?? link.store;
    const made = createApiServer({ store: seen, clock, random: own.fork("server"), log: silentLog, scope });
    const running = { server: { ...made, handle: sabotage.handle?.(made.handle) ?? made.handle }, scope, link };
    this.#running = running;
    try {
      await Promise.race([made.ready, this.#lost.promise]);
      return true;
    } catch {
      if (this.#running === running) this.#end(running);
      return false;
    }
  }

  /** Its process ends without a word: no answer, and every watch breaks off. */
  kill(): void {
    this.#life++;
    if (this.#running) this.#end(this.#running);
  }

  #end({ link, scope }: Running): void {
    this.#running = undefined;
    link.cut();
    this.#lose("the server was killed");
    void scope.close();
  }

  #lose(why: string): void {
    this.#lost.reject(new Unanswered(why));
    this.#lost = Promise.withResolvers<never>();
    this.#lost.promise.catch(() => {});
  }

  /** Its connection to the store breaks; it is there again once it is mended. */
  breakLink(): { mend(): void } {
    const { link } = this.#running ?? {};
    link?.cut();
    return { mend: () => link?.mend() };
  }

  /** Everything between it and the store takes up to so long, until it is mended. */
  slowLink(delayMs: number): { mend(): void } {
    const { link } = this.#running ?? {};
    if (link) link.delayMs = delayMs;
    return {
      mend: () => {
        if (link) link.delayMs = this.#options.delayMs;
      },
    };
  }

  /** The store has gone: what was asked of it is lost. */
  storeLost(): void {
    this.#running?.link.drop();
  }

  /** Its clients can't reach it until it is mended; what it was asked before happens or not, and nobody hears of it. */
  cutOff(): { mend(): void } {
    this.#isReachable = false;
    this.#lose("the network is down");
    return {
      mend: () => {
        this.#isReachable = true;
      },
    };
  }

  /** Rejects when the server is killed or cut off, whoever waits for it. */
  get lost(): Promise<never> {
    return this.#lost.promise;
  }

  async call(request: ApiRequest): Promise<ApiResponse> {
    const running = this.#running;
    if (!running || !this.#isReachable) throw new Unanswered("no server listens");
    return Promise.race([running.server.handle(request), this.lost]);
  }
}

export interface ServerOptions {
  /** The store, while it is there. */
  readonly store: () => Store | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly delayMs: number;
  readonly sabotage: ApiSabotage;
}

let made: Promise<SimulatedDisk> | undefined;

/** A disk with the store of a new cluster: made once, copied for each run. */
export async function freshDisk(): Promise<SimulatedDisk> {
  made ??= makeDisk();
  return (await made).copy();
}

async function makeDisk(): Promise<SimulatedDisk> {
  const world = new World("disk", 0);
  const disk = new SimulatedDisk();
  await world.within("make disk", fillDisk(disk, world));
  return disk;
}

async function fillDisk(disk: SimulatedDisk, { clock, random }: World): Promise<void> {
  const store = await openEmbeddedStore({ directory: disk, clock, log: silentLog, compactIntervalMs: 0 });
  const scope = Scope.logging(silentLog);
  await createApiServer({ store, clock, random, log: silentLog, scope }).ready;
  await scope.close();
  await store.compact(await store.revision());
  await store.defragment();
  await store.close();
}
