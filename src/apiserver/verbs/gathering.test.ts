import assert from "node:assert/strict";
import { test } from "node:test";
import { Scope, seededRandom, silentLog, VirtualClock } from "../../base/index.ts";
import type { RequestBody } from "../../net/message.ts";
import { openMemoryStore } from "../../store/index.ts";
import { Gathering } from "./gathering.ts";
import { createApiServer } from "../index.ts";

test("who comes alone goes on at once, who comes soon after waits for others", async () => {
  const clock = new VirtualClock();
  const gathering = new Gathering(clock);
  const went: string[] = [];
  const come = (name: string) => {
    const turn = gathering.turn();
    if (turn) void turn.then(() => went.push(name));
    else went.push(name);
  };
  come("first");
  assert.deepEqual(went, ["first"]);
  come("second");
  await clock.advance(3);
  come("third");
  assert.deepEqual(went, ["first"]);
  await clock.advance(50);
  assert.deepEqual(went, ["first", "second", "third"]);
  come("alone again");
  assert.equal(went.at(-1), "alone again");
});

test("many don't wait for the time to pass", async () => {
  const gathering = new Gathering(new VirtualClock());
  const turns = Array.from({ length: 1000 }, () => gathering.turn());
  const before = turns.slice(0, 500);
  await Promise.all(before);
  assert.ok(before.filter(Boolean).length > 400, "some waited");
});

test("renewals of leases that come over sockets are worked on together, others at once", async () => {
  const clock = new VirtualClock();
  const scope = Scope.logging(silentLog);
  const store = openMemoryStore();
  const { handle, ready } = createApiServer({ store, clock, random: seededRandom(1), log: silentLog, scope });
  await ready;
  const peer = { address: "", identity: { name: "admin", groups: ["system:masters"] } };
  const { signal } = new AbortController();
  const group = { leases: "/apis/coordination.k8s.io/v1", configmaps: "/api/v1" };
  const put = (resource: keyof typeof group, name: string, body: (bytes: Uint8Array) => RequestBody) => {
    const bytes = new TextEncoder().encode(JSON.stringify({ metadata: { name } }));
    const path = `${group[resource]}/namespaces/default/${resource}/${name}`;
    return handle({ method: "PUT", path, query: "", headers: {}, body: body(bytes), peer, signal });
  };
  const whole = (bytes: Uint8Array): RequestBody => ({ type: "bytes", bytes });
  const streamed = (bytes: Uint8Array): RequestBody => ({ type: "stream", chunks: ReadableStream.from([bytes]) });
  let done = 0;
  const count = async (answer: ReturnType<typeof handle>) => {
    const { status } = await answer;
    assert.ok(status === 200 || status === 201 || status === 404, String(status));
    done++;
  };
  await count(put("leases", "a", streamed));
  const later = [count(put("leases", "b", streamed)), count(put("leases", "c", streamed))];
  await count(put("leases", "d", whole));
  await count(put("configmaps", "e", streamed));
  assert.equal(done, 3);
  await clock.advance(25);
  await Promise.all(later);
  await scope.close();
});
