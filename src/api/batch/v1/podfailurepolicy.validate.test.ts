import assert from "node:assert/strict";
import { test } from "node:test";
import type { JobSpec } from "./jobspec.ts";
import { validatePodFailurePolicy } from "./podfailurepolicy.validate.ts";

function told(rule: object, containers: unknown = [{ name: "c" }]): string[] {
  const spec = { podFailurePolicy: { rules: [rule] }, template: { spec: { containers } } } as unknown as JobSpec;
  return validatePodFailurePolicy("p", spec).map(({ path, detail }) => `${path}: ${detail}`);
}

test("exit codes are of a container that there is, and in order", () => {
  const onExitCodes = (containerName: string, values: readonly number[]) => ({
    action: "FailJob",
    onExitCodes: { containerName, operator: "In", values },
  });
  assert.deepEqual(told(onExitCodes("c", [1, 2])), []);
  assert.deepEqual(told(onExitCodes("c", [2, 1])), ["p.rules[0].onExitCodes.values: must be ordered"]);
  const missing = [
    "p.rules[0].onExitCodes.containerName: must be one of the container or initContainer names in the pod template",
  ];
  assert.deepEqual(told(onExitCodes("d", [1])), missing);
  assert.deepEqual(told(onExitCodes("c", [1]), null), missing);
});
