import assert from "node:assert/strict";
import { test } from "node:test";
import { own } from "./own.ts";

test("a map has its own keys only", () => {
  const map = JSON.parse('{"a":"1","__proto__":"2"}') as Record<string, string>;
  assert.deepEqual(
    ["a", "__proto__", "constructor", "b"].map((key) => own(map, key)),
    ["1", "2", undefined, undefined],
  );
  assert.equal(own(undefined, "a"), undefined);
});
