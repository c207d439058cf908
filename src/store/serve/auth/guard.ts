import { own } from "../../../base/index.ts";
import type { GrpcImplementation, StreamHandler, UnaryHandler } from "../../../net/index.ts";
import { StoreError } from "../../errors.ts";
import type { KeyRange, Store } from "../../store.ts";
import {
  type DeleteRangeRequest,
  type PutRequest,
  type RangeRequest,
  rangeOf,
  rangeOfText,
  type TxnRequest,
} from "../messages.ts";
import { keyText } from "../../memory/index.ts";
import type { Auth } from "./auth.ts";
import type { Rights } from "./rights.ts";

type Check = (rights: Rights, request: never, store: Store) => void | Promise<void>;

const administer: Check = (rights) => rights.administer();

/** What callers need a right for, by method; all else is for everybody. */
const CHECKS: Readonly<Record<string, Check>> = {
  "etcdserverpb.KV/Range": checkRange,
  "etcdserverpb.KV/Put": checkPut,
  "etcdserverpb.KV/DeleteRange": checkDeleteRange,
  "etcdserverpb.KV/Txn": checkTransaction,
  "etcdserverpb.Lease/LeaseRevoke": (rights, { ID }: { readonly ID: number }, store) =>
    checkLease((key) => rights.write(key), ID, store),
  "etcdserverpb.Lease/LeaseTimeToLive": (rights, request: { readonly ID: number; readonly keys: boolean }, store) =>
    request.keys ? checkLease((key) => rights.read(key), request.ID, store) : undefined,
  "etcdserverpb.Maintenance/Defragment": administer,
  "etcdserverpb.Maintenance/Hash": administer,
  "etcdserverpb.Maintenance/HashKV": administer,
  "etcdserverpb.Maintenance/Snapshot": administer,
  "etcdserverpb.Maintenance/Downgrade": administer,
  "etcdserverpb.Cluster/MemberAdd": administer,
  "etcdserverpb.Cluster/MemberRemove": administer,
  "etcdserverpb.Cluster/MemberUpdate": administer,
  "etcdserverpb.Cluster/MemberPromote": administer,
  "v3lockpb.Lock/Lock": checkQueue,
  "v3lockpb.Lock/Unlock": (rights, { key }: { readonly key: Uint8Array }) => rights.write(rangeOf(key, NO_END)),
  "v3electionpb.Election/Campaign": checkQueue,
  "v3electionpb.Election/Proclaim": checkPlace,
  "v3electionpb.Election/Resign": checkPlace,
  "v3electionpb.Election/Leader": checkLook,
  "v3electionpb.Election/Observe": checkLook,
};

const NO_END = new Uint8Array(0);

/** The same handlers, for those who may. */
export function guarded(implementation: GrpcImplementation, auth: Auth, store: Store): GrpcImplementation {
  const { service, unary = {}, streaming = {} } = implementation;
  const checkOf = (method: string) => own(CHECKS, `${service.name}/${method}`);
  return {
    service,
    unary: Object.fromEntries(
      Object.entries(unary).map(([name, handle]) => [
        name,
        guardedHandler(handle, { check: checkOf(name), auth, store }),
      ]),
    ),
    streaming: Object.fromEntries(
      Object.entries(streaming).map(([name, handle]) => {
        // Watches see to it themselves.
        const check = checkOf(name);
        return [name, check ? guardedStream(handle, { check, auth, store }) : handle];
      }),
    ),
  };
}

function guardedHandler(
  handle: UnaryHandler,
  { check, auth, store }: { readonly check: Check | undefined; readonly auth: Auth; readonly store: Store },
): UnaryHandler {
  if (!check) return handle;
  const handleChecked: UnaryHandler = async (request, context) => {
    const rights = auth.rights(context);
    if (rights && !rights.isRoot) await check(rights, request, store);
    return handle(request, context);
  };
  // Where everybody may do everything it costs nothing.
  return (request, context) => (auth.accounts.enabled ? handleChecked : handle)(request, context);
}

function guardedStream(
  handle: StreamHandler,
  { check, auth, store }: { readonly check: Check; readonly auth: Auth; readonly store: Store },
): StreamHandler {
  return async function* (requests, context) {
    // Not every handler looks at its requests.
    if (check === administer) auth.rights(context)?.administer();
    yield* handle(checked(requests), context);
    async function* checked(given: AsyncIterable<never>): AsyncGenerator<never> {
      for await (const request of given) {
        const rights = auth.rights(context);
        if (rights && !rights.isRoot) await check(rights, request, store);
        yield request;
      }
    }
  };
}

function checkRange(rights: Rights, { key, rangeEnd }: RangeRequest): void {
  rights.read(rangeOf(key, rangeEnd));
}

async function checkPut(rights: Rights, { key, lease, prevKv }: PutRequest, store: Store): Promise<void> {
  const range = rangeOf(key, NO_END);
  rights.write(range);
  // Who may end a key's time may delete it.
  if (lease) await checkLease((held) => rights.write(held), lease, store);
  if (prevKv) rights.read(range);
}

function checkDeleteRange(rights: Rights, { key, rangeEnd, prevKv }: DeleteRangeRequest): void {
  const range = rangeOf(key, rangeEnd);
  rights.write(range);
  if (prevKv) rights.read(range);
}

/** Both branches, whichever is taken: else one could learn from it what one may not read. */
async function checkTransaction(rights: Rights, request: TxnRequest, store: Store): Promise<void> {
  for (const { key, rangeEnd } of request.compare) rights.read(rangeOf(key, rangeEnd));
  for (const { requestRange, requestPut, requestDeleteRange, requestTxn } of [...request.success, ...request.failure]) {
    if (requestRange) checkRange(rights, requestRange);
    if (requestPut) await checkPut(rights, requestPut, store);
    if (requestDeleteRange) checkDeleteRange(rights, requestDeleteRange);
    if (requestTxn) await checkTransaction(rights, requestTxn, store);
  }
}

async function checkLease(check: (key: KeyRange) => void, id: number, store: Store): Promise<void> {
  const keys = await store.leaseKeys(id).catch((error) => {
    // There is nothing to protect; the request itself says that it isn't there.
    if (error instanceof StoreError && error.code === "leaseNotFound") return [];
    throw error;
  });
  for (const key of keys) check(rangeOfText(key, ""));
}

/** Those who wait in a queue write there, and look who else does. */
function checkQueue(rights: Rights, { name }: { readonly name: Uint8Array }): void {
  rights.read(queueOf(name));
  rights.write(queueOf(name));
}

function queueOf(name: Uint8Array): KeyRange {
  const text = keyText(name);
  return { start: `${text}/`, end: `${text}0` };
}

function checkLook(rights: Rights, { name }: { readonly name: Uint8Array }): void {
  rights.read(queueOf(name));
}

function checkPlace(rights: Rights, { leader }: { readonly leader?: { readonly key: Uint8Array } }): void {
  if (leader) rights.write(rangeOf(leader.key, NO_END));
}
