import assert from "node:assert/strict";
import { test } from "node:test";
import { parseEnvFile } from "./env-file.ts";

function check(text: string, expected: Record<string, string>) {
  assert.deepEqual(Object.fromEntries(parseEnvFile(text)), expected);
}

test("an env file has literal values, comments and blank lines", () => {
  check("# first\n\n  A='1'\nB = 'a # b \\n'\n  # last", { A: "1", B: "a # b \\n" });
  check("TEXT='line 1\n# line 2\n'\nC=''\n", { TEXT: "line 1\n# line 2\n", C: "" });
  check("# one\n# two\nA='1'", { A: "1" });
  check("", {});
});

test("what a shell would read in its own way is refused, with its line", () => {
  for (const text of ["A=1", 'A="1"', "A='1''2'", "A='1'$B", "A", "A='1", "export A='1'", "A='1' # no"])
    assert.throws(() => parseEnvFile(`X='y'\n\n${text}`), /line 3 /, text);
});
