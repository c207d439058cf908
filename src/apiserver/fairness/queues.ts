import { hand } from "./hand.ts";

/** What a priority level may do. */
export interface LevelLimits {
  readonly name: string;
  /** Exempt: its requests never wait and count for nobody. */
  readonly isExempt: boolean;
  /** Seats of its own. */
  readonly nominalSeats: number;
  /** So many of them others may use while they are free. */
  readonly lendableSeats: number;
  /** So many of others it may use at most. */
  readonly borrowableSeats: number;
  /** Undefined: what finds no seat is refused. */
  readonly queuing: { readonly queues: number; readonly handSize: number; readonly queueLengthMax: number } | undefined;
}

/** A request that runs, waits or is over. */
export interface Ticket {
  readonly level: string;
  /** Of the flow; says which queues it may wait in. */
  readonly hash: number;
  readonly seats: number;
  readonly arrivedMs: number;
  state: "running" | "waiting" | "over";
  startedMs: number;
  queue: Queue | undefined;
}

export type Refusal = "queue-full" | "concurrency-limit";

export interface Queue {
  readonly tickets: Ticket[];
  waitingSeats: number;
  /** When its next request would start if each flow had a server of its own. The queue with the earliest goes first. */
  virtualStart: number;
}

/** How long a request is taken to last when it starts, in ms; put right when it is over. */
export const EXPECTED_MS = 10;

/**
 * Who runs and who waits: fair queues for every priority level over one pool of seats. It knows no clock and does nothing:
 * each call says what has changed, and answers which of the waiting may start.
 *
 * Each level is sure of its seats less the lendable ones; what it lends it gets back as soon as they are free.
 */
export class FairQueues {
  readonly #levels = new Map<string, Level>();
  /** Levels where somebody waits. */
  readonly #crowded = new Set<Level>();
  #totalSeats = 0;
  #runningSeats = 0;

  /** Sets the levels that there are. Those that are gone end with their last request. */
  configure(all: readonly LevelLimits[], nowMs: number): Ticket[] {
    const names = new Set(all.map(({ name }) => name));
    for (const limits of all) {
      const level = this.#levels.get(limits.name);
      if (!level) this.#levels.set(limits.name, new Level(limits));
      else level.change(limits);
    }
    for (const [name, level] of this.#levels) {
      level.isGone = !names.has(name);
      this.#maybeForget(level);
    }
    const limited = [...this.#levels.values()].filter(({ limits }) => !limits.isExempt);
    this.#totalSeats = limited.reduce((sum, { limits }) => sum + limits.nominalSeats, 0);
    this.#runningSeats = limited.reduce((sum, level) => sum + level.runningSeats, 0);
    return this.#dispatch(nowMs);
  }

  /** A request has come: its ticket runs or waits, or it is refused. */
  arrive(of: Pick<Ticket, "level" | "hash" | "seats">, nowMs: number): Ticket | Refusal {
    const level = this.#levels.get(of.level);
    if (!level) throw new Error(`take request: no level ${of.level}`);
    const seats = level.limits.isExempt ? of.seats : Math.max(1, Math.min(of.seats, level.limits.nominalSeats));
    const ticket: Ticket = {
      level: of.level,
      hash: of.hash,
      seats,
      arrivedMs: nowMs,
      startedMs: nowMs,
      state: "waiting",
      queue: undefined,
    };
    if (level.waiting === 0 && this.#mayRun(level, seats)) {
      this.#start(level, ticket, nowMs);
      return ticket;
    }
    if (!level.limits.queuing) return "concurrency-limit";
    if (!level.maybeEnqueue(ticket)) return "queue-full";
    this.#crowded.add(level);
    return ticket;
  }

  /** A request is over. */
  finish(ticket: Ticket, nowMs: number): Ticket[] {
    const level = this.#levels.get(ticket.level)!;
    ticket.state = "over";
    level.runningSeats -= ticket.seats;
    level.running--;
    if (!level.limits.isExempt) this.#runningSeats -= ticket.seats;
    if (ticket.queue) ticket.queue.virtualStart += ticket.seats * (nowMs - ticket.startedMs - EXPECTED_MS);
    this.#maybeForget(level);
    return this.#crowded.size === 0 ? NOBODY : this.#dispatch(nowMs);
  }

  /** A request that waits doesn't want to any more. */
  giveUp(ticket: Ticket, nowMs: number): Ticket[] {
    const level = this.#levels.get(ticket.level)!;
    level.remove(ticket);
    ticket.state = "over";
    if (level.waiting === 0) this.#crowded.delete(level);
    this.#maybeForget(level);
    return this.#dispatch(nowMs);
  }

  /** How the levels are. */
  get levels(): readonly Level[] {
    return [...this.#levels.values()];
  }

  #mayRun(level: Level, seats: number): boolean {
    const { isExempt, nominalSeats, lendableSeats, borrowableSeats } = level.limits;
    if (isExempt) return true;
    const wanted = level.runningSeats + seats;
    if (wanted <= nominalSeats - lendableSeats) return true;
    if (wanted > nominalSeats + borrowableSeats) return false;
    let reserved = 0;
    for (const other of this.#levels.values()) if (other !== level) reserved += other.reservedSeats;
    return this.#runningSeats + reserved + seats <= this.#totalSeats;
  }

  #start(level: Level, ticket: Ticket, nowMs: number): void {
    ticket.state = "running";
    ticket.startedMs = nowMs;
    level.running++;
    level.runningSeats += ticket.seats;
    if (!level.limits.isExempt) this.#runningSeats += ticket.seats;
  }

  /** Starts what can: levels that use less than their own seats come first. */
  #dispatch(nowMs: number): Ticket[] {
    const started: Ticket[] = [];
    const order = [...this.#crowded].sort((a, b) => a.usage - b.usage);
    for (const level of order) {
      for (let queue = level.next(); queue; queue = level.next()) {
        const ticket = queue.tickets[0]!;
        if (!this.#mayRun(level, ticket.seats)) break;
        level.virtualNow = queue.virtualStart;
        queue.virtualStart += ticket.seats * EXPECTED_MS;
        level.remove(ticket);
        this.#start(level, ticket, nowMs);
        started.push(ticket);
      }
      if (level.waiting === 0) this.#crowded.delete(level);
    }
    return started;
  }

  #maybeForget(level: Level): void {
    if (level.isGone && level.running === 0 && level.waiting === 0) this.#levels.delete(level.limits.name);
  }
}

const NOBODY: Ticket[] = [];

/** One priority level's queues. */
export class Level {
  limits: LevelLimits;
  isGone = false;
  running = 0;
  runningSeats = 0;
  waiting = 0;
  virtualNow = 0;
  #queues = new Map<number, Queue>();

  constructor(limits: LevelLimits) {
    this.limits = limits;
  }

  /** Seats that nobody else may use, though they are free. */
  get reservedSeats(): number {
    const { isExempt, nominalSeats, lendableSeats } = this.limits;
    return isExempt ? 0 : Math.max(0, nominalSeats - lendableSeats - this.runningSeats);
  }

  get usage(): number {
    return this.limits.isExempt ? 0 : this.runningSeats / Math.max(1, this.limits.nominalSeats);
  }

  /** Those who wait are dealt to the new queues. */
  change(limits: LevelLimits): void {
    const { queues, handSize } = this.limits.queuing ?? {};
    this.limits = limits;
    if (limits.queuing?.queues === queues && limits.queuing?.handSize === handSize) return;
    const waiting = [...this.#queues.values()].flatMap(({ tickets }) => tickets);
    this.#queues.clear();
    this.waiting = 0;
    for (const ticket of waiting.sort((a, b) => a.arrivedMs - b.arrivedMs))
      this.#enqueue(ticket, this.#shortest(ticket.hash));
  }

  /** The queues that somebody has waited in, by index. */
  get queues(): ReadonlyMap<number, Queue> {
    return this.#queues;
  }

  /** Into the shortest of the flow's queues, when that has room. */
  maybeEnqueue(ticket: Ticket): boolean {
    const index = this.#shortest(ticket.hash);
    const length = this.#queues.get(index)?.tickets.length ?? 0;
    if (length >= this.limits.queuing!.queueLengthMax) return false;
    this.#enqueue(ticket, index);
    return true;
  }

  /** The queue whose turn it is; undefined when nobody waits. */
  next(): Queue | undefined {
    if (this.waiting === 0) return undefined;
    let first: Queue | undefined;
    for (const queue of this.#queues.values())
      if (queue.tickets.length > 0 && (!first || queue.virtualStart < first.virtualStart)) first = queue;
    return first;
  }

  remove(ticket: Ticket): void {
    const queue = ticket.queue!;
    queue.tickets.splice(queue.tickets.indexOf(ticket), 1);
    queue.waitingSeats -= ticket.seats;
    this.waiting--;
  }

  #enqueue(ticket: Ticket, index: number): void {
    let queue = this.#queues.get(index);
    if (!queue) this.#queues.set(index, (queue = { tickets: [], waitingSeats: 0, virtualStart: 0 }));
    // A queue that was idle has saved up nothing.
    if (queue.tickets.length === 0) queue.virtualStart = Math.max(queue.virtualStart, this.virtualNow);
    queue.tickets.push(ticket);
    queue.waitingSeats += ticket.seats;
    ticket.queue = queue;
    this.waiting++;
  }

  #shortest(hash: number): number {
    // A level that no longer queues keeps what waits in one queue.
    const dealt = this.limits.queuing ? hand(hash, this.limits.queuing) : [0];
    const seatsIn = (index: number) => this.#queues.get(index)?.waitingSeats ?? 0;
    return dealt.reduce((best, index) => (seatsIn(index) < seatsIn(best) ? index : best));
  }
}
