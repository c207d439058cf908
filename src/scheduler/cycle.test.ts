import assert from "node:assert/strict";
import { test } from "node:test";
import type { Node, Pod } from "../api/index.ts";
import { seededRandom } from "../base/index.ts";
import { cycle, feasibleNodesWanted } from "./cycle.ts";
import { scoresOf } from "./decision.ts";
import { unschedulableMessage } from "./message.ts";
import { preempt } from "./preemption.ts";
import { cacheOf, node, pod, profile } from "./testing/objects.ts";

interface Given {
  readonly nodes: readonly Node[];
  readonly placed?: readonly Pod[];
  readonly pod: Pod;
  readonly nominated?: (nodeName: string) => readonly Pod[];
}

function decide({ nodes, placed = [], pod: wanted, nominated }: Given) {
  const snapshot = cacheOf(nodes, placed);
  const { plugins } = profile();
  const input = { pod: wanted, snapshot, random: seededRandom(1), ...(nominated && { nominated }) };
  return { ...cycle({ ...input, plugins }), snapshot };
}

function check(name: string, given: Given, expected: string): void {
  test(name, () => {
    const { decision } = decide(given);
    assert.equal(decision.nodeName ?? unschedulableMessage(decision, ""), expected);
  });
}

const zoned = (name: string, zone: string) => node(name, { labels: { "topology.kubernetes.io/zone": zone } });
const near = (key: string) => ({
  affinity: {
    podAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [
        { topologyKey: key, labelSelector: { matchLabels: { app: "db" } } },
      ],
    },
  },
});

check(
  "the emptier node wins",
  { nodes: [node("a"), node("b")], placed: [pod("x", { cpu: "3", on: "a" })], pod: pod("p", { cpu: "500m" }) },
  "b",
);
check(
  "every node's first reason is counted",
  {
    nodes: [node("a"), node("b", { taints: [{ key: "k", effect: "NoSchedule" }] as object })],
    pod: pod("p", { cpu: "8" }),
  },
  "0/2 nodes are available: 1 Insufficient cpu, 1 node(s) had untolerated taint(s).",
);
check(
  "a pod follows another into its zone",
  {
    nodes: [zoned("a", "1"), zoned("b", "2")],
    placed: [pod("db", { labels: { app: "db" }, on: "b" })],
    pod: pod("p", near("topology.kubernetes.io/zone")),
  },
  "b",
);
check(
  "required affinity by node name leaves other nodes out unseen",
  {
    nodes: [node("a"), node("b")],
    pod: pod("p", {
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [{ matchFields: [{ key: "metadata.name", operator: "In", values: ["c"] }] }],
          },
        },
      },
    }),
  },
  "0/2 nodes are available: 2 node(s) didn't satisfy plugin(s) [NodeAffinity].",
);
check(
  "room made for a more important pod is kept for it",
  {
    nodes: [node("a")],
    pod: pod("p", { cpu: "2" }),
    nominated: () => [pod("h", { cpu: "3", priority: 10 })],
  },
  "0/1 nodes are available: 1 Insufficient cpu.",
);
check(
  "room made for a less important pod is anybody's",
  { nodes: [node("a")], pod: pod("p", { cpu: "2", priority: 20 }), nominated: () => [pod("h", { cpu: "3" })] },
  "a",
);

// Keys that every object of the language inherits are labels like any other: only who has them has them.
const inherited = (operator: string) => ({
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchExpressions: [{ key: "constructor", operator }] }],
      },
    },
  },
});
const named = [node("a"), node("b", { labels: { constructor: "x" } as object })];
check("a label by an inherited name exists where it is", { nodes: named, pod: pod("p", inherited("Exists")) }, "b");
check(
  "a label by an inherited name is missing where it isn't",
  { nodes: named, pod: pod("p", inherited("DoesNotExist")) },
  "a",
);
check(
  "pods spread over the values of a label by an inherited name",
  {
    nodes: named,
    placed: [pod("x", { labels: { app: "db" }, on: "b" })],
    pod: pod("p", near("constructor")),
  },
  "b",
);
check(
  "matchLabelKeys by an inherited name count only where the pod has them",
  {
    nodes: [node("a")],
    pod: pod("p", {
      topologySpreadConstraints: [
        {
          maxSkew: 1,
          topologyKey: "kubernetes.io/hostname",
          whenUnsatisfiable: "DoNotSchedule",
          labelSelector: { matchLabels: { app: "db" } },
          matchLabelKeys: ["toString"],
        },
      ],
    }),
  },
  "a",
);

test("every node that fits has its score by plugin", () => {
  const { decision } = decide({ nodes: [node("a"), node("b")], pod: pod("p", { cpu: "1" }) });
  for (const { total, byPlugin } of scoresOf(decision.scores!))
    assert.equal(
      total,
      Object.values(byPlugin).reduce((sum, score) => sum + score, 0),
    );
});

test("large clusters are searched in part, small ones whole", () => {
  assert.deepEqual(
    [50, 100, 1000, 5000].map((count) => feasibleNodesWanted(count)),
    [50, 100, 420, 500],
  );
  assert.equal(feasibleNodesWanted(1000, 30), 300);
});

function victims(given: Given, budgets: readonly object[] = []) {
  const { decision, prepared, snapshot } = decide(given);
  const { preemption } = preempt({
    pod: given.pod,
    decision,
    prepared,
    snapshot,
    budgets: () => budgets as never,
    random: seededRandom(1),
    nowMs: 0,
  });
  return preemption && [preemption.nodeName, ...preemption.victims.map(({ metadata }) => metadata.name)];
}

const crowd = [
  pod("a1", { cpu: "2", priority: 5, on: "a", labels: { app: "guarded" } }),
  pod("a2", { cpu: "2", priority: 1, on: "a" }),
  pod("b1", { cpu: "4", priority: 7, on: "b" }),
];

test("preemption takes the least important pods, and no more than needed", () => {
  const given = { nodes: [node("a"), node("b")], placed: crowd, pod: pod("p", { cpu: "2", priority: 10 }) };
  assert.deepEqual(victims(given), ["a", "a2"]);
});

test("preemption spares pods under a budget where it can", () => {
  const budget = {
    spec: { selector: { matchLabels: { app: "guarded" } } },
    status: { disruptionsAllowed: 0 },
  };
  const given = { nodes: [node("a"), node("b")], placed: crowd, pod: pod("p", { cpu: "4", priority: 10 }) };
  assert.deepEqual(victims(given), ["a", "a1", "a2"]);
  assert.deepEqual(victims(given, [budget]), ["b", "b1"]);
});

test("trying evictions leaves the counts of spreading as they were", () => {
  const spread = {
    topologySpreadConstraints: [
      {
        topologyKey: "kubernetes.io/hostname",
        maxSkew: 1,
        whenUnsatisfiable: "DoNotSchedule",
        labelSelector: { matchLabels: { app: "s" } },
      },
    ],
  };
  const placed = [
    pod("s1", { labels: { app: "s" }, on: "a", priority: 1 }),
    pod("s2", { labels: { app: "s" }, on: "a", priority: 1 }),
    pod("big", { cpu: "4", on: "b", priority: 100 }),
  ];
  const wanted = pod("p", { cpu: "1", priority: 10, labels: { app: "s" }, ...spread });
  const given = { nodes: [node("a"), node("b")], placed, pod: wanted };
  assert.deepEqual(victims(given), ["a", "s1", "s2"]);
});
