import assert from "node:assert/strict";
import { test } from "node:test";
import { unifiedDiff } from "./diff.ts";

const letters = (text: string) => text.split("").join("\n");

test("equal texts have no difference", () => {
  assert.equal(unifiedDiff("a\nb", "a\nb"), "");
});

test("a change is shown with three lines around it", () => {
  assert.equal(
    unifiedDiff(letters("abcdefghi"), letters("abcdXfghi")),
    "@@ -2,7 +2,7 @@\n b\n c\n d\n-e\n+X\n f\n g\n h\n",
  );
});

test("changes far apart are told apart", () => {
  const diff = unifiedDiff(letters("Xbcdefghijklm"), letters("bcdefghijklmY"));
  assert.equal(diff, "@@ -1,4 +1,3 @@\n-X\n b\n c\n d\n@@ -11,3 +10,4 @@\n k\n l\n m\n+Y\n");
});

test("what is new at an end has a range of its own", () => {
  assert.equal(unifiedDiff("a", "a\nb"), "@@ -1 +1,2 @@\n a\n+b\n");
});

test("in a long text common lines still belong to the block that they touch", () => {
  const block = (name: string) => ["{", name, "}"];
  const many = Array.from({ length: 100 }, (_, index) => block(`n${index}`)).flat();
  const diff = unifiedDiff(many.join("\n"), [...many, ...block("new")].join("\n"));
  assert.equal(diff, "@@ -298,3 +298,6 @@\n {\n n99\n }\n+{\n+new\n+}\n");
});
