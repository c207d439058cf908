import { readFileSync } from "node:fs";
import { at, type Difference } from "./compare.ts";
import type { Request, Side } from "./exchange.ts";
import { Normaliser } from "./normalise.ts";

/** Requests that are sent to both servers one after the other, and what each has written of them. */
export interface Audited {
  readonly requests: readonly Request[];
  readonly seen: ReadonlyMap<string, readonly unknown[]>;
}

const idOf = (index: number) => `audit-${index}`;

/** Sends requests, each with an id of its own, and reads the events of them from a server's log. */
export async function auditOf(requests: readonly Request[], side: Side, log: string): Promise<Audited> {
  for (const [index, request] of requests.entries())
    await side.ask({ ...request, headers: { ...request.headers, "audit-id": idOf(index) } });
  // A watch ends with its connection; all others are written before they are answered.
  const lines = readFileSync(log, "utf8").split("\n").filter(Boolean);
  const normalisers = new Map<string, Normaliser>();
  const seen = new Map<string, unknown[]>();
  for (const line of lines) {
    const event = JSON.parse(line) as { auditID: string; requestReceivedTimestamp?: string };
    if (!event.auditID.startsWith("audit-")) continue;
    const known = seen.get(event.auditID) ?? seen.set(event.auditID, []).get(event.auditID)!;
    // Each request by itself: that one was written too many is to be told once.
    const normaliser = normalisers.getOrInsertComputed(event.auditID, () => new Normaliser("never-there"));
    known.push(normaliser.value(event));
  }
  return { requests, seen };
}

/** Where two servers have written something else, of the same requests. */
export function compareAudits(upstream: Audited, navarch: Audited): Difference[] {
  return upstream.requests.flatMap((request, index) => {
    const [theirs, ours] = [upstream, navarch].map(({ seen }) => seen.get(idOf(index)) ?? []) as [unknown[], unknown[]];
    return differing(theirs, ours).map((path) => ({
      title: idOf(index),
      request,
      path,
      upstream: at(theirs, path),
      navarch: at(ours, path),
      answer: { status: 0, body: theirs },
      ours: { status: 0, body: ours },
    }));
  });
}

function differing(one: unknown, other: unknown, path = ""): string[] {
  if (Object.is(one, other)) return [];
  const both = typeof one === "object" && typeof other === "object" && one !== null && other !== null;
  if (!both || Array.isArray(one) !== Array.isArray(other)) return [path];
  return [...new Set([...Object.keys(one), ...Object.keys(other)])].flatMap((key) =>
    differing(
      (one as Record<string, unknown>)[key],
      (other as Record<string, unknown>)[key],
      `${path}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`,
    ),
  );
}
