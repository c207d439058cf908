import assert from "node:assert/strict";
import { test } from "node:test";
import { jsonAlike, jsonEqual } from "./equal.ts";

test("equal JSON values are the same but for the order of keys; alike ones also but for nulls", () => {
  const cases: readonly [a: unknown, b: unknown, equal: boolean, alike: boolean][] = [
    [{ a: 1, b: [{}] }, { b: [{}], a: 1 }, true, true],
    [{ a: 1 }, { a: 1, b: undefined }, true, true],
    [{ a: 1, b: undefined }, { a: 1 }, true, true],
    [{ a: 1, b: null }, { a: 1 }, false, true],
    [{ a: 1 }, { a: 1, b: null }, false, true],
    [{ a: { b: null } }, { a: { b: undefined } }, false, true],
    [null, undefined, false, true],
    [undefined, undefined, true, true],
    [{ a: 1, b: undefined }, { a: 1, c: 2 }, false, false],
    [{ a: 1 }, { b: 1 }, false, false],
    [[1, 2], [2, 1], false, false],
    [[1], [1, 2], false, false],
    [[], {}, false, false],
    [{}, [], false, false],
    [{}, null, false, false],
    [0, null, false, false],
    ["1", 1, false, false],
    [{}, JSON.parse('{"__proto__": {}}'), false, false],
    [JSON.parse('{"__proto__": {}}'), {}, false, false],
  ];
  for (const [a, b, equal, alike] of cases) {
    const what = `${JSON.stringify(a)} and ${JSON.stringify(b)}`;
    assert.deepEqual([jsonEqual(a, b), jsonAlike(a, b)], [equal, alike], what);
    assert.deepEqual([jsonEqual(b, a), jsonAlike(b, a)], [equal, alike], what);
  }
});
