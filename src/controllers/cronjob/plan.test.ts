import assert from "node:assert/strict";
import { test } from "node:test";
import type { CronJob, Job } from "../../api/index.ts";
import { plan, zonedTime } from "./plan.ts";

const NOW = Date.parse("2026-01-02T10:30:00Z");

interface Given {
  readonly spec?: object;
  readonly status?: object;
  readonly jobs?: readonly Job[];
}

const job = (name: string, end?: "Complete" | "Failed", startTime = "2026-01-02T08:00:00Z"): Job =>
  ({
    metadata: { name, uid: name },
    status: {
      startTime,
      conditions: end ? [{ type: end, status: "True" }] : [],
      completionTime: "2026-01-02T09:00:00Z",
    },
  }) as unknown as Job;

function decide({ spec = {}, status = {}, jobs = [] }: Given) {
  const owner = {
    metadata: { name: "c", uid: "c", creationTimestamp: "2026-01-01T00:00:00Z" },
    spec: { schedule: "0 * * * *", ...spec },
    status: { lastScheduleTime: "2026-01-02T09:00:00Z", ...status },
  } as unknown as CronJob;
  const decided = plan({ owner, jobs, nowMs: NOW });
  return {
    start: decided.startMs === undefined ? undefined : new Date(decided.startMs).toISOString().slice(11, 16),
    remove: decided.remove.map(({ metadata }) => metadata.name),
    notes: decided.notes.map(({ reason }) => reason),
    active: decided.status.active?.map(({ name }) => name) ?? [],
    waitMinutes: decided.requeueAfterMs === undefined ? undefined : Math.round(decided.requeueAfterMs / 60_000),
  };
}

const active = [{ name: "j", uid: "j" }];
const nothing = { start: undefined, remove: [], notes: [], active: [], waitMinutes: 30 };

const cases: readonly (readonly [name: string, given: Given, expected: Partial<ReturnType<typeof decide>>])[] = [
  ["the run that is due begins", {}, { start: "10:00" }],
  ["the latest of several missed begins", { status: { lastScheduleTime: "2026-01-02T05:00:00Z" } }, { start: "10:00" }],
  [
    "many missed runs are warned of",
    { status: { lastScheduleTime: "2025-12-01T00:00:00Z" } },
    { start: "10:00", notes: ["TooManyMissedTimes"] },
  ],
  ["a run that is too late is let go", { spec: { startingDeadlineSeconds: 60 } }, {}],
  ["no run begins twice", { status: { lastScheduleTime: "2026-01-02T10:00:00Z" } }, {}],
  ["suspended", { spec: { suspend: true } }, { waitMinutes: undefined }],
  [
    "Forbid waits for the one that runs",
    { spec: { concurrencyPolicy: "Forbid" }, status: { active }, jobs: [job("j")] },
    { notes: ["JobAlreadyActive"], active: ["j"] },
  ],
  [
    "Replace takes the one that runs away",
    { spec: { concurrencyPolicy: "Replace" }, status: { active }, jobs: [job("j")] },
    { start: "10:00", remove: ["j"], active: ["j"] },
  ],
  [
    "a finished job is no longer active",
    { status: { active }, jobs: [job("j", "Failed")] },
    { start: "10:00", notes: ["SawCompletedJob"] },
  ],
  ["a missing job is no longer active", { status: { active } }, { start: "10:00", notes: ["MissingJob"] }],
  [
    "the oldest finished jobs go",
    {
      spec: { successfulJobsHistoryLimit: 1, suspend: true },
      jobs: [job("new", "Complete", "2026-01-02T09:00:00Z"), job("old", "Complete")],
    },
    { remove: ["old"], waitMinutes: undefined },
  ],
  ["a bad schedule is said", { spec: { schedule: "x" } }, { notes: ["UnparseableSchedule"], waitMinutes: undefined }],
];

for (const [name, given, expected] of cases) {
  test(`plan: ${name}`, () => assert.deepEqual(decide(given), { ...nothing, ...expected }));
}

test("times are written in their zone", () => {
  const at = Date.parse("2024-02-28T15:00:00Z");
  assert.equal(zonedTime(at, undefined), "2024-02-28T15:00:00Z");
  assert.equal(zonedTime(at, "Asia/Tokyo"), "2024-02-29T00:00:00+09:00");
  assert.equal(zonedTime(at, "America/St_Johns"), "2024-02-28T11:30:00-03:30");
});
