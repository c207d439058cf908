import assert from "node:assert/strict";
import { test } from "node:test";
import type { DaemonSet, Node, Pod } from "../../api/index.ts";
import { type Observed, plan, planUpdate, statusOf } from "./plan.ts";

const DAY = "2026-01-01T00:00:00Z";
const NOW = Date.parse("2026-01-02T00:00:00Z");

const node = (name: string, taints: readonly object[] = []): Node =>
  ({ metadata: { name, labels: {} }, spec: { taints } }) as unknown as Node;

interface PodGiven {
  readonly hash?: string;
  readonly ready?: boolean;
  readonly phase?: string;
}

const pod = (name: string, on: string, { hash = "new", ready = true, phase = "Running" }: PodGiven = {}): Pod =>
  ({
    metadata: { name, creationTimestamp: DAY, labels: { "controller-revision-hash": hash } },
    spec: { nodeName: on },
    status: {
      phase,
      conditions: [{ type: "Ready", status: ready ? "True" : "False", lastTransitionTime: DAY }],
    },
  }) as unknown as Pod;

const observed = (
  nodes: readonly Node[],
  pods: readonly Pod[],
  rollingUpdate: object = {},
  heldBack: readonly string[] = [],
): Observed => ({
  set: {
    metadata: { name: "d", generation: 1 },
    spec: { template: { metadata: {}, spec: {} }, updateStrategy: { type: "RollingUpdate", rollingUpdate } },
    status: {},
  } as unknown as DaemonSet,
  nodes,
  pods,
  hash: "new",
  nowMs: NOW,
  isHeldBack: (name) => heldBack.includes(name),
});

const names = (pods: readonly Pod[]) => pods.map(({ metadata }) => metadata.name);

test("a pod on each node, none too many, none where it may not be", () => {
  const noExecute = [{ key: "k", effect: "NoExecute" }];
  const decided = plan(
    observed([node("a"), node("b"), node("c", noExecute)], [pod("b1", "b"), pod("b2", "b"), pod("c1", "c")]),
  );
  assert.deepEqual([decided.create, names(decided.remove)], [["a"], ["b2", "c1"]]);
});

test("a NoSchedule taint keeps new pods away and lets old ones stay", () => {
  const tainted = node("a", [{ key: "k", effect: "NoSchedule" }]);
  assert.deepEqual(plan(observed([tainted], [])).create, []);
  assert.deepEqual(plan(observed([tainted], [pod("p", "a")])).remove, []);
});

test("failed pods go, unless their node has to wait", () => {
  const failed = pod("p", "a", { phase: "Failed" });
  assert.deepEqual(names(plan(observed([node("a")], [failed])).remove), ["p"]);
  assert.deepEqual(names(plan(observed([node("a")], [failed], {}, ["a"])).remove), []);
});

const three = [node("a"), node("b"), node("c")];
const old = (name: string, on: string, ready = true) => pod(name, on, { hash: "old", ready });

const updates: readonly (readonly [
  name: string,
  strategy: object,
  pods: readonly Pod[],
  expected: readonly [create: readonly string[], remove: readonly string[]],
])[] = [
  ["one at a time", { maxUnavailable: 1 }, [old("p", "a"), old("q", "b"), old("r", "c")], [[], ["p"]]],
  ["not while a new one is missing", { maxUnavailable: 1 }, [old("p", "a"), pod("q", "b", { ready: false })], [[], []]],
  ["what doesn't serve goes first", { maxUnavailable: 1 }, [old("p", "a"), old("q", "b", false)], [[], ["q"]]],
  ["surge makes the new one first", { maxSurge: 1, maxUnavailable: 0 }, [old("p", "a"), old("q", "b")], [["a"], []]],
  [
    "surge takes the old one once the new one serves",
    { maxSurge: 1, maxUnavailable: 0 },
    [old("p", "a"), pod("p2", "a"), old("q", "b")],
    [["b"], ["p"]],
  ],
];

for (const [name, strategy, pods, expected] of updates) {
  test(`rolling update: ${name}`, () => {
    const { create, remove } = planUpdate(observed(three, pods, strategy));
    assert.deepEqual([create, names(remove)], expected);
  });
}

test("status counts by node", () => {
  const pods = [pod("p", "a"), old("q", "b", false)];
  assert.deepEqual(statusOf(observed(three, pods)), {
    currentNumberScheduled: 2,
    numberMisscheduled: 0,
    desiredNumberScheduled: 3,
    numberReady: 1,
    observedGeneration: 1,
    updatedNumberScheduled: 1,
    numberAvailable: 1,
    numberUnavailable: 2,
  });
});
