import assert from "node:assert/strict";
import { test } from "node:test";
import { nodeTermMatches } from "./node-selector.ts";
import { labelSelectorMatches, selectorText } from "./selector.ts";
import type { Node } from "./core/v1/node.ts";

test("a label called like something that every object inherits isn't there unless it is set", () => {
  const matchExpressions = [{ key: "constructor", operator: "Exists" as const }];
  assert.equal(labelSelectorMatches({ matchExpressions }, {}), false);
  assert.equal(labelSelectorMatches({ matchExpressions }, { constructor: "x" } as never), true);
  const node = (labels: object) => ({ metadata: { labels } }) as unknown as Node;
  assert.equal(nodeTermMatches({ matchExpressions }, node({})), false);
  assert.equal(nodeTermMatches({ matchExpressions }, node({ constructor: "x" })), true);
});

test("a selector is printed as recorded, labels in order", () => {
  assert.equal(
    selectorText({ matchLabels: { b: "2", a: "1" } }),
    "&LabelSelector{MatchLabels:map[string]string{a: 1,b: 2,},MatchExpressions:[]LabelSelectorRequirement{},}",
  );
  assert.match(
    selectorText({ matchExpressions: [{ key: "k", operator: "In", values: ["x", "y"] }] }),
    /\[\]LabelSelectorRequirement\{LabelSelectorRequirement\{Key:k,Operator:In,Values:\[x y\],\},\},\}$/,
  );
});
