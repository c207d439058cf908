import assert from "node:assert/strict";
import { test } from "node:test";
import { excessAmounts, evaluatorOf, podAmounts, quotaMatches } from "./index.ts";

const container = (requests: object, more: object = {}) => ({ name: "c", resources: { requests }, ...more });

test("a pod asks for its containers and sidecars, or for its largest init container", () => {
  const check = (spec: object, cpu: string) => assert.equal(podAmounts(spec as never, "requests").cpu, cpu);
  check({ containers: [container({ cpu: "300m" }), container({ cpu: "300m" })] }, "600m");
  check({ containers: [container({ cpu: "300m" })], initContainers: [container({ cpu: "800m" })] }, "800m");
  const sidecar = container({ cpu: "150m" }, { restartPolicy: "Always" });
  check({ containers: [container({ cpu: "100m" })], initContainers: [sidecar] }, "250m");
  check({ containers: [container({ cpu: "100m" })], initContainers: [sidecar, container({ cpu: "1" })] }, "1150m");
  check({ containers: [container({ cpu: "1" })], overhead: { cpu: "1" } }, "2");
  check({ containers: [container({ cpu: "1" })], resources: { requests: { cpu: "3" } } }, "3");
});

test("a pod that has ended takes a place in the store only", () => {
  const { usage } = evaluatorOf({ group: "", plural: "pods" });
  const pod = { spec: { containers: [container({ cpu: "1" })] }, status: { phase: "Succeeded" } };
  assert.deepEqual(usage(pod as never), { "count/pods": "1" });
});

test("a container that must say what it needs is named when it doesn't", () => {
  const { missing } = evaluatorOf({ group: "", plural: "pods" });
  const pod = { spec: { containers: [{ name: "b" }, { name: "a", resources: { requests: { cpu: "1" } } }] } };
  assert.equal(
    missing!(pod as never, ["requests.cpu", "limits.memory", "pods"]),
    "must specify limits.memory for: a,b; requests.cpu for: b",
  );
  const whole = { spec: { ...pod.spec, resources: { limits: { memory: "1Gi" } } } };
  assert.equal(missing!(whole as never, ["requests.cpu"]), undefined);
});

test("a claim counts by its class too", () => {
  const { usage } = evaluatorOf({ group: "", plural: "persistentvolumeclaims" });
  const claim = { metadata: {}, spec: { storageClassName: "gold", resources: { requests: { storage: "2Gi" } } } };
  assert.deepEqual(usage(claim as never), {
    "count/persistentvolumeclaims": "1",
    persistentvolumeclaims: "1",
    "requests.storage": "2Gi",
    "gold.storageclass.storage.k8s.io/persistentvolumeclaims": "1",
    "gold.storageclass.storage.k8s.io/requests.storage": "2Gi",
  });
});

test("a quota with a scope counts what the scope fits", () => {
  const evaluator = evaluatorOf({ group: "", plural: "pods" });
  const quota = { spec: { scopes: ["Terminating"] }, status: { hard: { pods: "1" } } };
  const matches = (spec: object) => quotaMatches(quota as never, evaluator, { spec } as never);
  assert.equal(matches({ containers: [], activeDeadlineSeconds: 5 }), true);
  assert.equal(matches({ containers: [] }), false);
});

test("what an update takes more is counted, never less", () => {
  assert.deepEqual(excessAmounts({ a: "3", b: "1" }, { a: "1", b: "2" }), { a: "2", b: "0" });
});

test("a claim of devices counts the most that it may be given of each class", () => {
  const { usage, counts } = evaluatorOf({ group: "resource.k8s.io", plural: "resourceclaims" });
  const wanted = (deviceClassName: string, count: number, allocationMode = "ExactCount") => ({
    deviceClassName,
    allocationMode,
    ...(allocationMode === "ExactCount" && { count }),
  });
  const requests = [
    { name: "a", exactly: wanted("gpu", 2) },
    { name: "b", firstAvailable: [wanted("gpu", 1), wanted("gpu", 3), wanted("nic", 1)] },
    { name: "c", exactly: wanted("disk", 0, "All") },
  ];
  assert.deepEqual(usage({ spec: { devices: { requests } } } as never), {
    "count/resourceclaims.resource.k8s.io": "1",
    "gpu.deviceclass.resource.k8s.io/devices": "5",
    "nic.deviceclass.resource.k8s.io/devices": "1",
    "disk.deviceclass.resource.k8s.io/devices": "32",
  });
  assert.ok(counts("gpu.deviceclass.resource.k8s.io/devices"));
});
