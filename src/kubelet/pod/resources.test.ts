import assert from "node:assert/strict";
import { test } from "node:test";
import type { Pod } from "../../api/index.ts";
import { podLimits, podRequest, qosClass } from "./resources.ts";

interface Asks {
  readonly requests?: Readonly<Record<string, string>>;
  readonly limits?: Readonly<Record<string, string>>;
  readonly restartPolicy?: "Always";
}

function podOf(given: { main: Asks[]; init?: Asks[]; pod?: Asks; overhead?: Readonly<Record<string, string>> }): Pod {
  const container = ({ requests, limits, restartPolicy }: Asks, index: number) => ({
    name: `c${index}`,
    resources: { requests, limits },
    restartPolicy,
  });
  const spec = {
    containers: given.main.map(container),
    initContainers: (given.init ?? []).map(container),
    resources: given.pod,
    overhead: given.overhead,
  };
  return { metadata: { uid: "u" }, spec, status: {} } as unknown as Pod;
}

const both = (cpu: string, memory: string): Asks => ({ requests: { cpu, memory }, limits: { cpu, memory } });

test("a pod's cgroup holds its containers together, and the largest init container", () => {
  const limits = podLimits(podOf({ main: [both("1", "1Mi"), both("500m", "1Mi")], init: [both("2", "1Mi")] }));
  assert.deepEqual(limits, { cpuShares: 2048, cpuQuota: 200_000, cpuPeriod: 100_000, memoryLimitBytes: 2 << 20 });
});

test("one container without a limit, of whatever sort, leaves the pod without one", () => {
  const free = { requests: { cpu: "1" } };
  assert.deepEqual(podLimits(podOf({ main: [both("1", "1Mi"), free] })), { cpuShares: 2048 });
  assert.deepEqual(podLimits(podOf({ main: [both("1", "1Mi")], init: [free] })), { cpuShares: 1024 });
});

test("what the pod says as a whole comes before its containers", () => {
  const pod = podOf({ main: [{ requests: { cpu: "3" } }, {}], pod: both("2", "4Mi"), overhead: { cpu: "250m" } });
  assert.deepEqual(podLimits(pod), {
    cpuShares: 2304,
    cpuQuota: 225_000,
    cpuPeriod: 100_000,
    memoryLimitBytes: 4 << 20,
  });
  assert.equal(podRequest(pod, "cpu"), 2.25);
  assert.equal(qosClass(pod), "Guaranteed");
});

test("a pod asks for its sidecars beside its containers, and for what its start needs at most", () => {
  const sidecar = { ...both("1", "1Mi"), restartPolicy: "Always" } as const;
  assert.equal(podRequest(podOf({ main: [both("2", "1Mi")], init: [sidecar] }), "cpu"), 3);
  assert.equal(podRequest(podOf({ main: [both("2", "1Mi")], init: [sidecar, both("4", "1Mi")] }), "cpu"), 5);
  assert.equal(podRequest(podOf({ main: [{ limits: { cpu: "2" } }] }), "cpu"), 2);
});

test("classes of pods", () => {
  assert.equal(qosClass(podOf({ main: [{}] })), "BestEffort");
  assert.equal(qosClass(podOf({ main: [both("1", "1Mi")] })), "Guaranteed");
  assert.equal(qosClass(podOf({ main: [both("1", "1Mi"), {}] })), "Burstable");
});
