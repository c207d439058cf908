import assert from "node:assert/strict";
import { test } from "node:test";
import type { FlowSchema, PriorityLevelConfiguration } from "../../api/index.ts";
import { VirtualClock } from "../../base/index.ts";
import type { RequestContext } from "../contracts.ts";
import { requestInfo } from "../http/request-info.ts";
import { aligned, dumpHandlers } from "./dumps.ts";
import { Fairness } from "./fairness.ts";

const info = requestInfo("GET", "/apis/apps/v1/namespaces/n/deployments/p/scale", new URLSearchParams());
const queuing = { queues: 2, handSize: 1, queueLengthLimit: 9 };
const level = {
  metadata: { name: "l" },
  spec: { type: "Limited", limited: { nominalConcurrencyShares: 1, limitResponse: { type: "Queue", queuing } } },
} as PriorityLevelConfiguration;
const schema = { metadata: { name: "s" }, spec: { distinguisherMethod: { type: "ByUser" } } } as FlowSchema;
const flow = { schema, level };

test("dumps show levels, queues, and requests that run or wait", async () => {
  const clock = new VirtualClock();
  const flows = { current: { flows: [flow], levels: [level] } };
  const fairness = new Fairness({ clock, flows, totalSeats: 1, countOf: () => 0 });
  const { promise, resolve } = Promise.withResolvers<string>();
  const asked = { flow, info, user: { name: "u", groups: [] }, request: { signal: new AbortController().signal } };
  const first = fairness.run(asked, () => promise);
  const second = fairness.run(asked, async () => "second");
  const dumps = dumpHandlers(() => fairness.snapshot());
  const rowsOf = async (name: string, query = "") => {
    const context = { query: new URLSearchParams(query) } as unknown as RequestContext;
    const { body } = await dumps.get(`/debug/api_priority_and_fairness/${name}`)!(context);
    const text = Buffer.from((body as { bytes: Uint8Array }).bytes).toString();
    const lines = text.split("\n").slice(1, -1);
    return lines.map((line) => line.split(",").map((cell) => cell.trim()));
  };
  assert.deepEqual(await rowsOf("dump_priority_levels"), [["l", "1", "false", "false", "1", "1", "1", "0", "0", "0"]]);
  const queues = await rowsOf("dump_queues");
  assert.deepEqual(
    queues
      .map((row) => row.slice(0, 5))
      .toSorted((a, b) => Number(b[2]) - Number(a[2]))
      .map((row) => row[2]),
    ["1", "0"],
  );
  const requests = await rowsOf("dump_requests", "includeRequestDetails=1");
  assert.deepEqual(
    requests.map((row) => [row[1], row[3], row[4], ...row.slice(10)]),
    [
      ["s", "-1", "u", "u", "get", info.path, "n", "p", "apps/v1", "deployments", "scale"],
      ["s", "0", "u", "u", "get", info.path, "n", "p", "apps/v1", "deployments", "scale"],
    ],
  );
  assert.equal(requests[1]![9], "0001-01-01T00:00:00Z");
  resolve("first");
  await Promise.all([first, second]);
  assert.deepEqual(await rowsOf("dump_requests"), []);
  assert.deepEqual(await rowsOf("dump_priority_levels"), [["l", "0", "true", "false", "0", "0", "2", "0", "0", "0"]]);
});

test("columns are as wide as their widest cell, and no less than eight", () => {
  assert.equal(
    aligned([
      ["a", "bbbbbbbb", "c"],
      ["dd", 1, true],
    ]),
    "a,      bbbbbbbb, c\ndd,     1,        true\n",
  );
});
