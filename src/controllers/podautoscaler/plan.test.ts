import assert from "node:assert/strict";
import { test } from "node:test";
import type { HorizontalPodAutoscaler } from "../../api/index.ts";
import { plan, type ScaleRead } from "./plan.ts";

const scaler = {
  metadata: { name: "h" },
  spec: { minReplicas: 2, maxReplicas: 4, metrics: [{}] },
  status: {},
} as unknown as HorizontalPodAutoscaler;
const problem = { reason: "FailedGetResourceMetric", message: "none", summary: "failed to get cpu: none" };

const cases: readonly (readonly [scale: ScaleRead, replicas: number | undefined, conditions: string])[] = [
  [{ replicas: 1, selector: "a=b" }, 2, "AbleToScale=True/SucceededRescale"],
  [{ replicas: 6, selector: "a=b" }, 4, "AbleToScale=True/SucceededRescale"],
  [
    { replicas: 0, selector: "a=b" },
    undefined,
    "ScalingActive=False/ScalingDisabled AbleToScale=True/SucceededGetScale",
  ],
  [
    { replicas: 3, selector: "a=b" },
    undefined,
    "AbleToScale=True/SucceededGetScale ScalingActive=False/FailedGetResourceMetric",
  ],
  [{ replicas: 3, selector: "" }, undefined, "AbleToScale=True/SucceededGetScale ScalingActive=False/InvalidSelector"],
  [{ problem: "gone" }, undefined, "AbleToScale=False/FailedGetScale"],
];

for (const [scale, replicas, conditions] of cases) {
  test(`plan: ${JSON.stringify(scale)}`, async () => {
    const decided = await plan({ scaler, scale, metrics: async () => [problem], nowMs: 0 });
    assert.equal(decided.replicas, replicas);
    const said = decided.status.conditions?.map(({ type, status, reason }) => `${type}=${status}/${reason}`);
    assert.equal(said?.join(" "), conditions);
  });
}
