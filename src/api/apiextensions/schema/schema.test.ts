import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { applyDefaults, decodeJson } from "../../../schema/index.ts";
import { messageOf } from "../../status.ts";
import { validateDefaults } from "./defaults.validate.ts";
import { leadsSomewhere } from "./field-path.ts";
import { hasFormat } from "./formats.ts";
import { JsonPathError, parseJsonPath } from "./json-path.ts";
import { validateListTypes } from "./list-types.ts";
import { resourceStruct } from "./nodes.ts";
import { structuralProblem, validateStructural } from "./structural.validate.ts";
import { validateChangedValue, validateValue } from "./values.ts";

suite("schemas of custom kinds", () => {
  const object = {
    list: [
      { type: "A", value: 1 },
      { type: "B", value: 2 },
    ],
    "a.b": "dotted",
    map: { "x.y/z": "quoted" },
  };
  const paths: readonly (readonly [string, readonly unknown[]])[] = [
    [".list[0].value", [1]],
    [".list[-1:].value", [2]],
    [".list[*].type", ["A", "B"]],
    ['.list[?(@.type=="B")].value', [2]],
    [".a\\.b", ["dotted"]],
    [".map['x\\.y/z']", ["quoted"]],
    [".map['x.y/z']", []],
    [".map.*", ["quoted"]],
    [".map[*]", []],
    [".list[?(@.type[0])].value", [1, 2]],
    [".list[?(@.value<'x')].value", []],
    [".list[2]", []],
    [".list[0:2:2].type", ["A"]],
    [".list['type','value']", []],
    [".list[0]['type','value']", ["A", 1]],
    [".", []],
    ["..value", [1, 2]],
    [".none.deeper", []],
  ];
  for (const [path, found] of paths)
    test(`path ${path}`, () => assert.deepEqual(parseJsonPath(path).find(object), found));
  const unreadable = [
    ".a[",
    ".a]",
    ".a[-]",
    ".a[x]",
    ".a....b",
    ".a[?(@.b]",
    ".a,b",
    ".a{",
    ".a}{.b]",
    ".a[?(--1==1)]",
  ];
  test("paths that nobody can read", () => {
    for (const path of unreadable) assert.throws(() => parseJsonPath(path), JsonPathError, path);
  });

  const formats: readonly (readonly [string, string, boolean])[] = [
    ["date", "2024-02-29", true],
    ["date", "2023-02-29", false],
    ["date-time", "2023-01-15T10:00:00.5+02:00", true],
    ["date-time", "2023-01-15", false],
    ["duration", "1h30m", true],
    ["duration", "1 day", true],
    ["duration", "5", false],
    ["ipv4", "01.2.3.4", true],
    ["cidr", "1.2.3.0/40", false],
    ["email", "A <a@b.example>", true],
    ["hostname", "a_b", false],
    ["uri", "/path", true],
    ["uri", "::", false],
    ["creditcard", "4111111111111111", true],
    ["creditcard", "4111111111111112", false],
    ["zzz", "anything", true],
  ];
  for (const [format, text, valid] of formats)
    test(`${text} ${valid ? "is" : "is no"} ${format}`, () => assert.equal(hasFormat(format, text), valid));

  test("a value that stays may break a rule that came later", () => {
    const schema = { type: "object", properties: { a: { type: "string", maxLength: 2 }, b: { type: "string" } } };
    assert.equal(validateValue(schema, { a: "long" }).length, 1);
    assert.deepEqual(validateChangedValue(schema, { a: "long", b: "x" }, { a: "long" }), []);
    assert.equal(validateChangedValue(schema, { a: "longer" }, { a: "long" }).length, 1);
  });

  test("twins in a set are told once, at the second", () => {
    const schema = { type: "array", items: { type: "string" }, "x-kubernetes-list-type": "set" };
    assert.deepEqual(
      validateListTypes(schema, ["a", "a", "a", "b", "b"]).map(({ path }) => path),
      ["[1]", "[4]"],
    );
  });

  test("unknown fields go, defaults come, null goes where it is no value", () => {
    const spec = {
      type: "object",
      properties: {
        a: { type: "integer", default: 5 },
        b: { type: "string" },
        c: { type: "string", nullable: true },
        any: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
      },
    };
    const struct = resourceStruct("example.v1.Thing", { type: "object", properties: { spec } });
    const given = { metadata: { name: "x" }, spec: { b: null, c: null, d: 1, any: { q: [1, null] } } };
    const { value, unknown } = decodeJson(struct, given, { quantity: (text) => text });
    applyDefaults(struct, value);
    assert.deepEqual(value.spec, { a: 5, any: { q: [1, null] }, c: null });
    assert.deepEqual(unknown, ["spec.d"]);
  });

  test("alternatives may not say of which type a value is", () => {
    const schema = { type: "object", properties: { a: { type: "string", anyOf: [{ type: "string" }] } } };
    assert.deepEqual(
      validateStructural(schema, "schema").map(({ path }) => path),
      ["schema.properties[a].anyOf[0].type"],
    );
  });

  test("a long number without a unit is no duration, soon", () => {
    const before = process.threadCpuUsage();
    assert.equal(hasFormat("duration", "0".repeat(100_000)), false);
    // Each of its digits as a beginning takes 20 s.
    assert.ok(process.threadCpuUsage(before).user < 1e6);
  });
});

test("what is compared with a bound of another type is shown as a fraction, and null is in an enum or not", () => {
  const problems = (schema: object, value: unknown) => validateValue(schema, value).map(messageOf);
  assert.deepEqual(problems({ type: "integer", maximum: 2.5 }, 2147483648), [
    'Invalid value: "": Maximum boundary value must be of type integer (default format) in ',
    "Invalid value: 2.147483648e+09:  in body should be less than or equal to 2.5",
  ]);
  assert.deepEqual(problems({ type: "integer", nullable: true, enum: [1, "a"] }, null), [
    'Unsupported value: null: supported values: "1", "a"',
  ]);
});

test("names of hosts have a dash behind their first character only, or parts that end in letters", () => {
  const fits = (text: string) => validateValue({ type: "string", format: "hostname" }, text).length === 0;
  assert.deepEqual(["a", "a-b", "a-b.example", "é.example"].filter(fits), ["a", "a-b", "a-b.example", "é.example"]);
  assert.deepEqual(["", "a.b", "2020-01-01", "-a", "a.example.1"].filter(fits), []);
});

test("elements of a list with keys are objects", () => {
  const schema = { type: "array", items: { type: "object" }, ...listOfKeys("alpha") };
  assert.deepEqual(
    validateListTypes(schema, [{ alpha: 1 }, [1]]).map((error) => `${error.path}: ${messageOf(error)}`),
    ["[1]: Invalid value: [1]: must be an object for an array of list-type map"],
  );
});

test("a default that is an object says what it is before anything else is said of it", () => {
  const schema = {
    type: "object",
    properties: {
      inner: {
        type: "object",
        "x-kubernetes-embedded-resource": true,
        "x-kubernetes-preserve-unknown-fields": true,
        properties: { size: { type: "integer" } },
        default: { apiVersion: "a/b/c", kind: "Pod", size: "x" },
      },
    },
  };
  assert.deepEqual(
    validateDefaults(schema, "s").map((error) => `${error.path}: ${messageOf(error)}`),
    ['s.properties[inner].default.apiVersion: Invalid value: "a/b/c": unexpected GroupVersion string: a/b/c'],
  );
});

test("a rule's path goes by properties where there are any, else by whatever a map has", () => {
  const schema = { properties: { "a b": { additionalProperties: { type: "string" } } } };
  const paths = [".a b", ".a b.x", "['a b']['x\\'y']", "alpha", ".", ".nothing", "['a b'"];
  assert.deepEqual(
    paths.filter((path) => leadsSomewhere(path, schema)),
    [".a b", ".a b.x", "['a b']['x\\'y']"],
  );
});

const listOfKeys = (...keys: string[]) => ({ "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": keys });

test("a format is one of its type or none, but in defaults", () => {
  const problems = (schema: object, value: unknown) => validateValue(schema, value).map(messageOf);
  assert.deepEqual(problems({ type: "number", format: "int64" }, {}), [
    'Invalid value: "object":  in body must be of type number: "object"',
  ]);
  assert.deepEqual(problems({ type: "integer", format: "int32" }, {}), [
    'Invalid value: "":  in body must be of type int32: ""',
  ]);
  assert.deepEqual(problems({ type: "array", format: "date", items: { type: "string" } }, ["x"]), []);
});

test("metadata in lists and maps within defaults is looked at too", () => {
  const embedded = { "x-kubernetes-embedded-resource": true, "x-kubernetes-preserve-unknown-fields": true };
  const unreadable = { apiVersion: "v1", kind: "Pod", metadata: { labels: { a: 1 } } };
  const schema = {
    type: "object",
    properties: {
      all: { type: "array", items: { type: "object", ...embedded }, default: [unreadable] },
    },
  };
  assert.deepEqual(
    validateDefaults(schema, "s").map(({ path }) => path),
    ["s.properties[all].default[0].metadata"],
  );
});

test("what can't be structural says why", () => {
  const problems: readonly (readonly [object, string | undefined])[] = [
    [{ properties: { a: { $schema: "x" } } }, "OpenAPIV3Schema 'schema' is not supported"],
    [{ items: [{}] }, "OpenAPIV3Schema 'items' must be a schema, but is an array"],
    [
      { items: { "x-kubernetes-preserve-unknown-fields": false } },
      "internal error: 'x-kubernetes-preserve-unknown-fields' must be true or undefined",
    ],
    [{ definitions: {}, id: "" }, undefined],
  ];
  for (const [schema, problem] of problems) assert.equal(structuralProblem(schema), problem);
});
