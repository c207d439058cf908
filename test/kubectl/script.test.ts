import assert from "node:assert/strict";
import { test } from "node:test";
import { filledScript, missingLine, normalLines, parseScript } from "./script.ts";

const SCRIPT = `# A script.
$ kubectl get pods
NAME  AGE
web-849d4c69d6-abcde... is a pod
! kubectl create -f - <<END
> kind: Pod
> END
$ true
`;

test("a script is commands, whether they fail, and what they print", () => {
  const [get, create, last] = parseScript(SCRIPT);
  assert.deepEqual([get!.line, get!.fails, get!.expected.length], [2, false, 2]);
  assert.deepEqual([create!.command, create!.fails], ["kubectl create -f - <<END\nkind: Pod\nEND", true]);
  assert.deepEqual(last!.expected, []);
});

test("what differs from run to run is replaced", () => {
  const lines = normalLines(
    "web-849d4c69d6-x2x4b   1/1   3m12s   10.0.0.7\n\nat /tmp/d 2026-01-02T03:04:05Z",
    "/tmp/d",
  );
  assert.deepEqual(lines, ["web-<hash>-<id>  1/1  <age>  <ip>", "at <dir> <time>"]);
});

test("expected lines must be printed in their order, with others between", () => {
  assert.equal(missingLine(["a", "c"], ["a", "b", "c"]), undefined);
  assert.equal(missingLine(["c", "a"], ["a", "b", "c"]), "a");
});

test("only commands of which nothing is expected are filled in", () => {
  const filled = filledScript(
    SCRIPT,
    new Map([
      [2, ["no"]],
      [5, ["refused"]],
      [8, ["done"]],
    ]),
  );
  assert.ok(filled.includes("> END\nrefused\n$ true\ndone") && !filled.includes("no\n"));
});
