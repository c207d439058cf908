import assert from "node:assert/strict";
import { test } from "node:test";
import { mergedTolerations } from "./runtime-class.ts";

test("tolerations that another one includes are left out", () => {
  const any = { operator: "Exists" };
  const exact = { key: "a", operator: "Equal", value: "b", effect: "NoSchedule" };
  const key = { key: "a", operator: "Exists" };
  const minute = { key: "c", operator: "Exists", effect: "NoExecute", tolerationSeconds: 60 };
  const hour = { ...minute, tolerationSeconds: 3600 };
  assert.deepEqual(mergedTolerations([exact, exact]), [exact]);
  assert.deepEqual(mergedTolerations([exact, key, minute]), [key, minute]);
  assert.deepEqual(mergedTolerations([minute, hour]), [hour]);
  assert.deepEqual(mergedTolerations([key, any, minute]), [any]);
});
