import type { Clock } from "../../base/index.ts";
import type { UserInfo } from "../../net/message.ts";
import type { RequestInfo } from "../contracts.ts";
import type { Flow } from "../flow/classify.ts";
import type { FlowControl, FlowTable } from "../flow/flow-control.ts";
import { TurnedAway } from "./errors.ts";
import { flowHash } from "./hand.ts";
import { FlowFigures, type LevelFigures } from "./figures.ts";
import { distinguisherOf, limitsOf, seatsOf } from "./limits.ts";
import { FairQueues, type Level, type Ticket } from "./queues.ts";

/** How long a request may wait for its turn. */
export const WAIT_MAX_MS = 15_000;

export interface FairnessOptions {
  readonly clock: Clock;
  readonly flows: Pick<FlowControl, "current">;
  /** Seats that all levels share. */
  readonly totalSeats: number;
  /** How many objects of a resource there are. */
  readonly countOf: (info: RequestInfo) => number;
}

export interface Asked {
  readonly flow: Flow;
  readonly info: RequestInfo;
  readonly user: UserInfo;
  readonly request: { readonly signal: AbortSignal };
}

/** Who waits and who runs at a moment. */
export interface FairnessSnapshot {
  /** By name. */
  readonly levels: readonly { readonly level: Level; readonly figures: LevelFigures }[];
  readonly requests: readonly PresentRequest[];
}

export interface PresentRequest {
  readonly ticket: Ticket;
  readonly schema: string;
  /** What tells its flow from others of the schema. */
  readonly distinguisher: string;
  readonly info: RequestInfo;
  readonly user: UserInfo;
  /** Times since the epoch. */
  readonly arrivedMs: number;
  /** Undefined while it waits. */
  readonly startedMs: number | undefined;
}

/** Lets requests run when it is their turn: the shell around {@link FairQueues}. */
export class Fairness {
  readonly #options: FairnessOptions;
  readonly #queues = new FairQueues();
  readonly #figures = new FlowFigures();
  readonly #waiting = new Map<Ticket, () => void>();
  /** All that wait or run. */
  readonly #present = new Map<Ticket, Asked>();
  #table: FlowTable | undefined;

  constructor(options: FairnessOptions) {
    this.#options = options;
  }

  /** Does the work when the request's turn has come; throws {@link TurnedAway} when it doesn't come. */
  async run<T>(asked: Asked, work: () => Promise<T>): Promise<T> {
    const { flow, info, user, request } = asked;
    this.#configure();
    const { clock, countOf } = this.#options;
    const { level, schema } = flow;
    const figures = this.#figures.of(flow);
    const hash = flowHash(schema.metadata.name, distinguisherOf(schema, info, user));
    const seats = info.verb === "list" ? seatsOf(info, countOf(info)) : 1;
    const ticket = this.#queues.arrive({ level: level.metadata.name, hash, seats }, clock.monotonicMs());
    if (typeof ticket === "string") throw figures.rejected(new TurnedAway(ticket));
    this.#present.set(ticket, asked);
    try {
      if (ticket.state === "waiting") await figures.waiting(this.#turn(ticket, request.signal));
      figures.begin(ticket);
      try {
        return await work();
      } finally {
        figures.end(ticket);
        this.#start(this.#queues.finish(ticket, clock.monotonicMs()));
      }
    } finally {
      this.#present.delete(ticket);
    }
  }

  /** Everything as it is now. */
  snapshot(): FairnessSnapshot {
    const { clock } = this.#options;
    const startMs = clock.now() - clock.monotonicMs();
    const requests = [...this.#present].map(([ticket, { flow, info, user }]) => {
      const { arrivedMs, startedMs, state } = ticket;
      const distinguisher = distinguisherOf(flow.schema, info, user);
      const times = {
        arrivedMs: startMs + arrivedMs,
        startedMs: state === "running" ? startMs + startedMs : undefined,
      };
      return { ticket, schema: flow.schema.metadata.name, distinguisher, info, user, ...times };
    });
    const levels = this.#queues.levels.map((level) => ({ level, figures: this.#figures.ofLevel(level.limits.name) }));
    return { requests, levels: levels.sort((a, b) => (a.level.limits.name < b.level.limits.name ? -1 : 1)) };
  }

  /** In the text format that Prometheus reads. */
  metrics(): string[] {
    return this.#figures.text(this.#queues.levels);
  }

  #configure(): void {
    const table = this.#options.flows.current;
    if (table === this.#table) return;
    this.#table = table;
    const limits = limitsOf(table.levels, this.#options.totalSeats);
    this.#start(this.#queues.configure(limits, this.#options.clock.monotonicMs()));
  }

  #start(tickets: readonly Ticket[]): void {
    for (const ticket of tickets) this.#waiting.get(ticket)?.();
  }

  #turn(ticket: Ticket, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = () => {
        this.#waiting.delete(ticket);
        timer.cancel();
        signal.removeEventListener("abort", onAbort);
      };
      const leave = (reason: TurnedAway["reason"]) => {
        settle();
        reject(new TurnedAway(reason));
        this.#start(this.#queues.giveUp(ticket, this.#options.clock.monotonicMs()));
      };
      const onAbort = () => leave("cancelled");
      const timer = this.#options.clock.timer(WAIT_MAX_MS, () => leave("time-out"));
      this.#waiting.set(ticket, () => {
        settle();
        resolve();
      });
      if (signal.aborted) onAbort();
      else signal.addEventListener("abort", onAbort, { once: true });
    });
  }
}
