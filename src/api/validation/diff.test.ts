import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { jsonDiff } from "./diff.ts";

test("a changed value is shown with three lines around it", () => {
  const before = { a: 1, b: { c: null, d: "x" }, e: 5, f: 6 };
  assert.equal(
    jsonDiff(before, { ...before, b: { c: null, d: "y" } }),
    '@@ -2,7 +2,7 @@\n  "a": 1,\n  "b": {\n   "c": null,\n-  "d": "x"\n+  "d": "y"\n  },\n  "e": 5,\n  "f": 6\n',
  );
});

test("equal values have no difference; far changes have hunks of their own", () => {
  const long = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`k${index}`, index]));
  assert.equal(jsonDiff(long, { ...long }), "");
  assert.equal(jsonDiff(long, { ...long, k1: -1, k18: -1 }).match(/^@@/gm)?.length, 2);
});

test("applying a diff's lines to the first value gives the second", () => {
  const values = fc.array(fc.constantFrom(1, 2, 3), { maxLength: 300 });
  fc.assert(
    fc.property(values, values, (before, after) => {
      const diff = jsonDiff(before, after);
      assert.deepEqual(
        patched(JSON.stringify(before, undefined, 1).split("\n"), diff),
        JSON.stringify(after, undefined, 1).split("\n"),
      );
    }),
  );
});

function patched(lines: readonly string[], diff: string): string[] {
  const result: string[] = [];
  let at = 0;
  for (const line of diff.split("\n").slice(0, -1)) {
    const header = /^@@ -(\d+)/.exec(line);
    if (header) {
      const start = Number(header[1]) - (/^@@ -\d+,0 /.test(line) ? 0 : 1);
      result.push(...lines.slice(at, start));
      at = start;
    } else if (line.startsWith("+")) result.push(line.slice(1));
    else {
      assert.equal(lines[at], line.slice(1));
      if (line.startsWith(" ")) result.push(lines[at]!);
      at++;
    }
  }
  return [...result, ...lines.slice(at)];
}
