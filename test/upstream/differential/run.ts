import { compare, type Difference, type KnownDifference, type Script, type Transcript, transcribe } from "./compare.ts";
import type { Request, Side } from "./exchange.ts";

/** Scripts of a group that run at a time. */
const JOBS = 12;
const SHOWN_CHARS = 1000;
const BODY_CHARS = 700;
const DIFFERENCES_SHOWN_MAX = 400;
/** The original's handlers panic at times. */
const DROPPED_SHARE_MAX = 0.05;
/** How often the original is asked again what it has answered differently: it walks through maps in any order. */
const ASKED_AGAIN_MAX = 3;

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
  for (const [side, transcripts] of [[upstream, theirs] as const, [navarch, ours] as const])
    mustBeThere(side, transcripts);
  return report({ scripts, theirs, ours, upstream, ...options });
}

/** A server that has dropped many connections has ended: what it didn't say is no likeness. */
function mustBeThere({ name }: Side, transcripts: ReadonlyMap<string, Transcript>): void {
  const answers = [...transcripts.values()].flat();
  const dropped = answers.filter(({ answer }) => (answer as { readonly status: number }).status === 0).length;
  if (dropped > answers.length * DROPPED_SHARE_MAX)
    throw new Error(`compare two servers: ${name} dropped ${dropped} of ${answers.length} requests`);
}

/** Runs every script on one server; transcripts by title. */
async function runAll(
  scripts: readonly Script[],
  side: Side,
  { seed, jobs = JOBS }: RunOptions,
): Promise<Map<string, Transcript>> {
  const transcripts = new Map<string, Transcript>();
  for (const group of Map.groupBy(scripts.entries(), ([, script]) => script.group).values()) {
    await inParallel(group, jobs, async ([index, script]) => {
      transcripts.set(script.title, await transcribe(script, side, { seed, id: idOf(seed, index) }));
    });
  }
  return transcripts;
}

/** No server is sent the same one twice. */
const idOf = (seed: number, index: number, attempt = 0) =>
  [[seed % 1296, 2] as const, [attempt, 1] as const, [index, 4] as const]
    .map(([number, length]) => number.toString(36).padStart(length, "0"))
    .reduce((id, part) => id + part, "q");

export interface Transcripts extends RunOptions {
  readonly scripts: readonly Script[];
  readonly theirs: ReadonlyMap<string, Transcript>;
  readonly ours: ReadonlyMap<string, Transcript>;
  /** To be asked again where the two differ. */
  readonly upstream: Side;
}

/** Compares what two servers said; what the original itself doesn't say twice is no difference. */
async function report(both: Transcripts): Promise<Report> {
  const { scripts, theirs, ours, known = [], jobs = JOBS } = both;
  const reasonOf = (difference: Difference) => known.find((each) => each.matches(difference))?.why;
  const counts = new Map<string, number>();
  const open: { script: Script; index: number; found: Difference[] }[] = [];
  let requests = 0;
  for (const [index, script] of scripts.entries()) {
    const transcript = ours.get(script.title) ?? [];
    requests += transcript.length;
    const found: Difference[] = [];
    for (const difference of compare(script.title, theirs.get(script.title) ?? [], transcript)) {
      const why = reasonOf(difference);
      if (why === undefined) found.push(difference);
      else counts.set(why, (counts.get(why) ?? 0) + 1);
    }
    if (found.length > 0) open.push({ script, index, found });
  }
  await inParallel(open, jobs, async (each) => {
    for (let attempt = 1; each.found.length > 0 && attempt <= ASKED_AGAIN_MAX; attempt++) {
      const again = await transcribe(each.script, both.upstream, {
        seed: both.seed,
        id: idOf(both.seed, each.index, attempt),
      });
      const transcript = ours.get(each.script.title) ?? [];
      const found = compare(each.script.title, again, transcript).filter((one) => reasonOf(one) === undefined);
      if (found.length < each.found.length) each.found = found;
    }
  });
  return { requests, unexpected: open.flatMap(({ found }) => found), known: counts };
}

async function inParallel<T>(list: Iterable<T>, jobs: number, run: (each: T) => Promise<void>): Promise<void> {
  const waiting = Iterator.from(list);
  const worker = async () => {
    for (const each of waiting) await run(each);
  };
  await Promise.all(Array.from({ length: jobs }, worker));
}

/** What a run found, for a reader: alike differences once, with how often they were met. */
export function described({ requests, unexpected, known }: Report): string {
  const alike = Map.groupBy(unexpected, (difference) =>
    [difference.request.do, difference.path, ...toldApart(difference)].map(shape).join(" "),
  );
  const lines = [...alike.values()].slice(0, DIFFERENCES_SHOWN_MAX).map((found) => {
    const { title, request, path } = found[0]!;
    const [theirs, ours] = fromWhereTheyPart(...toldApart(found[0]!));
    return [
      `${found.length} x ${title}: ${request.do} ${path}${mediaTypesOf(request)}`,
      `  upstream ${theirs}`,
      `  navarch  ${ours}`,
      `  body     ${clipped(typeof request.body === "string" ? request.body : (JSON.stringify(request.body) ?? ""), BODY_CHARS)}`,
    ].join("\n");
  });
  const reasons = [...known].map(([why, count]) => `${count} known: ${why}`);
  return [...lines, ...reasons, `${requests} requests, ${unexpected.length} differences of ${alike.size} sorts`].join(
    "\n",
  );
}

const mediaTypesOf = ({ type, accept }: Request) =>
  (type === undefined ? "" : ` type ${type}`) + (accept === undefined ? "" : ` accept ${accept}`);
const shape = (text: string) => text.replace(/\d+/g, "#").replace(/"[^"]*"/g, '""');

/** What each says; of two lists of causes only those that the other hasn't. */
function toldApart({ upstream, navarch, answer, ours }: Difference): [string, string] {
  const [theirs, own] = [answer, ours].map(textsOfCauses);
  const [onlyTheirs, onlyOurs] = [without(theirs!, own!), without(own!, theirs!)];
  return onlyTheirs.length + onlyOurs.length > 0 && theirs!.length > 0 && own!.length > 0
    ? [onlyTheirs.join("\n           ") || "no more", onlyOurs.join("\n           ") || "no more"]
    : [told(upstream), told(navarch)];
}

function textsOfCauses({ body }: Difference["answer"]): string[] {
  const { details } = (body ?? {}) as { details?: { causes?: readonly object[] } };
  return (details?.causes ?? []).map((cause) => JSON.stringify(cause));
}

const without = (list: readonly string[], taken: readonly string[]) => list.filter((one) => !taken.includes(one));
const told = (value: unknown) => (value === undefined ? "nothing" : JSON.stringify(value));

/** Long texts, with a little of what they have in common. */
function fromWhereTheyPart(one: string, other: string): [string, string] {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length++;
  const start = length < SHOWN_CHARS / 2 ? 0 : length - SHOWN_CHARS / 3;
  const part = (text: string) => `${start > 0 ? "…" : ""}${clipped(text.slice(start), SHOWN_CHARS)}`;
  return [part(one), part(other)];
}

const clipped = (text: string, length: number) => (text.length > length ? `${text.slice(0, length)}…` : text);
