import assert from "node:assert/strict";
import { test } from "node:test";
import { type KindDefinition, Lease as LeaseKind, type Lease, notFound } from "../api/index.ts";
import { Scope, seededRandom, silentLog, VirtualClock } from "../base/index.ts";
import type { ComponentContext } from "./context.ts";
import { leaderElection } from "./leader.ts";

/** A server with one Lease that can stop answering. */
function world() {
  const clock = new VirtualClock();
  const scope = Scope.logging(silentLog);
  let lease: Lease | undefined;
  let version = 0;
  const state = { isSilent: false };
  const silent = (signal?: AbortSignal) =>
    new Promise<never>((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason)));
  const save = async (kind: unknown, object: unknown, { signal }: { signal?: AbortSignal } = {}) => {
    if (state.isSilent) return silent(signal);
    if (kind !== LeaseKind) return object;
    const { metadata, ...rest } = object as Lease;
    lease = { ...rest, metadata: { ...metadata, resourceVersion: String(++version) } };
    return lease;
  };
  const get = async (_: unknown, __: unknown, { signal }: { signal?: AbortSignal } = {}) => {
    if (state.isSilent) return silent(signal);
    if (!lease) throw notFound(LeaseKind as unknown as KindDefinition, "a");
    return lease;
  };
  const client = { get, create: save, update: save };
  const context = { client, clock, random: seededRandom(1), log: silentLog, scope } as unknown as ComponentContext;
  return { clock, scope, context, state };
}

test("a leader whose server is silent stops leading in time, and leads again when it answers", async () => {
  const { clock, scope, context, state } = world();
  const told: string[] = [];
  const timing = { leaseDurationMs: 15_000, renewDeadlineMs: 10_000, retryPeriodMs: 2_000 };
  leaderElection(context, { name: "a", namespace: "b", identity: "me", ...timing }, async (leading) => {
    told.push("leads");
    leading.defer(() => void told.push("stops"));
  });
  await clock.advance(30_000);
  assert.deepEqual(told, ["leads"]);
  state.isSilent = true;
  await clock.advance(12_000);
  assert.deepEqual(told, ["leads", "stops"]);
  state.isSilent = false;
  await clock.advance(20_000);
  assert.deepEqual(told, ["leads", "stops", "leads"]);
  await scope.close();
});
