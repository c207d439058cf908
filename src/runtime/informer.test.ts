import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigMap } from "../api/index.ts";
import { realClock, Scope, ScopeClosed, seededRandom, silentLog } from "../base/index.ts";
import type { Client } from "../client/index.ts";
import { createInformers } from "./index.ts";

/** A server that never says anything. */
function silentClient(): Client {
  const never = (signal: AbortSignal | undefined) =>
    new Promise<never>((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason), { once: true }));
  return {
    list: (_: unknown, options: { signal?: AbortSignal }) => never(options.signal),
    async *watch(_: unknown, options: { signal?: AbortSignal }) {
      yield await never(options.signal);
    },
  } as unknown as Client;
}

const written = { metadata: { namespace: "default", name: "a", resourceVersion: "9" } } as never;

test("whoever waits for their own write is let go when the component ends, before or after they began to wait", async () => {
  const scope = Scope.logging(silentLog);
  const context = { client: silentClient(), clock: realClock(), random: seededRandom(1), log: silentLog, scope };
  const informer = createInformers(context).for(ConfigMap);
  const before = assert.rejects(informer.expect(written, scope.signal), ScopeClosed);
  await scope.close();
  await before;
  await assert.rejects(informer.expect(written, scope.signal), ScopeClosed);
});

test("whoever waits for the first list is let go too", async () => {
  const scope = Scope.logging(silentLog);
  const context = { client: silentClient(), clock: realClock(), random: seededRandom(1), log: silentLog, scope };
  const informers = createInformers(context);
  const before = assert.rejects(informers.for(ConfigMap).synced, ScopeClosed);
  await scope.close();
  await before;
  await assert.rejects(informers.for(ConfigMap, { namespace: "late" }).synced, ScopeClosed);
});
