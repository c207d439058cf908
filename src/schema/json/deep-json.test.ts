import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { deepJson } from "./deep-json.ts";
import { copyJson, goJson, parseJson, rawNumber } from "../index.ts";

test("deep data are written as JSON.stringify writes others", () => {
  const raw = rawNumber("12345678901234567890");
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(0, 2), (inner, indent) => {
      const value = { inner, raw, list: [undefined, [], {}, raw], none: undefined, '"é\u2028': null };
      assert.equal(deepJson(value, indent), JSON.stringify(value, null, indent));
    }),
    { numRuns: 300 },
  );
});

test("ten thousand levels are read, copied and written", () => {
  for (const [open, close] of [
    ["[", "]"],
    ['{"a":', "}"],
  ] as const) {
    const text = `${open.repeat(9_999)}${open[0]}${close.repeat(10_000)}`;
    const { value } = parseJson(text);
    assert.equal(goJson(copyJson(value)), text);
    assert.equal(deepJson(value), text);
    assert.ok(deepJson(value, 1).length > text.length);
    assert.throws(() => parseJson(`[${text}]`), /exceeded max depth/);
  }
});
