import assert from "node:assert/strict";
import { test } from "node:test";
import type { HorizontalPodAutoscaler as Hub } from "../v2/horizontalpodautoscaler.ts";
import { horizontalPodAutoscalerConversions as conversions } from "./horizontalpodautoscaler.convert.ts";

const TARGET = { apiVersion: "apps/v1", kind: "Deployment", name: "d" };

function hub(spec: object, status: object = {}): Hub {
  const metadata = { name: "h", namespace: "n" };
  const whole = { scaleTargetRef: TARGET, minReplicas: 1, maxReplicas: 3, ...spec };
  return { metadata, spec: whole, status: { desiredReplicas: 0, currentMetrics: [], ...status } } as unknown as Hub;
}

const METRICS = [
  { type: "Resource", resource: { name: "memory", target: { type: "AverageValue", averageValue: "100Mi" } } },
  {
    type: "Object",
    object: { describedObject: TARGET, metric: { name: "m" }, target: { type: "AverageValue", averageValue: "5" } },
  },
  {
    type: "External",
    external: { metric: { name: "q", selector: { matchLabels: { a: "b" } } }, target: { type: "Value", value: "30" } },
  },
  {
    type: "ContainerResource",
    containerResource: { name: "cpu", container: "c", target: { type: "Utilization", averageUtilization: 60 } },
  },
  { type: "Pods", pods: { metric: { name: "p" }, target: { type: "AverageValue", averageValue: "1k" } } },
];

test("what version 1 has no field for survives in annotations", () => {
  const behavior = {
    scaleUp: { selectPolicy: "Min", policies: [{ type: "Pods", value: 4, periodSeconds: 15 }], tolerance: "50m" },
  };
  const status = {
    currentMetrics: [{ type: "Pods", pods: { metric: { name: "p" }, current: { averageValue: "3" } } }],
    conditions: [{ type: "AbleToScale", status: "True", lastTransitionTime: "2024-01-01T00:00:00Z" }],
  };
  const before = hub({ metrics: METRICS, behavior }, status);
  const after = conversions.toHub(conversions.fromHub(before) as never) as unknown as Hub;
  assert.deepEqual(after.spec, before.spec);
  assert.deepEqual(after.status.currentMetrics, status.currentMetrics);
  assert.deepEqual(after.status.conditions, status.conditions);
  assert.equal(after.metadata.annotations, undefined);
});

test("the utilization of CPU is a field of version 1", () => {
  const cpu = { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 50 } } };
  const shown = conversions.fromHub(hub({ metrics: [cpu] })) as unknown as { spec: object; metadata: object };
  assert.equal((shown.spec as { targetCPUUtilizationPercentage: number }).targetCPUUtilizationPercentage, 50);
  assert.deepEqual(shown.metadata, { name: "h", namespace: "n" });
});

test("annotations that make no sense are dropped", () => {
  const annotations = { "autoscaling.alpha.kubernetes.io/metrics": "{", other: "x" };
  const object = { metadata: { name: "h", annotations }, spec: { scaleTargetRef: TARGET, maxReplicas: 1 }, status: {} };
  const after = conversions.toHub(object as never) as unknown as Hub;
  assert.deepEqual(after.metadata.annotations, { other: "x" });
  assert.equal(after.spec.metrics, undefined);
});
