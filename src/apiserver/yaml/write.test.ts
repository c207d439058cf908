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
