import { badRequest, resourceExpired, statusError, methodNotAllowed } from "../../api/index.ts";
import { formatTime } from "../../base/index.ts";
import type { Revision, Store } from "../../store/index.ts";
import type { SubresourceHandler } from "../contracts.ts";
import { respond } from "../http/respond.ts";

/** Below it lies what the original does not have. */
const OWN_PATHS = "/navarch/";

/** Where a cluster's whole store is read from. Who may is RBAC's to say: of the roles that every cluster has, cluster-admin. */
export const SNAPSHOT_PATH = `${OWN_PATHS}snapshot`;
/** Which resourceVersion was the newest at ?time=, for reads with resourceVersionMatch=Exact. */
export const REVISION_PATH = `${OWN_PATHS}revision`;

/** Lets go of everything but what is stored now, in the files too. */
export const COMPACT_PATH = `${OWN_PATHS}compact`;

const JSON_FORMAT = { encoding: "json", as: "object", pretty: false } as const;

const notHere = (what: string) =>
  statusError({
    code: 501,
    reason: "NotImplemented",
    message: `this server keeps no store on disk: ${what}`,
    details: {},
  });

/** Streams a snapshot of the store, as it lies on disk: what is encrypted there is encrypted in it. */
export function snapshotHandler(snapshot: (() => AsyncIterable<Uint8Array>) | undefined): SubresourceHandler {
  return async ({ request }) => {
    if (request.method !== "GET") throw methodNotAllowed();
    if (!snapshot) throw notHere("take the snapshot where the store is, with `etcdctl snapshot save`");
    return {
      status: 200,
      headers: { "content-type": "application/octet-stream", "cache-control": "no-store" },
      body: { type: "stream", chunks: snapshot() },
    };
  };
}

/** Tells the revision of a time; 410 for one that is not known any more. */
export function revisionHandler(revisionAt: Store["revisionAt"]): SubresourceHandler {
  return async ({ request, query }) => {
    if (request.method !== "GET") throw methodNotAllowed();
    if (!revisionAt) throw notHere("it can't tell which revision was the newest at a time, give a revision");
    const timeMs = Date.parse(query.get("time") ?? "");
    if (Number.isNaN(timeMs)) throw badRequest("time: got none that can be read, wanted one like 2026-01-31T15:04:05Z");
    const { revision, sinceMs } = revisionAt(timeMs);
    if (revision === undefined)
      throw resourceExpired(
        `what was stored at ${formatTime(timeMs)} is not known: times are kept since ${formatTime(sinceMs)}`,
      );
    return respond(200, { resourceVersion: String(revision) }, JSON_FORMAT);
  };
}

/** Compacts the store to its newest revision and rewrites its files; answers with that revision once it is done. */
export function compactHandler(compact: (() => Promise<Revision>) | undefined): SubresourceHandler {
  return async ({ request }) => {
    if (request.method !== "POST") throw methodNotAllowed();
    if (!compact) throw notHere("compact it where it is, with `etcdctl compact` and `etcdctl defrag`");
    return respond(200, { resourceVersion: String(await compact()) }, JSON_FORMAT);
  };
}
