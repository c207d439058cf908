import assert from "node:assert/strict";
import { test } from "node:test";
import { validatingPolicyBehavior } from "./policy.behavior.ts";

function told(status: object): string[] {
  const policy = { metadata: { name: "a" }, status };
  return validatingPolicyBehavior.validateStatusUpdate!(policy as never, policy as never).map(({ path }) => path);
}

test("a policy's status has whole conditions and warnings", () => {
  const whole = { type: "A", status: "True", reason: "B", message: "", lastTransitionTime: "2020-01-01T00:00:00Z" };
  const warnings = { expressionWarnings: [{ fieldRef: "spec.validations[0].expression", warning: "w" }] };
  assert.deepEqual(told({ conditions: [whole], typeChecking: warnings }), []);
  assert.deepEqual(
    told({
      conditions: [{ ...whole, reason: "" }],
      typeChecking: { expressionWarnings: [{ fieldRef: " ", warning: "" }] },
    }),
    [
      "status.typeChecking.expressionWarnings[0].warning",
      "status.typeChecking.expressionWarnings[0].fieldRef",
      "status.conditions[0].reason",
    ],
  );
});
