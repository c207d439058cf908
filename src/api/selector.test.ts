import assert from "node:assert/strict";
import { test } from "node:test";
import { nodeTermMatches } from "./node-selector.ts";
import { labelSelectorMatches } from "./selector.ts";
import type { Node } from "./core/v1/node.ts";

test("a label called like something that every object inherits isn't there unless it is set", () => {
  const matchExpressions = [{ key: "constructor", operator: "Exists" as const }];
  assert.equal(labelSelectorMatches({ matchExpressions }, {}), false);
  assert.equal(labelSelectorMatches({ matchExpressions }, { constructor: "x" } as never), true);
  const node = (labels: object) => ({ metadata: { labels } }) as unknown as Node;
  assert.equal(nodeTermMatches({ matchExpressions }, node({})), false);
  assert.equal(nodeTermMatches({ matchExpressions }, node({ constructor: "x" })), true);
});
