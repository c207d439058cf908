import assert from "node:assert/strict";
import { test } from "node:test";
import type { JSONSchemaProps } from "../v1/customresourcedefinition.types.ts";
import { validateRules } from "./rules.validate.ts";
import { leastBytes, occurrencesMax, sizesOf } from "./sizes.ts";

const rule = (text: string) => ({ "x-kubernetes-validations": [{ rule: text }] });
const object = (properties: Record<string, unknown>, more = {}) =>
  ({ type: "object", properties, ...more }) as unknown as JSONSchemaProps;

/** Which rules cost too much, and by how much. */
function problems(schema: JSONSchemaProps): string[] {
  return validateRules(object({ spec: schema }), "s", []).map(
    ({ path, detail }) =>
      `${path.replace("s.properties[spec]", "")} ${/factor of (.*) \(/.exec(detail)?.[1] ?? "share"}`,
  );
}

test("a rule may cost as much as it is run often", () => {
  const items = { type: "string", ...rule("self.contains('x')") };
  assert.deepEqual(problems(object({ a: { type: "array", items, maxItems: 10 } })), []);
  assert.deepEqual(problems(object({ a: { type: "array", items: { ...items, maxLength: 20 }, maxItems: 1000 } })), []);
  const at = ".properties[a].items.x-kubernetes-validations[0].rule";
  assert.deepEqual(problems(object({ a: { type: "array", items } })), [
    `${at} more than 100x`,
    `${at} share`,
    "s more than 100x",
  ]);
});

test("a little too much is told exactly", () => {
  const list = (maxItems: number) =>
    object({ a: { type: "array", items: { type: "integer" }, maxItems, ...rule("self.all(x, x > 0)") } });
  const unbounded = { type: "array", items: list(10) } as unknown as JSONSchemaProps;
  // 52 for ten elements, and 1,048,576 such objects: a request of three megabytes holds no more.
  assert.deepEqual(problems(unbounded), [".items.properties[a].x-kubernetes-validations[0].rule 5.5x"]);
});

test("rules that each may do can be too much together", () => {
  const rules = Array.from({ length: 12 }, () => ({ rule: "self.all(x, self.all(y, x > y))" }));
  const schema = object({
    a: { type: "array", items: { type: "integer" }, maxItems: 1200, "x-kubernetes-validations": rules },
  });
  const found = problems(schema);
  assert.equal(found.length, 5);
  assert.deepEqual(found.at(-1), "s 1.037520x");
});

test("sizes follow from limits, enumerations, formats and what fits into a request", () => {
  const schema = object({
    text: { type: "string", maxLength: 10 },
    one: { type: "string", enum: ["a", "abc"] },
    when: { type: "string", format: "date-time" },
    bytes: { type: "string", format: "byte", maxLength: 10 },
    list: { type: "array", items: { type: "boolean" } },
    map: { type: "object", additionalProperties: { type: "integer" } },
    "a-b": { type: "string", maxLength: 1 },
  });
  const size = (...path: string[]) => sizesOf(schema, false)(["self", ...path]);
  assert.deepEqual([size("text"), size("one"), size("when"), size("bytes")], [40, 3, 30, 10]);
  assert.deepEqual([size("list"), size("map"), size("map", "@keys")], [629_145, 449_389, 0]);
  assert.deepEqual([size("a__dash__b"), size("nothing")], [4, undefined]);
});

test("what must be there takes room", () => {
  const schema = object(
    { name: { type: "string" }, size: { type: "integer", default: 1 } },
    { required: ["name", "size"] },
  );
  assert.equal(leastBytes(schema), 12);
  assert.equal(occurrencesMax(schema, false), 241_979);
});
