import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { cacheOf, node, pod, profile } from "./testing/objects.ts";

suite("profiles of a KubeSchedulerConfiguration", () => {
  test("all plugins with their weights by default", () => {
    const { plugins, schedulerName, preemption } = profile();
    assert.equal(schedulerName, "default-scheduler");
    assert.deepEqual(preemption, { minCandidateNodesPercentage: 10, minCandidateNodesAbsolute: 100 });
    assert.equal(plugins.find(({ name }) => name === "TaintToleration")?.weight, 3);
  });

  test("plugins go, and scores get other weights", () => {
    const { plugins, preemption } = profile({
      profiles: [
        {
          schedulerName: "mine",
          plugins: {
            multiPoint: { disabled: [{ name: "ImageLocality" }, { name: "DefaultPreemption" }] },
            score: {
              disabled: [{ name: "*" }],
              enabled: [{ name: "NodeResourcesFit", weight: 7 }],
            },
          },
        },
      ],
    });
    assert.equal(preemption, undefined);
    assert.deepEqual(
      plugins.filter(({ score }) => score).map(({ name, weight }) => [name, weight]),
      [["NodeResourcesFit", 7]],
    );
    assert.ok(plugins.some(({ name, filter }) => name === "TaintToleration" && filter));
  });

  test("what can't be followed is refused", () => {
    const plugins = (point: string, name: string) => ({
      profiles: [{ plugins: { [point]: { enabled: [{ name }] } } }],
    });
    assert.throws(() => profile(plugins("multiPoint", "Magic")), /plugin "Magic" does not exist/);
    assert.throws(() => profile(plugins("preBind", "NodePorts")), /can't be switched at preBind alone/);
    assert.throws(() => profile({ apiVersion: "v1alpha1" }), /apiVersion/);
    assert.throws(() => profile({ extenders: [{}] }), /extenders/);
  });

  test("packing instead of spreading out", () => {
    const { plugins } = profile({
      profiles: [
        { pluginConfig: [{ name: "NodeResourcesFit", args: { scoringStrategy: { type: "MostAllocated" } } }] },
      ],
    });
    const cache = cacheOf([node("empty"), node("full")], [pod("x", { cpu: "2", on: "full" })]);
    const fit = plugins.find(({ name }) => name === "NodeResourcesFit")!;
    const score = (name: string) => fit.score!(pod("p", { cpu: "1" }), cache.node(name)!, undefined);
    assert.ok(score("full") > score("empty"));
  });
});
