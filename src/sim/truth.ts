import { type Change, type Store, prefixEnd } from "../store/index.ts";

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

/** Everything that happened to the objects of one kind, as the store itself has it. */
export class Truth {
  readonly changes: TrueChange[] = [];
  /** The newest revision of which it is known what happened in it. */
  revision: number;
  /** What is older may be forgotten. */
  compacted = 0;

  constructor(store: Store, options: { readonly prefix: string; readonly revision: number }) {
    this.revision = options.revision;
    const { prefix } = options;
    store.watch(
      { start: prefix, end: prefixEnd(prefix), from: options.revision + 1 },
      {
        changes: (changes, revision) => {
          this.revision = revision;
          for (const change of changes) this.changes.push(trueChange(change, revision, prefix));
        },
        progress: () => {},
        closed: () => {},
      },
    );
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

function trueChange(change: Change, revision: number, prefix: string): TrueChange {
  const path = change.type === "put" ? change.entry.key : change.key;
  const key = path.slice(prefix.length);
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
