import { type ApiServer, createApiServer } from "../apiserver/index.ts";
import { type Clock, type Random, Scope, seededRandom, silentLog, VirtualClock } from "../base/index.ts";
import type { ApiRequest, ApiResponse, Handler } from "../net/index.ts";
import { type ForkableStore, openMemoryStore, type Store } from "../store/index.ts";
import { Link } from "./link.ts";

/** Ways to make a server wrong on purpose: the simulation has to find each of them. */
export interface ApiSabotage {
  /** What a server sees of the store. */
  readonly store?: (store: Store) => Store;
  readonly handle?: (handle: Handler) => Handler;
}

/** Nobody answers: whether anything has happened is not known. */
export class Unanswered extends Error {
  override readonly name = "Unanswered";
}

/** An API server that can be killed and started again, over a connection that can break. */
export class SimServer {
  readonly #options: ServerOptions;
  #running: { readonly server: ApiServer; readonly scope: Scope; readonly link: Link } | undefined;
  #killed = Promise.withResolvers<never>();
  #starts = 0;

  constructor(options: ServerOptions) {
    this.#options = options;
    this.#killed.promise.catch(() => {});
  }

  async start(): Promise<void> {
    const { store, clock, random, delayMs, sabotage } = this.#options;
    const scope = Scope.logging(silentLog);
    const own = random.fork(`start/${this.#starts++}`);
    const link = new Link({ store, clock, random: own.fork("link"), delayMs });
    const seen = sabotage.store?.(link.store) ?? link.store;
    const made = createApiServer({ store: seen, clock, random: own.fork("server"), log: silentLog, scope });
    this.#running = { server: { ...made, handle: sabotage.handle?.(made.handle) ?? made.handle }, scope, link };
    await Promise.race([made.ready, this.#killed.promise]).catch(() => this.kill());
  }

  get isUp(): boolean {
    return this.#running !== undefined;
  }

  /** Its process ends without a word: no answer, and every watch breaks off. */
  kill(): void {
    const running = this.#running;
    if (!running) return;
    this.#running = undefined;
    running.link.cut();
    this.#killed.reject(new Unanswered("the server was killed"));
    this.#killed = Promise.withResolvers<never>();
    this.#killed.promise.catch(() => {});
    void running.scope.close();
  }

  /** Its connection to the store breaks, and is there again at once or later. */
  breakLink(): { mend(): void } {
    const { link } = this.#running ?? {};
    link?.cut();
    return { mend: () => link?.mend() };
  }

  /** Rejects when the server is killed, whoever waits for it. */
  get killed(): Promise<never> {
    return this.#killed.promise;
  }

  async call(request: ApiRequest): Promise<ApiResponse> {
    const running = this.#running;
    if (!running) throw new Unanswered("no server listens");
    return Promise.race([running.server.handle(request), this.killed]);
  }
}

export interface ServerOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly delayMs: number;
  readonly sabotage: ApiSabotage;
}

let made: Promise<ForkableStore> | undefined;

/** A store with all that a new cluster has: made once, copied for each run. */
export async function freshStore(): Promise<ForkableStore> {
  made ??= makeStore();
  return (await made).fork();
}

async function makeStore(): Promise<ForkableStore> {
  const store = openMemoryStore();
  const scope = Scope.logging(silentLog);
  const options = { store, clock: new VirtualClock(), random: seededRandom("api"), log: silentLog, scope };
  await createApiServer(options).ready;
  await scope.close();
  return store;
}
