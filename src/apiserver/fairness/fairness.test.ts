import assert from "node:assert/strict";
import { test } from "node:test";
import type { FlowSchema, PriorityLevelConfiguration } from "../../api/index.ts";
import { VirtualClock } from "../../base/index.ts";
import { requestInfo } from "../http/request-info.ts";
import { Fairness, WAIT_MAX_MS } from "./fairness.ts";

const info = requestInfo("GET", "/api/v1/namespaces/n/pods/p", new URLSearchParams());
const queuing = { queues: 1, handSize: 1, queueLengthLimit: 1 };
const level = {
  metadata: { name: "l" },
  spec: { type: "Limited", limited: { nominalConcurrencyShares: 1, limitResponse: { type: "Queue", queuing } } },
} as PriorityLevelConfiguration;
const flow = { schema: { metadata: { name: "s" }, spec: {} } as FlowSchema, level };

function server() {
  const clock = new VirtualClock();
  const fairness = new Fairness({
    clock,
    flows: { current: { flows: [flow], levels: [level] } },
    totalSeats: 1,
    countOf: () => 0,
  });
  const ask = (work: () => Promise<string>, signal = new AbortController().signal) =>
    fairness.run({ flow, info, user: { name: "u", groups: [] }, request: { signal } }, work);
  return { clock, fairness, ask };
}

test("a request waits for its turn, and one more than the queue holds is turned away", async () => {
  const { ask, fairness } = server();
  const { promise, resolve } = Promise.withResolvers<string>();
  const first = ask(() => promise);
  const second = ask(async () => "second");
  await assert.rejects(
    ask(async () => "third"),
    { reason: "queue-full" },
  );
  const labels = 'flow_schema="s",priority_level="l"';
  assert.ok(fairness.metrics().includes(`apiserver_flowcontrol_current_inqueue_requests{${labels}} 1`));
  assert.ok(fairness.metrics().includes(`apiserver_flowcontrol_current_executing_requests{${labels}} 1`));
  resolve("first");
  assert.deepEqual(await Promise.all([first, second]), ["first", "second"]);
  const text = fairness.metrics();
  assert.ok(text.includes(`apiserver_flowcontrol_dispatched_requests_total{${labels}} 2`));
  assert.ok(text.includes(`apiserver_flowcontrol_rejected_requests_total{${labels},reason="queue-full"} 1`));
  assert.ok(text.includes(`apiserver_flowcontrol_current_inqueue_requests{${labels}} 0`));
  assert.ok(text.includes('apiserver_flowcontrol_nominal_limit_seats{priority_level="l"} 1'));
});

test("work that fails gives its seat back", async () => {
  const { ask } = server();
  await assert.rejects(
    ask(() => Promise.reject(new Error("no"))),
    /no/,
  );
  assert.equal(await ask(async () => "next"), "next");
});

test("who waits too long, or goes, is turned away and leaves the queue", async () => {
  const { ask, clock } = server();
  const { promise, resolve } = Promise.withResolvers<string>();
  const first = ask(() => promise);
  const late = assert.rejects(
    ask(async () => ""),
    { reason: "time-out" },
  );
  await clock.advance(WAIT_MAX_MS);
  await late;
  const gone = new AbortController();
  const left = assert.rejects(
    ask(async () => "", gone.signal),
    { reason: "cancelled" },
  );
  gone.abort();
  await left;
  const last = ask(async () => "last");
  resolve("first");
  assert.deepEqual(await Promise.all([first, last]), ["first", "last"]);
});
