import assert from "node:assert/strict";
import { test } from "node:test";
import type { JSONSchemaProps } from "../v1/customresourcedefinition.types.ts";
import { valueOf } from "./cel-types.ts";
import { rulesOf } from "./rules.ts";

/** What a rule of an object with some properties gives for a value. */
function run(rule: string, properties: Record<string, JSONSchemaProps>, json: unknown): unknown {
  const schema = { type: "object", properties, "x-kubernetes-validations": [{ rule }] } as JSONSchemaProps;
  const [compiled] = rulesOf(schema, false) ?? [];
  assert.ok(compiled && "program" in compiled.test, rule);
  return compiled.test.program.run(() => valueOf(json, schema), 1_000_000).value;
}

test("fields have the types of their schema", () => {
  assert.equal(run("self.n == 3.0", { n: { type: "number" } }, { n: 3 }), true);
  assert.equal(run("self.d > duration('1m')", { d: { type: "string", format: "duration" } }, { d: "90s" }), true);
  assert.equal(run("self.b == b'hi'", { b: { type: "string", format: "byte" } }, { b: "aGk=" }), true);
  assert.equal(
    run("self.t.getFullYear() == 2024", { t: { type: "string", format: "date" } }, { t: "2024-02-29" }),
    true,
  );
});

test("names that expressions can't write are escaped", () => {
  const number: JSONSchemaProps = { type: "integer" };
  assert.equal(run("self.a__dash__b == 1", { "a-b": number }, { "a-b": 1 }), true);
  assert.equal(run("self.namespace == self.__namespace__", { namespace: number }, { namespace: 1 }), true);
});
