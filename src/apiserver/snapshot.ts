import { statusError } from "../api/index.ts";
import type { SubresourceHandler } from "./contracts.ts";
import { OWN_PATHS } from "./paths.ts";

/** Where a cluster's whole store is read from. Who may is RBAC's to say: of the roles that every cluster has, cluster-admin. */
export const SNAPSHOT_PATH = `${OWN_PATHS}snapshot`;

/** Streams a snapshot of the store, as it lies on disk: what is encrypted there is encrypted in it. */
export function snapshotHandler(snapshot: (() => AsyncIterable<Uint8Array>) | undefined): SubresourceHandler {
  return async ({ request }) => {
    if (request.method !== "GET")
      throw statusError({
        code: 405,
        reason: "MethodNotAllowed",
        message: "the server does not allow this method on the requested resource",
        details: {},
      });
    if (!snapshot)
      throw statusError({
        code: 501,
        reason: "NotImplemented",
        message:
          "this server keeps no store on disk: take the snapshot where the store is, with `etcdctl snapshot save`",
        details: {},
      });
    return {
      status: 200,
      headers: { "content-type": "application/octet-stream", "cache-control": "no-store" },
      body: { type: "stream", chunks: snapshot() },
    };
  };
}
