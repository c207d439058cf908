import { readFileSync } from "node:fs";
import { seededRandom } from "../../../../src/base/index.ts";
import type { Script } from "../compare.ts";
import type { Ask, Side } from "../exchange.ts";
import { Normaliser } from "../normalise.ts";

/** What a server tells of webhooks to those who look after it. */
export interface Told {
  /** Annotations of audit events, by request. */
  readonly notes: Readonly<Record<string, unknown>>;
  /** How often what happened, by metric and labels. */
  readonly metrics: Readonly<Record<string, string>>;
}

/** Runs scripts one after the other, so that the places of their webhooks among all are the same each time. */
export async function toldBy(
  side: Side,
  { scripts, seed, log }: { readonly scripts: readonly Script[]; readonly seed: number; readonly log: string },
): Promise<Told> {
  for (const [index, script] of scripts.entries())
    await script.run(numbered(side.ask, script.title), seededRandom(`${seed}/${script.title}`), idOf(index));
  const { body } = await side.ask({ do: "GET /metrics" });
  return { notes: notesIn(readFileSync(log, "utf8")), metrics: metricsIn(String(body)) };
}

const idOf = (index: number) => `note${index}`;

/** Each write has an id in the log that the same write has on the other server. */
function numbered(ask: Ask, title: string): Ask {
  const counts = new Map<string, number>();
  return (request, course) => {
    const count = counts.get(request.do) ?? 0;
    counts.set(request.do, count + 1);
    const id = `${title} ${request.do} ${count}`.replaceAll(/[^\w./-]+/g, "_");
    return ask(isWrite(request.do) ? { ...request, headers: { ...request.headers, "audit-id": id } } : request, course);
  };
}

const isWrite = (text: string) => !/^(GET|HOOKS) /.test(text);

interface Event {
  readonly auditID: string;
  readonly stage: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

function notesIn(log: string): Record<string, unknown> {
  const notes: Record<string, unknown> = {};
  for (const line of log.split("\n").filter(Boolean)) {
    const { auditID, stage, annotations } = JSON.parse(line) as Event;
    if (!auditID.startsWith("webhooks") || stage === "RequestReceived") continue;
    notes[auditID] = new Normaliser("never-there").value(readable(annotations ?? {}));
  }
  return notes;
}

/** Of what is JSON the order of keys doesn't matter, and only of what takes long the original notes how long. */
function readable(annotations: Readonly<Record<string, string>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(annotations)
      .filter(([key]) => !key.startsWith("apiserver.latency.k8s.io/"))
      .map(([key, value]) => [key, value.startsWith("{") ? JSON.parse(value) : value]),
  );
}

/** How long anything took is left aside. */
function metricsIn(text: string): Record<string, string> {
  const lines = text.split("\n").filter((line) => /^apiserver_admission_(webhook|match)/.test(line));
  return Object.fromEntries(
    lines.map((line) => {
      const end = line.lastIndexOf(" ");
      const isDuration = /_sum\{|_bucket\{(?!.*le="\+Inf")/.test(line);
      return [line.slice(0, end), isDuration ? "" : line.slice(end + 1)];
    }),
  );
}
