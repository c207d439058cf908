import assert from "node:assert/strict";
import { test } from "node:test";
import { sliceBehavior } from "./resourceslice.behavior.ts";

function errors(count: number, first: object): string[] {
  const devices = Array.from({ length: count }, (_, index) => ({ name: `d${index}`, ...(index === 0 && first) }));
  const spec = { driver: "d.example.com", allNodes: true, devices };
  const slice = {
    metadata: { name: "s" },
    spec: { ...spec, pool: { name: "p", generation: 1, resourceSliceCount: 1 } },
  };
  return sliceBehavior.validate!(slice as never).map(({ path, type }) => `${path}: ${type}`);
}

test("a slice has 128 devices, or 64 when one of them has taints or takes from counters", () => {
  const tainted = { taints: [{ key: "k", effect: "NoSchedule" }] };
  assert.deepEqual(errors(128, {}), []);
  assert.deepEqual(errors(129, {}), ["spec.devices: TooMany"]);
  assert.deepEqual(errors(64, tainted), []);
  assert.deepEqual(errors(65, tainted), ["spec.devices: TooMany"]);
});
