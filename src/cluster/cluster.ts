import {
  type Clock,
  cryptoRandom,
  type Log,
  type Random,
  realClock,
  Scope,
  seededRandom,
  silentLog,
  VirtualClock,
} from "../base/index.ts";
import type { Client } from "../client/index.ts";
import type { Simulation } from "../kubelet/index.ts";
import type { Explanation } from "../scheduler/index.ts";
import type { Handler } from "../net/index.ts";
import { certificateToPem, createAuthority, generateKey } from "../pki/index.ts";
import { type ForkableStore, openMemoryStore } from "../store/index.ts";
import { type ClusterOptions, checkOptions } from "./cluster-options.ts";
import { EventLog } from "./data/event-log.ts";
import {
  type ClusterListener,
  keeperOf,
  type ListenOptions,
  serveCluster,
  type TimeKeeper,
} from "./network/listening.ts";
import { settle, type SettleOptions } from "./settle.ts";
import { type InProcessCluster, simulate, startInProcess } from "./simulated.ts";

interface State {
  readonly clock: Clock;
  readonly random: Random;
  readonly store: ForkableStore;
  readonly simulations: ReadonlyMap<string, Simulation>;
  readonly log: Log;
  readonly isVirtual: boolean;
}

/** A whole cluster in this process: API server, controllers, scheduler and simulated nodes over a store in memory. */
export class Cluster implements AsyncDisposable {
  readonly #state: State;
  readonly #scope: Scope;
  readonly #running: InProcessCluster;
  readonly #events: EventLog;
  readonly #time: TimeKeeper | undefined;
  #forks = 0;

  /** Starts a cluster; resolves once its API server serves and its nodes have been started. */
  static async start(options: ClusterOptions = {}): Promise<Cluster> {
    checkOptions(options);
    const isVirtual = options.clock !== "real";
    const clock = isVirtual ? new VirtualClock() : realClock();
    const random = options.seed !== undefined || isVirtual ? seededRandom(options.seed ?? 0) : cryptoRandom();
    const { nodes = 1, images } = options;
    const simulations = simulate(nodes, { clock, random, ...(images && { images }) });
    return Cluster.#boot({
      clock,
      random,
      store: openMemoryStore(),
      simulations,
      log: options.log ?? silentLog,
      isVirtual,
    });
  }

  static async #boot(state: State): Promise<Cluster> {
    const { clock, random, store, simulations, log, isVirtual } = state;
    const scope = Scope.logging(log);
    const events = new EventLog(store, clock);
    const keys = { clock, random: random.fork("pki"), deterministic: isVirtual };
    const authority = createAuthority({ ...keys, commonName: "kubernetes-ca" });
    const running = await startInProcess({
      store,
      clock,
      random,
      log,
      scope,
      simulations,
      rootCa: certificateToPem(authority.certificate),
      serviceAccountKey: generateKey({ random: random.fork("service-accounts"), deterministic: isVirtual }),
    });
    return new Cluster({ state, scope, running, events });
  }

  private constructor({
    state,
    scope,
    running,
    events,
  }: { state: State; scope: Scope; running: InProcessCluster; events: EventLog }) {
    this.#state = state;
    this.#scope = scope;
    this.#running = running;
    this.#events = events;
    this.#time = keeperOf(state.clock);
  }

  /** A client with all rights. */
  get client(): Client {
    return this.#running.client;
  }

  get clock(): Clock {
    return this.#state.clock;
  }

  /** The API server, for any transport. */
  get handle(): Handler {
    return this.#running.handle;
  }

  /** Why a pod is on its node, or on none: the scheduler's last decision, with the reasons of every node. */
  explain({
    namespace = "default",
    name,
  }: {
    readonly namespace?: string;
    readonly name: string;
  }): Explanation | undefined {
    return this.#running.explain(namespace, name);
  }

  /** Every change of the store so far, one line each: virtual time, revision, key, value. */
  eventLog(): string {
    return this.#events.text();
  }

  /**
   * Lets virtual time run until nothing but leases and heartbeats has changed for a virtual minute; throws after a virtual
   * hour, naming what is still busy. Virtual clock only.
   */
  async settle(options: SettleOptions = {}): Promise<void> {
    await this.#keeper().move((clock) => settle(clock, this.#events, options));
  }

  /** Lets virtual time run for `durationMs`. Virtual clock only. */
  async advance(durationMs: number): Promise<void> {
    await this.#keeper().move((clock) => clock.advance(durationMs));
  }

  /**
   * Opens a TLS port on loopback for real clients. From then on, until it is closed, virtual time goes along with real time
   * (times `pace`), so that controllers react to what clients do; `settle` and `advance` still jump ahead. What real clients
   * do and when is not part of the seed: the run can't be repeated byte by byte any more.
   */
  async listen(options: ListenOptions = {}): Promise<ClusterListener> {
    const listener = await serveCluster({ ...this.#running, log: this.#state.log, scope: this.#scope }, options);
    const stop = this.#time?.follow(options.pace ?? 1);
    if (!stop) return listener;
    let isOpen = true;
    const close = async () => {
      if (isOpen) stop();
      isOpen = false;
      await listener.close();
    };
    this.#scope.defer(close);
    return { ...listener, close, [Symbol.asyncDispose]: close };
  }

  /** An independent cluster that begins where this one stands: a copy of the store and of the machines, components cold. */
  async fork(): Promise<Cluster> {
    const { clock, random, store, simulations, log, isVirtual } = this.#state;
    const copyClock = isVirtual ? new VirtualClock(clock.now()) : clock;
    const copyRandom = random.fork(`fork/${++this.#forks}`);
    const machines = new Map(
      [...simulations].map(([name, machine]) => [name, machine.fork(copyClock, copyRandom.fork(`machine/${name}`))]),
    );
    return Cluster.#boot({
      clock: copyClock,
      random: copyRandom,
      store: store.fork(),
      simulations: machines,
      log,
      isVirtual,
    });
  }

  async close(): Promise<void> {
    await this.#scope.close();
    this.#events.close();
    await this.#state.store.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #keeper(): TimeKeeper {
    if (this.#time) return this.#time;
    throw new Error('move time: the cluster runs on the machine\'s clock, wanted clock: "virtual"');
  }
}
