import assert from "node:assert/strict";
import { test } from "node:test";
import type { FlowSchema } from "../../api/index.ts";
import { danglingOf } from "./dangling.ts";

test("a schema dangles exactly while its level is missing", () => {
  const schema = { spec: { priorityLevelConfiguration: { name: "x" } } } as FlowSchema;
  assert.deepEqual(
    [danglingOf(schema, new Set(["x"])).status, danglingOf(schema, new Set()).status],
    ["False", "True"],
  );
});
