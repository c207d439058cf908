import assert from "node:assert/strict";
import { test } from "node:test";
import { horizontalPodAutoscalerColumns } from "./horizontalpodautoscaler.columns.ts";
import type { HorizontalPodAutoscaler } from "./horizontalpodautoscaler.ts";

function targets(metrics: readonly object[], currentMetrics: readonly object[] = []): unknown {
  const object = { spec: { metrics }, status: { currentMetrics } } as unknown as HorizontalPodAutoscaler;
  return horizontalPodAutoscalerColumns.find(({ name }) => name === "Targets")!.cell(object, 0);
}

const cpu = { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 50 } } };
const pods = { type: "Pods", pods: { metric: { name: "q" }, target: { averageValue: "10" } } };
const external = { type: "External", external: { metric: { name: "q" }, target: { value: "5" } } };

test("targets show what is and what is wanted, of two metrics at most", () => {
  const current = [{ type: "Resource", resource: { name: "cpu", current: { averageUtilization: 33 } } }];
  assert.equal(targets([]), "<none>");
  assert.equal(targets([cpu, pods], current), "cpu: 33%/50%, <unknown>/10");
  assert.equal(targets([external, cpu, pods, pods]), "<unknown>/5, cpu: <unknown>/50% + 2 more...");
  const average = { type: "Object", object: { metric: { name: "m" }, target: { averageValue: "7" } } };
  const status = { type: "Object", object: { current: { averageValue: "3" } } };
  assert.equal(targets([average], [status]), "3/7 (avg)");
});
