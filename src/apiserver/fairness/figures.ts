import type { Flow } from "../flow/classify.ts";
import { type Durations, histogram, noDurations, observe, series } from "../introspection/metrics.ts";
import type { TurnedAway } from "./errors.ts";
import type { FairQueues, Ticket } from "./queues.ts";

/** What is counted of one flow schema. */
class Figures {
  readonly level: string;
  readonly labels: string;
  readonly rejections = new Map<TurnedAway["reason"], number>();
  readonly waits = new Map<"true" | "false", Durations>();
  dispatched = 0;
  inQueue = 0;
  executing = 0;
  seats = 0;

  constructor(level: string, labels: string) {
    this.level = level;
    this.labels = labels;
  }

  rejected(error: TurnedAway): TurnedAway {
    this.rejections.set(error.reason, (this.rejections.get(error.reason) ?? 0) + 1);
    return error;
  }

  async waiting(turn: Promise<void>): Promise<void> {
    this.inQueue++;
    try {
      await turn;
    } catch (error) {
      throw this.rejected(error as TurnedAway);
    } finally {
      this.inQueue--;
    }
  }

  begin({ seats, arrivedMs, startedMs }: Ticket): void {
    this.dispatched++;
    this.executing++;
    this.seats += seats;
    this.#waited("true", startedMs - arrivedMs);
  }

  end({ seats }: Ticket): void {
    this.executing--;
    this.seats -= seats;
  }

  #waited(executed: "true" | "false", durationMs: number): void {
    let durations = this.waits.get(executed);
    if (!durations) this.waits.set(executed, (durations = noDurations()));
    observe(durations, durationMs / 1000);
  }
}

/** How many requests of a level have begun, and how many never did, by why. */
export interface LevelFigures {
  readonly dispatched: number;
  readonly rejected: number;
  readonly timedOut: number;
  readonly cancelled: number;
}

const PREFIX = "apiserver_flowcontrol";

/** What is counted of all flows, as /metrics shows it. */
export class FlowFigures {
  readonly #all = new Map<string, Figures>();
  readonly #known = new WeakMap<Flow, Figures>();

  of(flow: Flow): Figures {
    const known = this.#known.get(flow);
    if (known) return known;
    const level = flow.level.metadata.name;
    const labels = `flow_schema="${flow.schema.metadata.name}",priority_level="${level}"`;
    let figures = this.#all.get(labels);
    if (!figures) this.#all.set(labels, (figures = new Figures(level, labels)));
    this.#known.set(flow, figures);
    return figures;
  }

  /** What was counted of all flows of a level. */
  ofLevel(name: string): LevelFigures {
    const all = [...this.#all.values()].filter(({ level }) => level === name);
    const sum = (value: (figures: Figures) => number) => all.reduce((total, one) => total + value(one), 0);
    const turnedAway = (...reasons: readonly TurnedAway["reason"][]) =>
      sum(({ rejections }) => reasons.reduce((total, reason) => total + (rejections.get(reason) ?? 0), 0));
    return {
      dispatched: sum(({ dispatched }) => dispatched),
      rejected: turnedAway("queue-full", "concurrency-limit"),
      timedOut: turnedAway("time-out"),
      cancelled: turnedAway("cancelled"),
    };
  }

  text(levels: FairQueues["levels"]): string[] {
    const all = [...this.#all.values()];
    const each = (name: string, type: string, value: (figures: Figures) => number) =>
      series(
        `${PREFIX}_${name}`,
        type,
        all.map((one) => [one.labels, value(one)] as const),
      );
    const rejections = all.flatMap(({ labels, rejections }) =>
      [...rejections].map(([reason, count]) => [`${labels},reason="${reason}"`, count] as const),
    );
    const waits = all.flatMap(({ labels, waits }) =>
      [...waits].map(([executed, durations]) => [`execute="${executed}",${labels}`, durations] as const),
    );
    const ofLevels = (name: string, value: (level: FairQueues["levels"][number]) => number) =>
      series(
        `${PREFIX}_${name}`,
        "gauge",
        levels.map((level) => [`priority_level="${level.limits.name}"`, value(level)] as const),
      );
    return [
      ...each("dispatched_requests_total", "counter", ({ dispatched }) => dispatched),
      ...series(`${PREFIX}_rejected_requests_total`, "counter", rejections),
      ...each("current_inqueue_requests", "gauge", ({ inQueue }) => inQueue),
      ...each("current_executing_requests", "gauge", ({ executing }) => executing),
      ...each("current_executing_seats", "gauge", ({ seats }) => seats),
      ...histogram(`${PREFIX}_request_wait_duration_seconds`, new Map(waits)),
      ...ofLevels("nominal_limit_seats", ({ limits }) => limits.nominalSeats),
      ...ofLevels("lower_limit_seats", ({ limits }) => limits.nominalSeats - limits.lendableSeats),
    ];
  }
}
