import { compare, type Difference, type KnownDifference, type Script, type Transcript, transcribe } from "./compare.ts";
import type { Side } from "./exchange.ts";

const SHOWN_CHARS = 300;
const BODY_CHARS = 700;
const DIFFERENCES_SHOWN_MAX = 200;

export interface RunOptions {
  readonly seed: number;
  /** Scripts of a group that run at a time. */
  readonly jobs?: number;
  readonly known?: readonly KnownDifference[];
}

export interface Report {
  readonly requests: number;
  readonly unexpected: readonly Difference[];
  /** How often each known difference was met, by its reason. */
  readonly known: ReadonlyMap<string, number>;
}

/** `--seed`, `--count` and `--filter` of `npm run upstream`. */
export function optionsOfRun(countByDefault: number): { seed: number; count: number; filter: RegExp } {
  const { DIFFERENTIAL_SEED, DIFFERENTIAL_COUNT, DIFFERENTIAL_FILTER } = process.env;
  return {
    seed: Number(DIFFERENTIAL_SEED ?? 1),
    count: Number(DIFFERENTIAL_COUNT ?? countByDefault),
    filter: new RegExp(DIFFERENTIAL_FILTER ?? ""),
  };
}

/** Runs every script on both servers and says where they part. */
export async function runOnBoth(
  scripts: readonly Script[],
  [upstream, navarch]: readonly [Side, Side],
  options: RunOptions,
): Promise<Report> {
  const theirs = await runAll(scripts, upstream, options);
  const ours = await runAll(scripts, navarch, options);
  return report(scripts, theirs, ours, options.known ?? []);
}

/** Runs every script on one server; transcripts by title. */
export async function runAll(
  scripts: readonly Script[],
  side: Side,
  { seed, jobs = 12 }: RunOptions,
): Promise<ReadonlyMap<string, Transcript>> {
  const transcripts = new Map<string, Transcript>();
  for (const group of Map.groupBy(scripts, (script) => script.group).values()) {
    const waiting = group.values();
    const worker = async () => {
      for (const script of waiting) transcripts.set(script.title, await transcribe(script, side, seed));
    };
    await Promise.all(Array.from({ length: jobs }, worker));
  }
  return transcripts;
}

/** Compares what two servers said. */
export function report(
  scripts: readonly Script[],
  theirs: ReadonlyMap<string, Transcript>,
  ours: ReadonlyMap<string, Transcript>,
  known: readonly KnownDifference[],
): Report {
  const counts = new Map<string, number>();
  const unexpected: Difference[] = [];
  let requests = 0;
  for (const { title } of scripts) {
    const transcript = ours.get(title) ?? [];
    requests += transcript.length;
    for (const difference of compare(title, theirs.get(title) ?? [], transcript)) {
      const reason = known.find((each) => each.matches(difference))?.why;
      if (reason === undefined) unexpected.push(difference);
      else counts.set(reason, (counts.get(reason) ?? 0) + 1);
    }
  }
  return { requests, unexpected, known: counts };
}

/** What a run found, for a reader: alike differences once, with how often they were met. */
export function described({ requests, unexpected, known }: Report): string {
  const alike = Map.groupBy(unexpected, ({ request, path, upstream, navarch }) =>
    [shape(request.do), shape(path), shape(shown(upstream)), shape(shown(navarch))].join(" "),
  );
  const lines = [...alike.values()].slice(0, DIFFERENCES_SHOWN_MAX).map((found) => {
    const { title, request, path, upstream, navarch } = found[0]!;
    return [
      `${found.length} x ${title}: ${request.do} ${path}`,
      `  upstream ${shown(upstream)}`,
      `  navarch  ${shown(navarch)}`,
      `  body     ${clipped(typeof request.body === "string" ? request.body : (JSON.stringify(request.body) ?? ""), BODY_CHARS)}`,
    ].join("\n");
  });
  const reasons = [...known].map(([why, count]) => `${count} known: ${why}`);
  return [...lines, ...reasons, `${requests} requests, ${unexpected.length} differences of ${alike.size} sorts`].join(
    "\n",
  );
}

const shape = (text: string) => text.replace(/\d+/g, "#").replace(/"[^"]*"/g, '""');
const shown = (value: unknown) => (value === undefined ? "nothing" : clipped(JSON.stringify(value), SHOWN_CHARS));
const clipped = (text: string, length: number) => (text.length > length ? `${text.slice(0, length)}…` : text);
