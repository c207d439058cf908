import assert from "node:assert/strict";
import { Scope, seededRandom, silentLog, VirtualClock } from "../../base/index.ts";
import { type ApiResponse, type Handler, OBJECT_MEDIA_TYPE, type WatchFrame } from "../../net/message.ts";
import { openMemoryStore } from "../../store/index.ts";
import { createApiServer } from "../index.ts";

type Json = Record<string, any>;

/** Sends requests as an administrator: method and target, and JSON. */
export function caller(handle: Handler) {
  const { signal } = new AbortController();
  const peer = { address: "", identity: { name: "admin", groups: ["system:masters"] } };
  return async (what: string, value?: unknown, headers: Record<string, string> = {}): Promise<ApiResponse> => {
    const [method = "", url = ""] = what.split(" ");
    const [path = "", query = ""] = url.split("?");
    const bytes = new TextEncoder().encode(JSON.stringify(value));
    const body = value === undefined ? ({ type: "none" } as const) : ({ type: "bytes", bytes } as const);
    return handle({ method, path, query, headers, body, peer, signal });
  };
}

/** An API server in memory, and ways to ask it as an administrator. */
export async function server(store = openMemoryStore()) {
  const clock = new VirtualClock();
  const scope = Scope.logging(silentLog);
  const random = seededRandom(1);
  const { handle, ready } = createApiServer({ store, clock, random, log: silentLog, scope });
  await ready;
  const call = caller(handle);
  const json = async (what: string, value?: unknown, headers: Record<string, string> = {}): Promise<Json> => {
    const { body } = await call(what, value, headers);
    assert.equal(body.type, "bytes");
    return JSON.parse(new TextDecoder().decode((body as { bytes: Uint8Array }).bytes));
  };
  const watch = async (path: string) => {
    const { body } = await call(`GET ${path}`, undefined, { accept: OBJECT_MEDIA_TYPE });
    assert.equal(body.type, "events");
    const batches = (body as { batches: AsyncIterable<readonly WatchFrame[]> }).batches[Symbol.asyncIterator]();
    return async () => (await batches.next()).value as readonly WatchFrame[];
  };
  return { clock, store, call, json, watch, close: () => scope.close() };
}
