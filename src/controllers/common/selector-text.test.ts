import assert from "node:assert/strict";
import { test } from "node:test";
import { selectorText } from "./selector-text.ts";

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
