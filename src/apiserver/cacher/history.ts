import { type Change, prefixEnd, type Revision, type Store, type Watch } from "../../store/index.ts";
import { StoredObject } from "../stored/stored.ts";

/** One change of one object, as watchers get it before their selectors. */
export interface CacheEvent {
  readonly revision: Revision;
  /** Absent when it was deleted. */
  readonly current: StoredObject | undefined;
  readonly previous: StoredObject | undefined;
}

export interface Span {
  readonly prefix: string;
  /** Changes after this revision … */
  readonly from: Revision;
  /** … up to and including this one. */
  readonly to: Revision;
}

/** What a change makes of the objects, which it updates; `opened` is what it puts, where that isn't plain to see. */
export function eventOf(
  objects: {
    get(key: string): StoredObject | undefined;
    set(key: string, stored: StoredObject): unknown;
    delete(key: string): unknown;
  },
  change: Change,
  { revision, opened }: { readonly revision: Revision; readonly opened?: StoredObject | undefined },
): CacheEvent {
  const key = change.type === "put" ? change.entry.key : change.key;
  const previous = objects.get(key);
  if (change.type === "delete") {
    objects.delete(key);
    return { revision, current: undefined, previous };
  }
  const current = (opened ?? new StoredObject(change.entry)).kept();
  objects.set(key, current);
  return { revision, current, previous };
}

/** Changes that the store still has, oldest first; throws when it has forgotten some of them. */
export async function readHistory(store: Store, { prefix, from, to }: Span): Promise<CacheEvent[]> {
  const end = prefixEnd(prefix);
  const before = await store.range({ start: prefix, end, revision: from });
  const objects = new Map(before.entries.map((entry) => [entry.key, new StoredObject(entry)]));
  const events: CacheEvent[] = [];
  await new Promise<void>((resolve, reject) => {
    let watch: Watch | undefined;
    let isOver = false;
    const finish = (revision: Revision) => {
      if (revision < to || isOver) return;
      isOver = true;
      resolve();
      watch?.close();
    };
    watch = store.watch(
      { start: prefix, end, from: from + 1, previous: false },
      {
        changes: (changes, revision) => {
          if (revision <= to) for (const change of changes) events.push(eventOf(objects, change, { revision }));
          finish(revision);
        },
        progress: finish,
        closed: (error) => {
          isOver = true;
          reject(error);
        },
      },
    );
    if (isOver) watch.close();
    else watch.requestProgress();
  });
  return events;
}
