import { series } from "./metrics.ts";

/** What single checks have found, as /metrics/slis tells it. */
export class HealthFigures {
  readonly #last = new Map<string, number>();
  readonly #totals = new Map<string, number>();

  /** A check was made; `type` says of which endpoint. */
  note({ name, type, isFine }: { readonly name: string; readonly type: string; readonly isFine: boolean }): void {
    this.#last.set(`name="${name}",type="${type}"`, isFine ? 1 : 0);
    const labels = `name="${name}",status="${isFine ? "success" : "error"}",type="${type}"`;
    this.#totals.set(labels, (this.#totals.get(labels) ?? 0) + 1);
  }

  reset(): void {
    this.#last.clear();
    this.#totals.clear();
  }

  /** In the text format that Prometheus reads. */
  text(): string {
    const lines = [
      ...series("kubernetes_healthcheck", "gauge", this.#last),
      ...series("kubernetes_healthchecks_total", "counter", this.#totals),
    ];
    return lines.map((line) => `${line}\n`).join("");
  }
}
