import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "yaml";
import { yamlText } from "./index.ts";

test("lists aren't indented, and a dot needs no quotes", () => {
  const value = { b: [{ c: "x" }, { d: [] }], a: { ".": {}, 'k:{"name":"c"}': {} } };
  assert.equal(yamlText(value), 'a:\n  .: {}\n  k:{"name":"c"}: {}\nb:\n- c: x\n- d: []\n');
});

test("quotes are double for what would be read as something else, single otherwise", () => {
  const value = { a: "1", b: "y", c: "*.d", d: "x: y", e: "# no", f: "a\tb", n: "null", g: "" };
  const expected = `a: "1"\nb: "y"\nc: '*.d'\nd: 'x: y'\ne: '# no'\nf: "a\\tb"\ng: ""\n"n": "null"\n`;
  assert.equal(yamlText(value), expected);
});

test("what is written reads back, however long and odd", () => {
  const value = {
    long: "word ".repeat(40).trim(),
    odd: [
      "-",
      "- a",
      "a:",
      "a #b",
      "'q'",
      '"d"',
      "\u0000\u0007",
      "é☃",
      "𝄞",
      "---",
      "0o17",
      "1:30",
      "null",
      "line \nend",
    ],
    deep: [[1, [2]], [{ a: [{ b: null }] }]],
  };
  assert.deepEqual(parse(yamlText(value), { version: "1.1" }), value);
});

test("long lines break behind the eightieth column", () => {
  const [first = ""] = yamlText({ a: "1234567 ".repeat(15).trim() }).split("\n");
  assert.equal(first.length, 82);
});

test("what has no value isn't written", () => {
  assert.equal(yamlText({ a: undefined, b: null, c: { d: undefined } }), "b: null\nc: {}\n");
});

test("the column of a line that goes on counts from its margin", () => {
  const lines = yamlText({ a: "1234567 ".repeat(25).trim() }).split("\n");
  assert.deepEqual(
    lines.slice(0, 2).map((line) => line.length),
    [82, 81],
  );
});

test("keys that are long or have several lines are announced", () => {
  const long = "k".repeat(129);
  assert.equal(yamlText({ [long]: [1], "a\nb": { c: 1 } }), `? |-\n  a\n  b\n: c: 1\n? ${long}\n: - 1\n`);
});

test("characters that can't be seen are escaped, of what begins with a mark all are", () => {
  const value = { a: "\u2028 x\ty", b: "\ufeffab", c: "😀", d: "a\u2028b", e: "<<" };
  assert.equal(yamlText(value), 'a: "\\L x\\ty"\nb: "\\uFEFF\\x61\\x62"\nc: "\\U0001F600"\nd: \'a\u2028  b\'\ne: <<\n');
});

test("keys with digits are in the order of their numbers, letters behind", () => {
  const keys = ["a10", "a2", "1e", "12", "a", "-", "a02"];
  const text = yamlText(Object.fromEntries(keys.map((key) => [key, true])));
  assert.deepEqual(
    text.match(/^[^:]+/gm)?.map((key) => key.replace(/["']/g, "")),
    ["-", "12", "1e", "a", "a2", "a02", "a10"],
  );
});

test("floats have an exponent from a million on, whole numbers of 64 bits haven't", () => {
  const value = { a: 1234567.5, b: 1e20, c: 2 ** 63, d: 1e-5, e: 123456.5 };
  assert.equal(yamlText(value), "a: 1.2345675e+06\nb: 1e+20\nc: 9223372036854776000\nd: 1e-05\ne: 123456.5\n");
});

test("what JSON can say and YAML can't is refused in the words of who reads it", () => {
  assert.throws(() => yamlText({ a: "\u007f" }), { message: "yaml: control characters are not allowed" });
  assert.equal(yamlText({ a: "x \u0085 y" }), "a: x y\n");
});
