import { seededRandom, type Random } from "../../../src/base/index.ts";
import type { Answer, Ask, Request, Side } from "./exchange.ts";
import { Normaliser } from "./normalise.ts";
import { untilQuiet } from "./quiet.ts";

/** Requests that depend on nothing but their own randomness and the answers of the server that they are sent to. */
export interface Script {
  /** Unique in its run; the script's randomness derives from it. */
  readonly title: string;
  /** Scripts of one group run beside each other, groups one after the other: what one makes may bear on another group. */
  readonly group: string;
  /** `id` makes names unique; it has the same length each time that the script is run, and is `<id>` in what is compared. */
  run(ask: Ask, random: Random, id: string): Promise<void>;
}

/** What one server was asked in a script and what it said, in the form that repeats. */
interface Step {
  readonly request: Request;
  readonly comparable: unknown;
  readonly answer: unknown;
}

export type Transcript = readonly Step[];

/** One place where two answers to the same request differ. */
export interface Difference {
  readonly title: string;
  readonly request: Request;
  /** Path in the answer, such as `/body/message`; status and headers stand beside the body. */
  readonly path: string;
  readonly upstream: unknown;
  readonly navarch: unknown;
  /** All of upstream's answer, and of ours, to recognise one by. */
  readonly answer: ComparableAnswer;
  readonly ours: ComparableAnswer;
}

export interface ComparableAnswer {
  readonly status: number;
  readonly body?: unknown;
}

/** A difference that stays, and why. */
export interface KnownDifference {
  readonly why: string;
  matches(difference: Difference): boolean;
}

const PER_STEP_MAX = 4;

/** Runs a script on one server; `id` as {@link Script.run} says. */
export async function transcribe(script: Script, side: Side, { seed, id }: { seed: number; id: string }) {
  const said: { readonly request: Request; answer?: Answer }[] = [];
  const ask: Ask = async (request, course) => {
    // Requests stand in the order in which they were made, however long each takes.
    const step: (typeof said)[number] = { request };
    said.push(step);
    const answer = await side.ask(request, course);
    step.answer = answer;
    await untilQuiet(side.ask, request, answer);
    return answer;
  };
  await script.run(ask, seededRandom(`${seed}/${script.title}`), id);
  return normalised(said, id) satisfies Transcript;
}

function normalised(said: readonly { readonly request: Request; readonly answer?: Answer }[], id: string): Step[] {
  const normaliser = new Normaliser(id);
  return said.map(({ request, answer }) => {
    normaliser.noteBase(request.body);
    // What was asked may hold what an earlier answer said.
    const comparable = normaliser.value({ ...request, body: sentBody(request) });
    return { request, comparable, answer: normaliser.answer(answer!) };
  });
}

const sentBody = ({ body, means = body }: Request) =>
  Buffer.isBuffer(means) ? means.toString("base64") : (means ?? null);

/** Where two transcripts part; nothing of what was asked differently in consequence. */
export function compare(title: string, upstream: Transcript, navarch: Transcript): Difference[] {
  const found: Difference[] = [];
  for (const [index, { request, comparable, answer }] of navarch.entries()) {
    const theirs = upstream[index];
    if (!theirs || pathsThatDiffer(theirs.comparable, comparable).length > 0) break;
    for (const path of pathsWorthTelling(theirs.answer, answer))
      found.push({
        title,
        request,
        path,
        upstream: at(theirs.answer, path),
        navarch: at(answer, path),
        answer: theirs.answer as ComparableAnswer,
        ours: answer as ComparableAnswer,
      });
  }
  return found;
}

/** Answers of different outcomes differ as a whole; a message of other words says what its causes do. */
function pathsWorthTelling(theirs: unknown, ours: unknown): string[] {
  const paths = pathsThatDiffer(theirs, ours);
  if (paths.includes("/status")) return ["/"];
  return paths.includes("/body/message") ? ["/body/message"] : paths.slice(0, PER_STEP_MAX);
}

/** Pointers to the smallest differing parts; lists of different lengths differ as a whole. */
export function pathsThatDiffer(one: unknown, other: unknown, path = ""): string[] {
  if (Object.is(one, other)) return [];
  const both = typeof one === "object" && typeof other === "object" && one !== null && other !== null;
  if (!both || Array.isArray(one) !== Array.isArray(other)) return [path || "/"];
  if (Array.isArray(one) && one.length !== (other as unknown[]).length) return [path];
  return [...new Set([...Object.keys(one), ...Object.keys(other)])].flatMap((key) =>
    pathsThatDiffer(own(one, key), own(other, key), `${path}/${escape(key)}`),
  );
}

const own = (value: object, key: string) =>
  Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined;
const escape = (key: string) => key.replaceAll("~", "~0").replaceAll("/", "~1");
const unescape = (key: string) => key.replaceAll("~1", "/").replaceAll("~0", "~");

/** The value at a JSON pointer; undefined where there is none. */
export function at(value: unknown, pointer: string): unknown {
  return pointer
    .split("/")
    .slice(1)
    .filter((part) => part !== "")
    .reduce<unknown>(
      (found, part) => (typeof found === "object" && found !== null ? own(found, unescape(part)) : undefined),
      value,
    );
}
