import { Lease, unlessGone } from "../api/index.ts";
import { formatMicroTime, Scope } from "../base/index.ts";
import type { ComponentContext } from "./context.ts";
import { eventRecorder } from "./events.ts";

export interface LeaderElectionOptions {
  readonly name: string;
  readonly namespace: string;
  /** Unique per instance. */
  readonly identity: string;
  /** How long others wait after the last renewal that they saw. */
  readonly leaseDurationMs: number;
  /** How long the leader tries to renew before it gives up. */
  readonly renewDeadlineMs: number;
  readonly retryPeriodMs: number;
  /** Hears who leads. */
  readonly onNewLeader?: (identity: string) => void;
}

/** What may be set of a component's Lease. */
export type LeaseOptions = Partial<
  Pick<LeaderElectionOptions, "name" | "namespace" | "leaseDurationMs" | "renewDeadlineMs" | "retryPeriodMs">
>;

interface Observed {
  readonly lease: Lease;
  /** Our own clock, when the record last changed: others' clocks don't count. */
  readonly atMs: number;
}

const JITTER = 1.2;

/**
 * Runs `lead` while this instance holds the Lease; its scope closes when the Lease is lost, after which the instance
 * stands again. Ends, and lets the Lease go, with the context's scope.
 */
export function leaderElection(
  context: ComponentContext,
  options: LeaderElectionOptions,
  lead: (scope: Scope) => Promise<void>,
): void {
  new Election(context, options, lead).start();
}

class Election {
  readonly #context: ComponentContext;
  readonly #options: LeaderElectionOptions;
  readonly #lead: (scope: Scope) => Promise<void>;
  #observed: Observed | undefined;
  #leader = "";

  constructor(context: ComponentContext, options: LeaderElectionOptions, lead: (scope: Scope) => Promise<void>) {
    this.#context = context;
    this.#options = options;
    this.#lead = lead;
  }

  start(): void {
    this.#context.scope.spawn(`leader election ${this.#options.name}`, async (signal) => {
      while (!signal.aborted) {
        await this.#acquire(signal);
        await this.#rule(signal);
      }
    });
  }

  async #acquire(signal: AbortSignal): Promise<void> {
    const { clock, random } = this.#context;
    while (!(await this.#try(this.#options.renewDeadlineMs, signal))) {
      await clock.sleep(this.#options.retryPeriodMs * (1 + JITTER * random.float()), signal);
    }
    const { name, namespace, identity } = this.#options;
    this.#context.log.info("Became leader", { lease: `${namespace}/${name}`, identity });
    const recorder = eventRecorder(this.#context, { component: identity });
    const message = `${identity} became leader`;
    recorder.event(this.#observed!.lease, { type: "Normal", reason: "LeaderElection", message });
  }

  async #rule(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#context;
    const scope = Scope.logging(log);
    const running = this.#lead(scope).catch((error) => {
      if (!scope.signal.aborted) log.error("Leading failed", { lease: this.#options.name, error });
    });
    try {
      let renewedMs = clock.monotonicMs();
      const leftMs = () => renewedMs + this.#options.renewDeadlineMs - clock.monotonicMs();
      while (leftMs() > 0) {
        await clock.sleep(Math.min(this.#options.retryPeriodMs, leftMs()), signal);
        const startMs = clock.monotonicMs();
        if (leftMs() > 0 && (await this.#try(leftMs(), signal))) renewedMs = startMs;
      }
      log.warn("Lost the lead", { lease: this.#options.name });
    } finally {
      await scope.close();
      await running;
      if (signal.aborted) await this.#release();
    }
  }

  /**
   * One look at the Lease; takes or renews it if that is right. Says whether it is ours now. A server that doesn't answer
   * must not keep us in the lead: by then somebody else may have it.
   */
  async #try(withinMs: number, signal: AbortSignal): Promise<boolean> {
    const late = new AbortController();
    const timer = this.#context.clock.timer(withinMs, () =>
      late.abort(new Error(`renew lease: no answer within ${withinMs} ms`)),
    );
    try {
      return await this.#tryOnce(AbortSignal.any([signal, late.signal]));
    } catch (error) {
      if (signal.aborted) throw error;
      this.#context.log.debug("Lease not taken", { lease: this.#options.name, error });
      return false;
    } finally {
      timer.cancel();
    }
  }

  async #tryOnce(signal: AbortSignal): Promise<boolean> {
    const { client, clock } = this.#context;
    const { name, namespace, identity, leaseDurationMs } = this.#options;
    const lease = await this.#read(signal);
    const now = formatMicroTime(clock.now());
    if (!lease) {
      const spec = this.#spec({ acquireTime: now, renewTime: now, leaseTransitions: 0 });
      this.#observe(await client.create(Lease, { metadata: { name, namespace }, spec }, { signal }));
      return true;
    }
    this.#observe(lease);
    const holder = lease.spec.holderIdentity ?? "";
    const expired =
      this.#observed!.atMs + (lease.spec.leaseDurationSeconds ?? leaseDurationMs / 1000) * 1000 < clock.monotonicMs();
    if (holder !== "" && holder !== identity && !expired) return false;
    const ours = holder === identity;
    const leaseTransitions = (lease.spec.leaseTransitions ?? 0) + (ours ? 0 : 1);
    const acquireTime = ours ? (lease.spec.acquireTime ?? now) : now;
    const spec = this.#spec({ acquireTime, renewTime: now, leaseTransitions });
    this.#observe(await client.update(Lease, { ...lease, spec }, { signal }));
    return true;
  }

  #spec(times: { acquireTime: string; renewTime: string; leaseTransitions: number }): Lease["spec"] {
    const { identity, leaseDurationMs } = this.#options;
    return { holderIdentity: identity, leaseDurationSeconds: Math.round(leaseDurationMs / 1000), ...times };
  }

  async #read(signal: AbortSignal): Promise<Lease | undefined> {
    const { name, namespace } = this.#options;
    return unlessGone(this.#context.client.get(Lease, { namespace, name }, { signal }));
  }

  #observe(lease: Lease): void {
    if (this.#observed?.lease.metadata.resourceVersion !== lease.metadata.resourceVersion)
      this.#observed = { lease, atMs: this.#context.clock.monotonicMs() };
    const leader = lease.spec.holderIdentity ?? "";
    if (leader === this.#leader) return;
    this.#leader = leader;
    this.#options.onNewLeader?.(leader);
  }

  /** Lets the next one take over at once. */
  async #release(): Promise<void> {
    const lease = this.#observed?.lease;
    if (lease?.spec.holderIdentity !== this.#options.identity) return;
    const now = formatMicroTime(this.#context.clock.now());
    const { leaseTransitions = 0 } = lease.spec;
    const spec = { holderIdentity: "", leaseDurationSeconds: 1, acquireTime: now, renewTime: now, leaseTransitions };
    try {
      await this.#context.client.update(Lease, { ...lease, spec });
    } catch (error) {
      this.#context.log.debug("Lease not released", { lease: this.#options.name, error });
    }
  }
}
