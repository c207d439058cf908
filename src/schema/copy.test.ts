import assert from "node:assert/strict";
import { test } from "node:test";
import { copyJson } from "./copy.ts";
import { parseJson } from "./json/parse.ts";

test("a copy says the same and shares nothing that can change", () => {
  const text = '{"a":[1,{"b":null}],"__proto__":{"c":true},"big":12345678901234567890,"s":"é"}';
  const { value } = parseJson(text) as { value: Record<string, object> };
  const copy = copyJson(value);
  assert.equal(JSON.stringify(copy), text);
  assert.notEqual(copy.a, value.a);
  assert.notEqual((copy.a as object[])[1], (value.a as object[])[1]);
  assert.ok(Object.hasOwn(copy, "__proto__"));
  assert.equal(copyJson(undefined), undefined);
  assert.deepEqual(Object.keys(copyJson({ a: undefined })), ["a"]);
});
