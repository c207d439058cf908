import assert from "node:assert/strict";
import { test } from "node:test";
import type { Pod, ReplicaSet } from "../../api/index.ts";
import { plan, rankForDeletion, statusOf } from "./plan.ts";

const NOW = Date.parse("2026-01-02T00:00:00Z");

interface Given {
  readonly node?: string;
  readonly phase?: string;
  readonly readyAt?: string;
  readonly cost?: string;
  readonly restarts?: number;
  readonly deleted?: boolean;
}

const pod = (name: string, { node, phase = "Running", readyAt, cost, restarts, deleted }: Given = {}): Pod =>
  ({
    metadata: {
      name,
      uid: name,
      creationTimestamp: "2026-01-01T00:00:00Z",
      labels: { app: "a" },
      ...(cost && { annotations: { "controller.kubernetes.io/pod-deletion-cost": cost } }),
      ...(deleted && { deletionTimestamp: "2026-01-01T12:00:00Z" }),
    },
    spec: { ...(node && { nodeName: node }) },
    status: {
      phase,
      ...(readyAt && { conditions: [{ type: "Ready", status: "True", lastTransitionTime: readyAt }] }),
      ...(restarts !== undefined && { containerStatuses: [{ restartCount: restarts }] }),
    },
  }) as unknown as Pod;

const set = (replicas: number, minReadySeconds = 0): ReplicaSet =>
  ({
    metadata: { name: "a", uid: "a", generation: 2 },
    spec: { replicas, minReadySeconds, template: { metadata: { labels: { app: "a" } }, spec: {} } },
    status: { replicas: 0 },
  }) as unknown as ReplicaSet;

const cases: readonly (readonly [
  name: string,
  replicas: number,
  pods: readonly Pod[],
  create: number,
  remove: readonly string[],
])[] = [
  ["none yet", 3, [], 3, []],
  ["enough", 1, [pod("p")], 0, []],
  ["finished and leaving pods don't count", 2, [pod("p", { phase: "Failed" }), pod("q", { deleted: true })], 2, []],
  ["all go", 0, [pod("p"), pod("q")], 0, ["p", "q"]],
  ["one without a node goes first", 1, [pod("p", { node: "n" }), pod("q")], 0, ["q"]],
];

for (const [name, replicas, pods, create, remove] of cases) {
  test(`plan: ${name}`, () => {
    const decided = plan({ owner: set(replicas), pods, related: pods, nowMs: NOW });
    assert.deepEqual([decided.create, decided.remove.map(({ metadata }) => metadata.name)], [create, remove]);
  });
}

const day = "2026-01-01T00:00:00Z";
const minute = "2026-01-01T23:59:00Z";
const ranks: readonly (readonly [name: string, first: Given, second: Given])[] = [
  ["pending before running", { node: "n", phase: "Pending" }, { node: "m" }],
  ["not ready before ready", { node: "n" }, { node: "m", readyAt: day }],
  ["cheaper before dearer", { node: "n", readyAt: day, cost: "-1" }, { node: "m", readyAt: day }],
  ["an invalid cost is none", { node: "n", readyAt: day, cost: "-1" }, { node: "m", readyAt: day, cost: "+5" }],
  ["ready later before ready earlier", { node: "n", readyAt: minute }, { node: "m", readyAt: day }],
  ["more restarts first", { node: "n", readyAt: day, restarts: 3 }, { node: "m", readyAt: day, restarts: 1 }],
];

for (const [name, first, second] of ranks) {
  test(`deletion: ${name}`, () => {
    const active = [pod("a-second", second), pod("z-first", first)];
    assert.equal(rankForDeletion({ active, related: active, nowMs: NOW })[0]!.metadata.name, "z-first");
  });
}

test("deletion: from the more crowded node first, counting related pods", () => {
  const active = [pod("a", { node: "n", readyAt: day }), pod("z", { node: "m", readyAt: day })];
  const related = [...active, pod("o", { node: "m", readyAt: day })];
  assert.equal(rankForDeletion({ active, related, nowMs: NOW })[0]!.metadata.name, "z");
});

test("status: counts, availability after minReadySeconds, failure", () => {
  const pods = [pod("p", { readyAt: day }), pod("q", { readyAt: minute }), pod("r"), pod("s", { deleted: true })];
  const failure = { reason: "FailedCreate", message: "no" } as const;
  assert.deepEqual(statusOf({ owner: set(3, 3600), pods, nowMs: NOW }, failure), {
    replicas: 3,
    fullyLabeledReplicas: 3,
    readyReplicas: 2,
    availableReplicas: 1,
    terminatingReplicas: 1,
    observedGeneration: 2,
    conditions: [
      {
        type: "ReplicaFailure",
        status: "True",
        lastTransitionTime: "2026-01-02T00:00:00Z",
        reason: "FailedCreate",
        message: "no",
      },
    ],
  });
});
