import assert from "node:assert/strict";
import { test } from "node:test";
import { type CustomResourceDefinitionVersion, type JSONSchemaProps, messageOf } from "../../api/index.ts";
import { customBehavior } from "./behavior.ts";

const VERSION = { name: "v1", served: true, storage: true } as unknown as CustomResourceDefinitionVersion;

function behaviorOf(spec: object) {
  const schema = { type: "object", properties: { spec } } as unknown as JSONSchemaProps;
  return customBehavior(schema, VERSION);
}

const object = (spec: object) => ({ apiVersion: "x/v1", kind: "Thing", metadata: { name: "t" }, spec });
const shown = (errors: readonly Parameters<typeof messageOf>[0][]) =>
  errors.map((error) => `${error.path}: ${messageOf(error)}`);

test("what breaks a rule and did not change is warned of, what did change is refused", () => {
  const rules = [{ rule: "self > 5" }];
  const item = { type: "integer", "x-kubernetes-validations": rules };
  const { validationWarnings, validateUpdate } = behaviorOf({
    type: "object",
    properties: { a: item, l: { type: "array", items: item } },
  });
  const old = object({ a: 1, l: [2] });
  assert.deepEqual(shown(validateUpdate!(object({ a: 1, l: [3] }), old, { whole: [], change: [] })), [
    "spec.l[0]: Invalid value: 3: failed rule: self > 5",
  ]);
  assert.deepEqual(validationWarnings!(object({ a: 1, l: [3] }), old, []), [
    "spec.a: Invalid value: 1: failed rule: self > 5",
  ]);
  assert.deepEqual(validationWarnings!(object({ a: 9, l: [2] }), old, []), [
    "spec.l[0]: Invalid value: 2: failed rule: self > 5",
  ]);
  const blocked = [{ path: "spec.b", type: "Required", detail: "" }] as const;
  assert.deepEqual(validationWarnings!(object({ a: 1, l: [3] }), old, blocked), []);
});

test("an object inside an object says what it is, and has metadata like any other", () => {
  const { validate } = behaviorOf({
    type: "object",
    additionalProperties: {
      type: "object",
      "x-kubernetes-embedded-resource": true,
      "x-kubernetes-preserve-unknown-fields": true,
    },
  });
  const problems = (one: object) => shown(validate!(object({ one }))).map((text) => text.split(" must ")[0]);
  assert.deepEqual(problems({ apiVersion: "v1", kind: "Pod", metadata: { name: "Any Name" } }), []);
  assert.deepEqual(problems({}), ["spec[one].apiVersion: Required value", "spec[one].kind: Required value"]);
  assert.deepEqual(problems({ apiVersion: "a/b/c", kind: "not one", metadata: { labels: { "a b": "c" } } }), [
    'spec[one].apiVersion: Invalid value: "a/b/c": unexpected GroupVersion string: a/b/c',
    'spec[one].kind: Invalid value: "not one": may have mixed case, but should otherwise match: a DNS-1035 label',
    'spec[one].metadata.labels: Invalid value: "a b": name part',
  ]);
});

test("rules see a moment in UTC, and nothing where there is null", () => {
  const withRule = (schema: object, rule: string) => ({ ...schema, "x-kubernetes-validations": [{ rule }] });
  const { validate } = behaviorOf({
    type: "object",
    properties: {
      when: withRule({ type: "string", format: "date-time" }, "self.getHours() == 8"),
      inner: withRule({ type: "object", properties: { a: { type: "integer", nullable: true } } }, "!has(self.a)"),
    },
  });
  assert.deepEqual(shown(validate!(object({ when: "2023-01-15T10:00:00+02:00", inner: { a: null } }))), []);
});
