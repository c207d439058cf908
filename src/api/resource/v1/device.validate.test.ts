import { deepStrictEqual } from "node:assert";
import { test } from "node:test";
import { sliceBehavior } from "./resourceslice.behavior.ts";

// What kube-apiserver 1.36.1 told of the same slices.

const POOL = { driver: "d.x", pool: { name: "p", generation: 1, resourceSliceCount: 1 } };

function told(spec: object): string[] {
  const slice = { metadata: { name: "s" }, spec: { ...POOL, ...spec } };
  return sliceBehavior.validate!(slice as never).map(({ path, type }) => `${path} ${type}`);
}

test("conditions of a device are few, there once and in one of two lists, which need each other", () => {
  const devices = [
    { name: "a", bindingConditions: ["a", "b", "a", "", "e"], bindingFailureConditions: ["x", "x", "a"] },
    { name: "b", bindingConditions: ["a"] },
    { name: "c", bindingFailureConditions: ["a"] },
  ];
  deepStrictEqual(told({ nodeName: "n", devices }), [
    "spec.devices[0].bindingConditions TooMany",
    "spec.devices[0].bindingConditions[2] Duplicate",
    "spec.devices[0].bindingFailureConditions[1] Duplicate",
    "spec.devices[0].bindingFailureConditions[2] Invalid",
    "spec.devices[1].bindingFailureConditions Invalid",
    "spec.devices[2].bindingConditions Invalid",
  ]);
});

test("a device says which nodes reach it where its slice doesn't, in one way", () => {
  const devices = [
    { name: "a", nodeName: "A B" },
    { name: "c", allNodes: false },
    { name: "d", nodeName: "" },
    { name: "e", nodeName: "x", allNodes: true },
  ];
  deepStrictEqual(told({ perDeviceNodeSelection: true, devices }), [
    "spec.devices[0].nodeName Invalid",
    "spec.devices[1].allNodes Invalid",
    "spec.devices[1] Required",
    "spec.devices[2].nodeName Invalid",
    "spec.devices[2] Required",
    "spec.devices[3] Invalid",
  ]);
  deepStrictEqual(told({ nodeName: "n", devices: [{ name: "a", nodeName: "x" }] }), ["spec.devices[0] Invalid"]);
});

test("a slice selects nodes by one term", () => {
  deepStrictEqual(told({ nodeSelector: { nodeSelectorTerms: [] } }), [
    "spec.nodeSelector.nodeSelectorTerms Required",
    "spec.nodeSelector.nodeSelectorTerms Invalid",
  ]);
});

test("sets of counters have names of their own and counters", () => {
  const sharedCounters = [
    { name: "A", counters: { B: { value: "1" } } },
    { name: "a" },
    { name: "a", counters: { m: { value: "1" } } },
    { name: "", counters: { "": { value: "1" } } },
  ];
  deepStrictEqual(told({ nodeName: "n", sharedCounters }), [
    "spec.sharedCounters[0].name Invalid",
    "spec.sharedCounters[0].counters Invalid",
    "spec.sharedCounters[1].counters Required",
    "spec.sharedCounters[3].name Required",
    "spec.sharedCounters[3].counters Invalid",
    "spec.sharedCounters[2] Duplicate",
  ]);
});
