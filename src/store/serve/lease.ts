import type { StreamHandler, UnaryHandler } from "../../net/index.ts";
import { StoreError } from "../errors.ts";
import type { Store } from "../store.ts";
import { header } from "./encode.ts";
import { answering, etcdError } from "./errors.ts";
import { keyBytes } from "../memory/index.ts";
import type { Member } from "./messages.ts";

/** The Lease service. */
export function leaseHandlers({ store, member }: { readonly store: Store; readonly member: Member }): {
  readonly unary: Record<string, UnaryHandler>;
  readonly streaming: Record<string, StreamHandler>;
} {
  const head = async () => header(member, await store.revision());
  const keepAlive = async (id: number) => {
    try {
      const { ttlSeconds } = await store.keepLease(id);
      return { header: await head(), ID: id, TTL: ttlSeconds };
    } catch (error) {
      // A lease that is gone is no error here: it has no time left.
      if (error instanceof StoreError && error.code === "leaseNotFound")
        return { header: await head(), ID: id, TTL: 0 };
      throw etcdError(error);
    }
  };
  return {
    unary: {
      LeaseGrant: answering(async ({ TTL, ID }: { readonly TTL: number; readonly ID: number }) => {
        const { id, ttlSeconds } = await store.grantLease({ ttlSeconds: TTL, id: ID });
        return { header: await head(), ID: id, TTL: ttlSeconds };
      }),
      LeaseRevoke: answering(async ({ ID }: { readonly ID: number }) => ({
        header: header(member, await store.revokeLease(ID)),
      })),
      LeaseTimeToLive: answering(async ({ ID, keys }: { readonly ID: number; readonly keys: boolean }) => {
        const lease = (await store.leases()).find(({ id }) => id === ID);
        if (!lease) return { header: await head(), ID, TTL: -1 };
        const { remainingSeconds: TTL, ttlSeconds: grantedTTL } = lease;
        const held = keys ? (await store.leaseKeys(ID)).map(keyBytes) : [];
        return { header: await head(), ID, TTL, grantedTTL, keys: held };
      }),
      LeaseLeases: answering(async () => ({
        header: await head(),
        leases: (await store.leases()).map(({ id }) => ({ ID: id })),
      })),
    },
    streaming: {
      LeaseKeepAlive: async function* (requests: AsyncIterable<never>) {
        for await (const { ID } of requests as AsyncIterable<{ readonly ID: number }>) yield await keepAlive(ID);
      },
    },
  };
}
