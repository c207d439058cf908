import assert from "node:assert/strict";
import { test } from "node:test";
import { yamlText } from "./yaml.ts";

test("lists aren't indented, and a dot needs no quotes", () => {
  const value = { b: [{ c: "x" }, { d: [] }], a: { ".": {}, 'k:{"name":"c"}': {} } };
  assert.equal(yamlText(value), 'a:\n  .: {}\n  k:{"name":"c"}: {}\nb:\n- c: x\n- d: []\n');
});

test("quotes are double for what would be read as something else, single otherwise", () => {
  const value = { a: "1", b: "y", c: "*.d", d: "x: y", e: "# no", f: "a\tb", n: "null", g: "" };
  const expected = `a: "1"\nb: "y"\nc: '*.d'\nd: 'x: y'\ne: '# no'\nf: "a\\tb"\ng: ""\n"n": "null"\n`;
  assert.equal(yamlText(value), expected);
});
