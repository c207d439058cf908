import { type Change, prefixEnd, type Store, type WatchOptions } from "../store/index.ts";

/** What the simulation looks at in an object. */
export interface Item {
  readonly namespace: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Different with each write. */
  readonly mark: string;
}

/** An item as it is since a revision. */
export interface Held {
  readonly item: Item;
  readonly revision: number;
}

export interface Selection {
  /** "" for all. */
  readonly namespace: string;
  /** The part of a query that says it. */
  readonly query: string;
  readonly matches: (item: Item) => boolean;
}

/** What a watcher has to be told of one change. */
export interface Told {
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly key: string;
  readonly revision: number;
  readonly mark: string;
}

interface TrueChange {
  readonly revision: number;
  readonly key: string;
  /** undefined: deleted. */
  readonly item: Item | undefined;
}

export const keyOf = ({ namespace, name }: Item): string => `${namespace}/${name}`;

const EVERYTHING = { start: "", end: prefixEnd("") };

/**
 * Everything that happened to the objects of one kind, as the store itself told it at the time; and whether a store that
 * comes up again still says the same.
 */
export class Truth {
  readonly changes: TrueChange[] = [];
  readonly problems: string[] = [];
  readonly #prefix: string;
  /** The newest revision of which it is known what happened in it. */
  revision = 0;
  /** What is older may be forgotten. */
  compacted = 0;
  #began = 0;
  /** Revisions of other kinds only, which were seen before the store went down: a crash may have taken them. */
  readonly #lost: { readonly from: number; readonly to: number }[] = [];
  /** Of the store that is there now: one that has died may say what it likes. */
  #current: Store | undefined;

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  /** Begins with a store in which nothing happens yet. */
  async begin(store: Store): Promise<void> {
    this.#began = this.revision = await store.revision();
    await this.follow(store);
  }

  /** Goes on with a store that is there again, and checks that it has lost nothing that anyone could have seen. */
  async follow(store: Store): Promise<void> {
    this.#current = store;
    const seen = this.revision;
    // What was seen of other kinds may be lost, and nobody can go on from there; of this kind nothing is.
    const from = Math.max(this.compacted, this.changes.at(-1)?.revision ?? this.#began) + 1;
    this.#lost.push({ from, to: seen });
    const hear = (revision: number) => {
      if (this.#current === store) this.revision = Math.max(this.revision, revision);
    };
    store.watch(
      { ...EVERYTHING, from },
      {
        changes: (changes, revision) => {
          if (this.#current !== store) return;
          hear(revision);
          this.changes.push(...this.#ours(changes, revision));
        },
        progress: hear,
        closed: () => {},
      },
    );
    const { entries, revision } = await store.range(this.#range);
    if (revision < seen) this.problems.push(`the store is at ${revision}, but ${seen} has been seen`);
    const { compactRevision } = await store.status();
    const oldest = Math.max(compactRevision, this.#began) + 1;
    const history = (await historyOf(store, { ...this.#range, from: oldest })).flatMap(([changes, at]) =>
      this.#ours(changes, at),
    );
    const told = this.changes.filter((change) => change.revision >= oldest && change.revision <= revision);
    const past = history.filter((change) => change.revision <= revision);
    if (JSON.stringify(past) !== JSON.stringify(told))
      this.problems.push(`history from ${oldest} to ${revision} is ${lines(past)}, it was ${lines(told)}`);
    const found = entries.map(({ key, modRevision }) => `${key.slice(this.#prefix.length)}@${modRevision}`);
    const wanted = [...this.stateAt(revision, EVERYTHING_OF_A_KIND)].map(([key, held]) => `${key}@${held.revision}`);
    if (String(found) !== String(wanted.sort()))
      this.problems.push(`the store at ${revision} holds ${found}, wanted ${wanted}`);
  }

  /** Whether a revision may be one that a crash has taken, from which nobody can go on. */
  mayBeLost(revision: number): boolean {
    return this.#lost.some(({ from, to }) => revision >= from && revision <= to);
  }

  get #range() {
    return { start: this.#prefix, end: prefixEnd(this.#prefix) };
  }

  #ours(changes: readonly Change[], revision: number): TrueChange[] {
    const isOurs = (change: Change) => keyIn(change).startsWith(this.#prefix);
    return changes.filter(isOurs).map((change) => trueChange(change, revision, this.#prefix));
  }

  /** Everything that a selection has at a revision. */
  stateAt(revision: number, selection: Selection): Map<string, Held> {
    const state = new Map<string, Held>();
    for (const change of this.changes) {
      if (change.revision > revision) break;
      if (change.item && isIn(change.item, selection))
        state.set(change.key, { item: change.item, revision: change.revision });
      else state.delete(change.key);
    }
    return state;
  }

  /** What a watcher of a selection hears after a revision, in order. */
  after(revision: number, selection: Selection): Told[] {
    const state = new Map<string, Item>();
    const told: Told[] = [];
    for (const change of this.changes) {
      const { key, item } = change;
      const before = state.get(key);
      const is = item !== undefined && isIn(item, selection);
      if (is) state.set(key, item);
      else state.delete(key);
      if (change.revision <= revision || (!is && !before)) continue;
      const type = is ? (before ? "MODIFIED" : "ADDED") : "DELETED";
      // What is gone is told of as it was, at the version of its end.
      told.push({ type, key, revision: change.revision, mark: (is ? item : before!).mark });
    }
    return told;
  }

  /** What a key held in any moment between two revisions, the first one included. */
  between(key: string, from: number, to: number): (Held | undefined)[] {
    let start: Held | undefined;
    const later: (Held | undefined)[] = [];
    for (const { key: of, item, revision } of this.changes) {
      if (of !== key || revision > to) continue;
      const held = item && { item, revision };
      if (revision <= from) start = held;
      else later.push(held);
    }
    return [start, ...later];
  }
}

function isIn(item: Item, { namespace, matches }: Selection): boolean {
  return (namespace === "" || item.namespace === namespace) && matches(item);
}

const EVERYTHING_OF_A_KIND: Selection = { namespace: "", query: "", matches: () => true };

/** Everything from a revision up to now. */
function historyOf(store: Store, options: WatchOptions): Promise<(readonly [readonly Change[], number])[]> {
  const history: (readonly [readonly Change[], number])[] = [];
  return new Promise((resolve, reject) => {
    const watch = store.watch(options, {
      changes: (changes, revision) => history.push([changes, revision]),
      progress: () => {
        watch.close();
        resolve(history);
      },
      closed: reject,
    });
    watch.requestProgress();
  });
}

const lines = (changes: readonly TrueChange[]): string =>
  changes.map(({ key, revision, item }) => `${key}=${item?.mark}@${revision}`).join(" ");

const keyIn = (change: Change): string => (change.type === "put" ? change.entry.key : change.key);

function trueChange(change: Change, revision: number, prefix: string): TrueChange {
  const key = keyIn(change).slice(prefix.length);
  if (change.type === "delete") return { revision, key, item: undefined };
  return { revision, key, item: itemOf(JSON.parse(new TextDecoder().decode(change.entry.value))) };
}

/** What the simulation looks at in a ConfigMap. */
export function itemOf(object: unknown): Item {
  const { metadata, data } = object as {
    readonly metadata: { readonly namespace: string; readonly name: string; readonly labels?: Record<string, string> };
    readonly data?: { readonly mark?: string };
  };
  return {
    namespace: metadata.namespace,
    name: metadata.name,
    labels: metadata.labels ?? {},
    mark: data?.mark ?? "",
  };
}
