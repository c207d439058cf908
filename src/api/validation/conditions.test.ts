import assert from "node:assert/strict";
import { test } from "node:test";
import { validateConditions } from "./conditions.ts";

test("a condition needs a type, a status, a time and a reason, and occurs once", () => {
  const good = {
    type: "Ready",
    status: "True",
    reason: "AsExpected",
    message: "",
    lastTransitionTime: "2024-01-01T00:00:00Z",
  };
  const bad = { type: "Ready", status: "Maybe", reason: "not so", message: "m".repeat(40_000), observedGeneration: -1 };
  assert.deepEqual(validateConditions("status.conditions", [good]), []);
  const errors = validateConditions("c", [good, bad as never]);
  assert.deepEqual(
    errors.map(({ path, type }) => `${path} ${type}`),
    [
      "c[1].type Duplicate",
      "c[1].status NotSupported",
      "c[1].observedGeneration Invalid",
      "c[1].lastTransitionTime Required",
      "c[1].reason Invalid",
      "c[1].message TooLong",
    ],
  );
});
