import { type Held, type Item, keyOf, type Selection, type Told, type Truth } from "./truth.ts";

export type Heard = Told | { readonly type: "BOOKMARK"; readonly revision: number; readonly endsInitial: boolean };

/** One watch, from its start to its end. */
export interface StreamLog {
  readonly name: string;
  readonly selection: Selection;
  readonly start:
    | { readonly type: "resume"; readonly from: number }
    /** Begins with what there is: not older than a revision, and with a bookmark after the last of it or not. */
    | { readonly type: "initial"; readonly atLeast: number; readonly marksEnd: boolean };
  readonly heard: Heard[];
  /** The version it was to go on from is no longer known, the server says; what had been forgotten by then. */
  goneAt?: { readonly compacted: number; readonly mayBeLost: boolean };
}

export interface ListLog {
  readonly name: string;
  readonly selection: Selection;
  readonly notOlderThan: number;
  /** The newest revision when the answer was there. */
  readonly returnedAt: number;
  readonly revision: number;
  readonly items: readonly Held[];
}

/** Everything that is wrong with what a watch told. */
export function checkStream(log: StreamLog, truth: Truth): string[] {
  const { start, name } = log;
  if (log.goneAt && start.type === "resume" && start.from >= log.goneAt.compacted && !log.goneAt.mayBeLost)
    return [
      `${name}: refused to go on from ${start.from}, although only what is before ${log.goneAt.compacted} is forgotten`,
    ];
  if (start.type === "resume") return follow(log, truth, { heard: log.heard, from: start.from });
  return start.marksEnd ? checkMarked(log, truth, start.atLeast) : checkUnmarked(log, truth, start.atLeast);
}

/** Events after a revision: exactly what happened, nothing left out up to each bookmark. */
function follow(
  { name, selection }: StreamLog,
  truth: Truth,
  { heard, from }: { readonly heard: readonly Heard[]; readonly from: number },
): string[] {
  const expected = truth.after(from, selection);
  let next = 0;
  let last = from;
  for (const event of heard) {
    const want = expected[next];
    if (event.type === "BOOKMARK") {
      if (event.revision < last) return [`${name}: a bookmark at ${event.revision} after ${last}`];
      if (want && want.revision <= event.revision)
        return [`${name}: a bookmark at ${event.revision}, but never told ${show(want)}`];
    } else {
      if (!want || !isSame(event, want)) return [`${name}: told ${show(event)}, wanted ${show(want)}`];
      next++;
    }
    last = event.revision;
  }
  return [];
}

function checkMarked(log: StreamLog, truth: Truth, atLeast: number): string[] {
  const { name, heard, selection } = log;
  const end = heard.findIndex((event) => event.type === "BOOKMARK" && event.endsInitial);
  const initial = end < 0 ? heard : heard.slice(0, end);
  if (!initial.every(({ type }) => type === "ADDED")) return [`${name}: told of more than there is before the mark`];
  if (end < 0) return [];
  const { revision } = heard[end]!;
  if (revision < atLeast) return [`${name}: began at ${revision}, wanted ${atLeast} or later`];
  const problem = stateProblem(initial as Told[], truth.stateAt(revision, selection));
  if (problem) return [`${name}: began at ${revision} ${problem}`];
  return follow(log, truth, { heard: heard.slice(end + 1), from: revision });
}

/** Where nothing says what the initial events are, there must be one state of the store that explains them. */
function checkUnmarked(log: StreamLog, truth: Truth, atLeast: number): string[] {
  const { name, heard, selection } = log;
  const candidates = [atLeast, ...truth.changes.map(({ revision }) => revision).filter((one) => one > atLeast)];
  const explains = candidates.some((revision) => {
    const state = truth.stateAt(revision, selection);
    const initial = heard.slice(0, state.size);
    if (!initial.every(({ type }) => type === "ADDED")) return false;
    const told = initial as Told[];
    if (heard.length < state.size) return told.every((one) => holds(state, one));
    return (
      stateProblem(told, state) === undefined &&
      follow(log, truth, { heard: heard.slice(state.size), from: revision }).length === 0
    );
  });
  return explains ? [] : [`${name}: no state from ${atLeast} on explains ${heard.map(show).join(", ")}`];
}

function stateProblem(told: readonly Told[], state: ReadonlyMap<string, Held>): string | undefined {
  const wrong = told.find((one) => !holds(state, one));
  if (wrong) return `with ${show(wrong)}, which is not so then`;
  const keys = new Set(told.map(({ key }) => key));
  if (keys.size !== told.length) return "with something twice";
  const missing = [...state.keys()].find((key) => !keys.has(key));
  return missing === undefined ? undefined : `without ${missing}`;
}

function holds(state: ReadonlyMap<string, Held>, { key, mark, revision }: Told): boolean {
  const held = state.get(key);
  return held !== undefined && held.item.mark === mark && held.revision === revision;
}

export function checkList(
  { name, selection, notOlderThan, returnedAt, revision, items }: ListLog,
  truth: Truth,
): string[] {
  if (revision < notOlderThan) return [`${name}: a list at ${revision}, wanted ${notOlderThan} or later`];
  if (revision > returnedAt) return [`${name}: a list at ${revision}, when there was only ${returnedAt}`];
  const told = items.map(({ item, revision: at }): Told => {
    return { type: "ADDED", key: keyOf(item), mark: item.mark, revision: at };
  });
  const problem = stateProblem(told, truth.stateAt(revision, selection));
  return problem ? [`${name}: a list at ${revision} ${problem}`] : [];
}

/** What a client knows in the end is what there is. */
export function checkKnown(
  {
    name,
    selection,
    known,
  }: { readonly name: string; readonly selection: Selection; readonly known: ReadonlyMap<string, Item> },
  truth: Truth,
): string[] {
  const state = truth.stateAt(Number.POSITIVE_INFINITY, selection);
  const wrong = [...new Set([...state.keys(), ...known.keys()])].filter(
    (key) => state.get(key)?.item.mark !== known.get(key)?.mark,
  );
  return wrong.map(
    (key) => `${name}: in the end knows ${key} as ${known.get(key)?.mark}, it is ${state.get(key)?.item.mark}`,
  );
}

function isSame(a: Told, b: Told): boolean {
  return a.type === b.type && a.key === b.key && a.revision === b.revision && a.mark === b.mark;
}

function show(event: Heard | undefined): string {
  if (!event) return "nothing";
  return event.type === "BOOKMARK"
    ? `BOOKMARK@${event.revision}`
    : `${event.type} ${event.key}=${event.mark}@${event.revision}`;
}
