import { type GrpcCallContext, GrpcError, type StreamHandler, type UnaryHandler } from "../../net/index.ts";
import { prefixEnd, type Revision, type Store } from "../store.ts";
import { header } from "./encode.ts";
import { etcdError } from "./errors.ts";
import { keyBytes, keyText } from "../memory/index.ts";
import { keyValue, type Member } from "./messages.ts";
import { firstOf, leave, type Place, takeTurn } from "./turns.ts";

interface ConcurrencyParts {
  readonly store: Store;
  readonly member: Member;
}

/** The Lock service: a lock is held by the first in a queue of its name. */
export function lockHandlers({ store, member }: ConcurrencyParts): Record<string, UnaryHandler> {
  return {
    Lock: async (request: never, { signal }: GrpcCallContext) => {
      const { name, lease } = request as { readonly name: Uint8Array; readonly lease: number };
      const wish = { name: keyText(name), value: new Uint8Array(0), lease, signal };
      const place = await takeTurn(store, wish).catch(rethrow);
      return { header: header(member, place.revision), key: keyBytes(place.key) };
    },
    Unlock: async ({ key }: { readonly key: Uint8Array }) => {
      const { revision } = await store
        .transact({ compare: [], success: [{ type: "delete", key: keyText(key) }], failure: [] })
        .catch(rethrow);
      return { header: header(member, revision) };
    },
  };
}

interface LeaderKey {
  readonly name: Uint8Array;
  readonly key: Uint8Array;
  readonly rev: number;
  readonly lease: number;
}

/** The Election service: the first in a queue leads; what it proclaims is the value of its place. */
export function electionHandlers({ store, member }: ConcurrencyParts): {
  readonly unary: Record<string, UnaryHandler>;
  readonly streaming: Record<string, StreamHandler>;
} {
  const head = (revision: Revision) => header(member, revision);
  return {
    unary: {
      Campaign: async (request: never, { signal }: GrpcCallContext) => {
        const { name, lease, value } = request as { name: Uint8Array; lease: number; value: Uint8Array };
        const place = await takeTurn(store, { name: keyText(name), value, lease, signal }).catch(rethrow);
        return { header: head(place.revision), leader: leaderOf(name, place) };
      },
      Proclaim: async ({ leader, value }: { readonly leader?: LeaderKey; readonly value: Uint8Array }) => {
        const { rev, lease } = required(leader);
        const key = keyText(leader!.key);
        const { succeeded, revision } = await store
          .transact({
            compare: [{ key, target: "createRevision", operator: "=", value: rev }],
            success: [{ type: "put", key, value, lease }],
            failure: [],
          })
          .catch(rethrow);
        if (!succeeded) throw new GrpcError("unknown", "election: not leader");
        return { header: head(revision) };
      },
      Leader: async ({ name }: { readonly name: Uint8Array }) => {
        const { first, revision } = await firstOf(store, keyText(name)).catch(rethrow);
        if (!first) throw new GrpcError("unknown", "election: no leader");
        return { header: head(revision), kv: keyValue(first) };
      },
      Resign: async ({ leader }: { readonly leader?: LeaderKey }) => {
        const { key, rev } = required(leader);
        await leave(store, keyText(key), rev).catch(rethrow);
        return { header: head(await store.revision()) };
      },
    },
    streaming: {
      Observe: async function* (requests: AsyncIterable<never>, { signal }) {
        for await (const { name } of requests as AsyncIterable<{ readonly name: Uint8Array }>)
          for await (const { first, revision } of leadersOf(store, keyText(name), signal))
            if (first) yield { header: head(revision), kv: keyValue(first) };
      },
    },
  };
}

/** Who leads now, and again after every change below the name. */
async function* leadersOf(store: Store, name: string, signal: AbortSignal) {
  let told: Revision = 0;
  for (;;) {
    const found = await firstOf(store, name);
    if (found.first && found.first.modRevision !== told) {
      told = found.first.modRevision;
      yield found;
    }
    if (!(await changed(store, { prefix: `${name}/`, from: found.revision + 1, signal }))) return;
  }
}

/** Resolves with true at the next change below a prefix, with false when the caller is gone. */
function changed(
  store: Store,
  { prefix, from, signal }: { readonly prefix: string; readonly from: Revision; readonly signal: AbortSignal },
): Promise<boolean> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return resolve(false);
    const finish = (settle: () => void) => {
      watch.close();
      settle();
    };
    const watch = store.watch(
      { start: prefix, end: prefixEnd(prefix), from },
      {
        changes: () => queueMicrotask(() => finish(() => resolve(true))),
        progress: () => {},
        closed: (error) => finish(() => reject(error)),
      },
    );
    signal.addEventListener("abort", () => finish(() => resolve(false)), { once: true });
  });
}

function leaderOf(name: Uint8Array, { key, createRevision, lease }: Place): LeaderKey {
  return { name, key: keyBytes(key), rev: createRevision, lease };
}

function required(leader: LeaderKey | undefined): LeaderKey {
  if (!leader) throw new GrpcError("invalidArgument", '"leader" field must be provided');
  return leader;
}

function rethrow(error: unknown): never {
  throw etcdError(error);
}
