import type { Clock, Timer } from "../../base/index.ts";
import { StoreError } from "../errors.ts";

/** etcd's limit, nearly 300 years. */
const TTL_SECONDS_MAX = 9_000_000_000;
/** Ids are handed out below 2^53, where numbers are exact. */
const ID_MAX = Number.MAX_SAFE_INTEGER;
/** Node's timers go no further. */
const TIMER_MS_MAX = 0x7fff_ffff;

export interface Granted {
  readonly id: number;
  readonly ttlSeconds: number;
}

interface Held {
  readonly ttlSeconds: number;
  endsMs: number;
}

/**
 * Which leases there are and when they end; which keys hang on one is the index's to say. Without a clock none ends by
 * itself. Times are the process's own: after a restart every lease has its whole time again.
 */
export class Leases {
  readonly #held = new Map<number, Held>();
  readonly #clock: Clock | undefined;
  readonly #expire: (id: number) => void;
  #timer: Timer | undefined;
  #lastId = 0;

  constructor(clock: Clock | undefined, expire: (id: number) => void) {
    this.#clock = clock;
    this.#expire = expire;
  }

  has(id: number): boolean {
    return this.#held.has(id);
  }

  /** Throws when there is no such lease. */
  require(id: number): Granted {
    const held = this.#held.get(id);
    if (!held) throw new StoreError("leaseNotFound", `find lease: there is none with id ${id}`);
    return { id, ttlSeconds: held.ttlSeconds };
  }

  /** Checks a wish and gives it an id when it has none. */
  admit({ id, ttlSeconds }: { id?: number; ttlSeconds: number }): Granted {
    if (!Number.isSafeInteger(ttlSeconds) || ttlSeconds > TTL_SECONDS_MAX)
      throw new StoreError("invalid", `grant lease: too large lease TTL, wanted at most ${TTL_SECONDS_MAX} s`);
    if (id !== undefined && (!Number.isSafeInteger(id) || id < 0 || id > ID_MAX))
      throw new StoreError("invalid", `grant lease: got id ${id}, wanted a whole number below 2^53`);
    if (id && this.#held.has(id)) throw new StoreError("leaseExists", `grant lease: ${id} exists already`);
    return { id: id || this.#nextId(), ttlSeconds: Math.max(ttlSeconds, 1) };
  }

  grant({ id, ttlSeconds }: Granted): void {
    this.#held.set(id, { ttlSeconds, endsMs: this.#endsMs(ttlSeconds) });
    this.#arm();
  }

  /** Starts its time anew. */
  keep(id: number): Granted {
    const granted = this.require(id);
    this.#held.get(id)!.endsMs = this.#endsMs(granted.ttlSeconds);
    return granted;
  }

  remove(id: number): void {
    this.#held.delete(id);
  }

  remainingSeconds(id: number): number {
    const { ttlSeconds, endsMs } = this.#held.get(id)!;
    return this.#clock ? Math.max(0, Math.floor((endsMs - this.#clock.monotonicMs()) / 1000)) : ttlSeconds;
  }

  *[Symbol.iterator](): Generator<Granted> {
    for (const [id, { ttlSeconds }] of this.#held) yield { id, ttlSeconds };
  }

  close(): void {
    this.#timer?.cancel();
  }

  #nextId(): number {
    do {
      // Above what people pick by hand, and not the one before after a restart.
      this.#lastId = Math.max(this.#lastId + 1, 2 ** 40 + Math.floor((this.#clock?.now() ?? 0) * 64));
    } while (this.#held.has(this.#lastId));
    return this.#lastId;
  }

  #endsMs(ttlSeconds: number): number {
    return (this.#clock?.monotonicMs() ?? 0) + ttlSeconds * 1000;
  }

  /** One timer, for the lease that ends next; a lease that was kept meanwhile is looked at again. */
  #arm(): void {
    this.#timer?.cancel();
    if (!this.#clock || this.#held.size === 0) return;
    const now = this.#clock.monotonicMs();
    let nextMs = Number.POSITIVE_INFINITY;
    for (const { endsMs } of this.#held.values()) nextMs = Math.min(nextMs, endsMs);
    this.#timer = this.#clock.timer(Math.min(Math.max(nextMs - now, 0), TIMER_MS_MAX), () => this.#endDue());
  }

  #endDue(): void {
    const now = this.#clock!.monotonicMs();
    for (const [id, { endsMs }] of [...this.#held]) if (endsMs <= now) this.#expire(id);
    this.#arm();
  }
}
