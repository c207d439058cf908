import assert from "node:assert/strict";
import { test } from "node:test";
import type { ControllerRevision, Pod, StatefulSet } from "../../api/index.ts";
import { type Action, type Observed, plan, statusOf } from "./plan.ts";

const DAY = "2026-01-01T00:00:00Z";
const revision = (name: string): ControllerRevision => ({ metadata: { name } }) as unknown as ControllerRevision;

interface PodGiven {
  readonly of?: string;
  readonly ready?: boolean;
  readonly phase?: string;
  readonly leaving?: boolean;
}

const pod = (ordinal: number, { of = "new", ready = true, phase = "Running", leaving = false }: PodGiven = {}): Pod =>
  ({
    metadata: {
      name: `s-${ordinal}`,
      labels: { "controller-revision-hash": of, "statefulset.kubernetes.io/pod-name": `s-${ordinal}` },
      ...(leaving && { deletionTimestamp: DAY }),
    },
    status: { phase, conditions: [{ type: "Ready", status: ready ? "True" : "False", lastTransitionTime: DAY }] },
  }) as unknown as Pod;

const observed = (replicas: number, pods: readonly Pod[], spec: object = {}): Observed => ({
  set: {
    metadata: { name: "s", generation: 1 },
    spec: { replicas, updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition: 0 } }, ...spec },
    status: {},
  } as unknown as StatefulSet,
  pods,
  current: revision("old"),
  update: revision("new"),
  nowMs: Date.parse("2026-01-02T00:00:00Z"),
});

const say = (action: Action): string => {
  switch (action.do) {
    case "create":
      return `create ${action.ordinal} of ${action.revision.metadata.name}`;
    case "claim":
      return `claim ${action.ordinal}`;
    default:
      return `${action.do} ${action.pod.metadata.name}`;
  }
};

const parallel = { podManagementPolicy: "Parallel" };
const partitioned = (partition: number, more: object = {}) => ({
  updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition, ...more } },
});

const cases: readonly (readonly [name: string, given: Observed, expected: readonly string[]])[] = [
  ["the first comes first", observed(3, []), ["create 0 of new"]],
  ["the next waits for the one before", observed(3, [pod(0, { ready: false })]), []],
  ["all at once in parallel", observed(2, [], parallel), ["create 0 of new", "create 1 of new"]],
  ["below the partition the old revision", observed(1, [], partitioned(1)), ["create 0 of old"]],
  ["a failed pod makes place for its successor", observed(1, [pod(0, { phase: "Failed" })]), ["delete s-0"]],
  ["the highest goes first", observed(1, [pod(0), pod(1), pod(2)]), ["delete s-2"]],
  ["none goes while another is unwell", observed(1, [pod(0, { ready: false }), pod(1), pod(2)]), []],
  ["updates from the top", observed(2, [pod(0, { of: "old" }), pod(1, { of: "old" })]), ["delete s-1"]],
  ["updates wait for what is unavailable", observed(2, [pod(0, { of: "old" }), pod(1, { leaving: true })]), []],
  [
    "as many at once as may be unavailable",
    observed(2, [pod(0, { of: "old" }), pod(1, { of: "old" })], partitioned(0, { maxUnavailable: 2 })),
    ["delete s-1", "delete s-0"],
  ],
  ["ordinals start where they are told", observed(1, [], { ordinals: { start: 5 } }), ["create 5 of new"]],
];

for (const [name, given, expected] of cases) {
  test(`plan: ${name}`, () => assert.deepEqual(plan(given).map(say), expected));
}

test("status: the update is over once all pods are there, new, and ready", () => {
  const half = statusOf(observed(2, [pod(0, { of: "old" }), pod(1)]), undefined);
  assert.deepEqual([half.currentRevision, half.currentReplicas, half.updatedReplicas], ["old", 1, 1]);
  const missing = statusOf(observed(2, [pod(1)]), undefined);
  assert.equal(missing.currentRevision, "old");
  const whole = statusOf(observed(2, [pod(0), pod(1)]), undefined);
  assert.deepEqual([whole.currentRevision, whole.currentReplicas], ["new", 2]);
});
