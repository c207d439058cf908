import type { RequestInfo } from "./contracts.ts";

/** Counts of answered requests, as /metrics shows them. */
export class RequestMetrics {
  readonly #totals = new Map<string, number>();

  count({ verb, group, version, resource, subresource, isResource }: RequestInfo, code: number): void {
    const labels = { code, component: "apiserver", group, resource, subresource, verb: verbLabel(verb), version };
    const key = Object.entries(isResource ? labels : { ...labels, resource: "", group: "", version: "" })
      .map(([name, value]) => `${name}=${JSON.stringify(String(value))}`)
      .join(",");
    this.#totals.set(key, (this.#totals.get(key) ?? 0) + 1);
  }

  /** In the text format that Prometheus reads. */
  text(): string {
    const lines = [...this.#totals]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([labels, total]) => `apiserver_request_total{${labels}} ${total}`);
    return `# TYPE apiserver_request_total counter\n${lines.join("\n")}\n`;
  }
}

const LABELS: Readonly<Record<string, string>> = { create: "POST", update: "PUT", patch: "PATCH", delete: "DELETE" };

function verbLabel(verb: string): string {
  return LABELS[verb] ?? verb.toUpperCase();
}
