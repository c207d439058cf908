import type { QueueSizes } from "./queue.ts";

export type AttemptResult = "scheduled" | "unschedulable" | "error";

const BUCKETS_SECONDS = Array.from({ length: 15 }, (_, index) => 0.001 * 2 ** index);

/** What the scheduler counts, under the names that Kubernetes' does. */
export class SchedulerMetrics {
  readonly #attempts = new Map<string, Histogram>();
  readonly #victims = { count: 0, sum: 0 };

  attempt(profile: string, result: AttemptResult, durationMs: number): void {
    const labels = `profile=${JSON.stringify(profile)},result="${result}"`;
    let histogram = this.#attempts.get(labels);
    if (!histogram) {
      histogram = new Histogram();
      this.#attempts.set(labels, histogram);
    }
    histogram.observe(durationMs / 1000);
  }

  preempted(victims: number): void {
    this.#victims.count++;
    this.#victims.sum += victims;
  }

  /** In the text format that Prometheus reads. */
  text({ active, backoff, unschedulable }: QueueSizes): string {
    const attempts = [...this.#attempts].sort(([a], [b]) => (a < b ? -1 : 1));
    return [
      "# TYPE scheduler_pending_pods gauge",
      ...Object.entries({ active, backoff, unschedulable }).map(
        ([queue, size]) => `scheduler_pending_pods{queue="${queue}"} ${size}`,
      ),
      "# TYPE scheduler_schedule_attempts_total counter",
      ...attempts.map(([labels, { count }]) => `scheduler_schedule_attempts_total{${labels}} ${count}`),
      "# TYPE scheduler_scheduling_attempt_duration_seconds histogram",
      ...attempts.flatMap(([labels, histogram]) =>
        histogram.lines("scheduler_scheduling_attempt_duration_seconds", labels),
      ),
      "# TYPE scheduler_preemption_victims summary",
      `scheduler_preemption_victims_sum ${this.#victims.sum}`,
      `scheduler_preemption_victims_count ${this.#victims.count}`,
      "",
    ].join("\n");
  }
}

class Histogram {
  count = 0;
  #sum = 0;
  readonly #buckets = new Array<number>(BUCKETS_SECONDS.length).fill(0);

  observe(seconds: number): void {
    this.count++;
    this.#sum += seconds;
    for (let index = 0; index < this.#buckets.length; index++)
      if (seconds <= BUCKETS_SECONDS[index]!) this.#buckets[index]!++;
  }

  lines(name: string, labels: string): string[] {
    return [
      ...this.#buckets.map((count, index) => `${name}_bucket{${labels},le="${BUCKETS_SECONDS[index]}"} ${count}`),
      `${name}_bucket{${labels},le="+Inf"} ${this.count}`,
      `${name}_sum{${labels}} ${this.#sum}`,
      `${name}_count{${labels}} ${this.count}`,
    ];
  }
}
