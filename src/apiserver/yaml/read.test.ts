import assert from "node:assert/strict";
import { test } from "node:test";
import { readYaml } from "./index.ts";

const valueOfYaml = (text: string) => readYaml(Buffer.from(text));

/** What is said of YAML that can't be read. */
function check(text: string, message: string): void {
  test(`YAML that can't be read: ${JSON.stringify(text)}`, () => {
    assert.throws(() => valueOfYaml(text), { message: `yaml: ${message}` });
  });
}

check("a: b: c\n", "mapping values are not allowed in this context");
check("a: 1\n b: 2\n", "line 2: mapping values are not allowed in this context");
check("a\nb: c\n", "line 2: mapping values are not allowed in this context");
check("a:\n  b: 1\n c: 2\n", "line 2: did not find expected key");
check("a:\n  - b\n - c\n", "line 2: did not find expected key");
check("a: [b\nc: d\n", "line 1: did not find expected ',' or ']'");
check("a: {b\n", "line 1: did not find expected ',' or '}'");
check("{", "line 1: did not find expected node content");
check("k: v\n}\n", "line 1: did not find expected key");
check("}", "did not find expected node content");
check("a: 1\nb\nc: 2\n", "line 3: could not find expected ':'");
check("- a\nb: c\n", "line 1: did not find expected '-' indicator");
check("a:\n\tb: c\n", "line 2: found character that cannot start any token");
check("a: b\n\tc: d\n", "line 2: found a tab character that violates indentation");
check("a: *b\n", "unknown anchor 'b' referenced");
check("a: &a\n  b: *a\n", "anchor 'a' value contains itself");
check("<<: x\n", "map merge requires map or sequence of maps as the value");
check('a: "b\n', "line 2: found unexpected end of stream");
check("a: b\u0001", "control characters are not allowed");

test("what follows a document in brackets isn't looked at", () => {
  assert.deepEqual(valueOfYaml('{"a": 1} b').value, { a: 1 });
});

check("[a, 1]: b\n", 'invalid map key: []interface {}{"a", 1}');
check("? {a: b}\n: c\n", 'invalid map key: map[interface {}]interface {}{"a":"b"}');

test("nothing is no key", () => {
  const message = 'unsupported map key of type: %!s(<nil>), key: <nil>, value: "x"';
  assert.throws(() => valueOfYaml("~: x\n"), { message });
});

test("of a key given twice the line of its value is told", () => {
  assert.deepEqual(valueOfYaml("a: 1\nb:\n  c: 1\nb:\n  d: 1\na: 2\na:\n").duplicates, [
    'line 5: key "b" already set in map',
    'line 6: key "a" already set in map',
    'line 7: key "a" already set in map',
  ]);
});
