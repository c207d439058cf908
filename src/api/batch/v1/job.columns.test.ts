import assert from "node:assert/strict";
import { test } from "node:test";
import { parseTime } from "../../../base/index.ts";
import type { Job } from "./job.ts";
import { jobColumns } from "./job.columns.ts";

const NOW = parseTime("2026-01-02T04:04:05Z");
const START = "2026-01-02T03:04:05Z";

function cells(spec: object, status: object): unknown[] {
  const template = { metadata: {}, spec: { containers: [{ name: "c", image: "img" }] } };
  const job = { metadata: { name: "j" }, spec: { template, ...spec }, status } as unknown as Job;
  const shown = ["Status", "Completions", "Duration", "Containers", "Images", "Selector"];
  return jobColumns.filter(({ name }) => shown.includes(name)).map(({ cell }) => cell(job, NOW));
}

test("a job shows how far it has come", () => {
  const complete = {
    startTime: START,
    completionTime: "2026-01-02T03:05:10Z",
    succeeded: 3,
    conditions: [
      { type: "SuccessCriteriaMet", status: "True" },
      { type: "Complete", status: "True" },
    ],
  };
  assert.deepEqual(cells({ completions: 3 }, complete), ["Complete", "3/3", "65s", "c", "img", "<none>"]);
  assert.deepEqual(cells({ parallelism: 3 }, { startTime: START }).slice(0, 3), ["Running", "0/1 of 3", "60m"]);
  const suspended = { conditions: [{ type: "Suspended", status: "True" }] };
  const selector = { matchLabels: { a: "b" } };
  assert.deepEqual(cells({ completions: 1, selector }, suspended), ["Suspended", "0/1", "", "c", "img", "a=b"]);
});
