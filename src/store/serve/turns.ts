import { GrpcError } from "../../net/index.ts";
import { type Entry, type Revision, type Store, prefixEnd } from "../store.ts";

/** What a lease of one's own gets when a caller brings none; etcd's sessions have it too. */
const SESSION_TTL_SECONDS = 60;

/** A place in a queue that is kept in the store: keys below a name, in the order of their creation, each on a lease. */
export interface Place {
  readonly key: string;
  readonly createRevision: Revision;
  readonly lease: number;
  /** The newest revision that was seen when it was one's turn. */
  readonly revision: Revision;
}

export interface Wish {
  readonly name: string;
  readonly value: Uint8Array;
  /** 0 for a new one. */
  readonly lease: number;
  /** Who waits gives up when this fires, and leaves the queue. */
  readonly signal: AbortSignal;
}

/** Joins a queue and waits until nobody who joined earlier is left. */
export async function takeTurn(store: Store, { name, value, lease: wanted, signal }: Wish): Promise<Place> {
  const lease = wanted || (await store.grantLease({ ttlSeconds: SESSION_TTL_SECONDS })).id;
  const prefix = `${name}/`;
  const key = prefix + lease.toString(16);
  const createRevision = await join(store, { key, value, lease });
  try {
    for (;;) {
      const { entries, revision } = await store.range({ start: prefix, end: prefixEnd(prefix) });
      const before = entries
        .filter((entry) => entry.createRevision < createRevision)
        .sort(byCreation)
        .at(-1);
      if (!before) {
        if (!entries.some((entry) => entry.key === key))
          throw new GrpcError("unavailable", "etcdserver: session expired");
        return { key, createRevision, lease, revision };
      }
      await deletion(store, before.key, revision + 1, signal);
    }
  } catch (error) {
    await leave(store, key, createRevision).catch(() => {});
    throw error;
  }
}

/** Who has joined before stays where it is; only its value changes. */
async function join(
  store: Store,
  { key, value, lease }: { readonly key: string; readonly value: Uint8Array; readonly lease: number },
): Promise<Revision> {
  const { succeeded, revision, results } = await store.transact({
    compare: [{ key, target: "createRevision", operator: "=", value: 0 }],
    success: [{ type: "put", key, value, lease }],
    failure: [{ type: "put", key, value, lease }],
  });
  if (succeeded) return revision;
  const [put] = results;
  return put?.type === "put" ? put.previous!.createRevision : revision;
}

/** Deletes a place if it is still the same; says whether it was. */
export async function leave(store: Store, key: string, createRevision: Revision): Promise<boolean> {
  const { succeeded } = await store.transact({
    compare: [{ key, target: "createRevision", operator: "=", value: createRevision }],
    success: [{ type: "delete", key }],
    failure: [],
  });
  return succeeded;
}

/** Who joined first of those that are there. */
export async function firstOf(store: Store, name: string): Promise<{ first: Entry | undefined; revision: Revision }> {
  const prefix = `${name}/`;
  const { entries, revision } = await store.range({ start: prefix, end: prefixEnd(prefix) });
  return { first: [...entries].sort(byCreation)[0], revision };
}

function byCreation(a: Entry, b: Entry): number {
  return a.createRevision - b.createRevision;
}

/** Resolves when a key is deleted at or after a revision. */
function deletion(store: Store, key: string, from: Revision, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(new GrpcError("cancelled", "etcdserver: the caller went away"));
    const finish = (settle: () => void) => {
      watch.close();
      signal.removeEventListener("abort", onAbort);
      settle();
    };
    const onAbort = () => finish(() => reject(new GrpcError("cancelled", "etcdserver: the caller went away")));
    const watch = store.watch(
      { start: key, end: `${key}\0`, from },
      {
        changes: (changes) => {
          if (changes.some(({ type }) => type === "delete")) queueMicrotask(() => finish(resolve));
        },
        progress: () => {},
        closed: (error) => finish(() => reject(error)),
      },
    );
    signal.addEventListener("abort", onAbort, { once: true });
  });
}
