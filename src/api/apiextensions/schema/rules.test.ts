import assert from "node:assert/strict";
import { test } from "node:test";
import type { JSONSchemaProps } from "../v1/customresourcedefinition.types.ts";
import { valueOf } from "./cel-types.ts";
import { rulesOf } from "./rules.ts";
import { runRules } from "./rules.run.ts";
import { validateChangedValue } from "./values.ts";

/** What a rule of an object with some properties gives for a value. */
function run(rule: string, properties: Record<string, JSONSchemaProps>, json: unknown): unknown {
  const schema = { type: "object", properties, "x-kubernetes-validations": [{ rule }] } as JSONSchemaProps;
  const [compiled] = rulesOf(schema, schema, false) ?? [];
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

test("sets and lists with keys are equal in any order, and take up elements as what they are", () => {
  const ofKeys = { "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["k"] };
  const text = { type: "string" };
  const entry = { type: "object", properties: { k: text, v: text } };
  const schemaOf = (rule: string) => ({
    type: "object",
    "x-kubernetes-validations": [{ rule }],
    properties: {
      set: { type: "array", items: text, "x-kubernetes-list-type": "set" },
      map: { type: "array", items: entry, ...ofKeys },
      list: { type: "array", items: text },
    },
  });
  const entries = (...all: string[]) => all.map((one) => ({ k: one[0], v: one.slice(1) }));
  const now = { set: ["a", "b"], map: entries("a1", "b2"), list: ["a", "b"] };
  const old = { set: ["b", "a"], map: entries("b2", "a1"), list: ["b", "a"] };
  const holds = (rule: string) => runRules(schemaOf(rule), now, old).length === 0;
  assert.equal(holds("self.set == oldSelf.set && self.map == oldSelf.map"), true);
  assert.equal(
    holds("self.list == oldSelf.list || ['b', 'a'] == self.set || self.map == self.map.filter(x, false)"),
    false,
  );
  assert.equal(holds("(self.set + ['b', 'c']).size() == 3 && (self.list + ['b', 'c']).size() == 4"), true);
  assert.equal(holds("(self.map + oldSelf.map).size() == 2 && self.map.map(x, x.v) == ['1', '2']"), true);
});

/** What the rules of a schema of one field `v` say of a value. */
function faults(v: JSONSchemaProps, json: unknown, old?: unknown): (string | undefined)[] {
  const schema: JSONSchemaProps = { type: "object", properties: { v } };
  return runRules(schema, { v: json }, old === undefined ? undefined : { v: old }).map(({ detail }) => detail);
}

const ruled = (schema: JSONSchemaProps, ...rules: string[]): JSONSchemaProps => ({
  ...schema,
  "x-kubernetes-validations": rules.map((rule) => ({ rule })),
});

test("what isn't of its type can't be looked at", () => {
  const text: JSONSchemaProps = { type: "string" };
  assert.deepEqual(faults(ruled(text, "self == self"), {}), [
    "invalid data, expected string, got map[string]interface {} evaluating rule: self == self",
  ]);
  const holder = ruled({ type: "object", properties: { a: text, b: text } }, "self.b == 'x'", "has(self.a)");
  assert.deepEqual(faults(holder, { a: 1, b: "x" }), [
    "invalid data, expected string, got int64 evaluating rule: has(self.a)",
  ]);
  assert.deepEqual(faults(ruled({ type: "array", items: text }, "'a' in self"), ["a", 1]), []);
  assert.deepEqual(faults(ruled({ type: "string", format: "date" }, "self == self"), "x"), [
    'Invalid date formatted string x: parsing time "x" as "2006-01-02": cannot parse "x" as "2006" evaluating rule: self == self',
  ]);
});

test("a list is equal to no other sort of value, which is no answer", () => {
  const rule = "dyn(self) == 3";
  assert.deepEqual(faults(ruled({ type: "array", items: { type: "string" } }, rule), []), [
    `'no such overload': call arguments did not match a supported operator, function or macro signature for rule: ${rule}`,
  ]);
});

test("what a rule can't be worked out for is told of even where nothing has changed", () => {
  const list = ruled({ type: "array", items: { type: "string" } }, "self[0] == 'a'");
  assert.deepEqual(faults(list, ["b"], ["b"]), []);
  assert.deepEqual(faults(list, [], []), ["index out of bounds: 0 evaluating rule: self[0] == 'a'"]);
});

test("what stands below a list that says more than its items has no type", () => {
  const odd: JSONSchemaProps = { type: "string", items: ruled({ type: "string" }, "self == 'a'") };
  const texts = faults(odd, ["b"]);
  assert.deepEqual(texts, [
    "rule compiler initialization error: failed to convert to declType for CEL validation rules",
  ]);
});

test("of what has fields that aren't declared nobody can tell that it is as it was", () => {
  const open: JSONSchemaProps = {
    type: "object",
    properties: { z: { type: "integer" } },
    required: ["z"],
    "x-kubernetes-preserve-unknown-fields": true,
  };
  const problems = (value: object) => validateChangedValue(open, value, value).length;
  assert.equal(problems({}), 0);
  assert.equal(problems({ w: 1 }), 1);
  assert.deepEqual(faults(ruled(open, "has(self.z)"), {}, {}), []);
  assert.deepEqual(faults(ruled(open, "has(self.z)"), { w: 1 }, { w: 1 }), ["failed rule: has(self.z)"]);
});
