import assert from "node:assert/strict";
import { suite, test } from "node:test";
import {
  belowFloor,
  type CaseResult,
  caseFiles,
  countByFile,
  judge,
  raiseFloor,
  replayToFloor,
  roundsOf,
  startServer,
  unexpectedErrors,
  withAnotherTry,
} from "../../tools/parity.ts";

const result = (file: string, passed: boolean, differences: string[] = []): CaseResult => ({
  file,
  name: `${file}/x`,
  passed,
  step: "GET /",
  differences,
});

suite("parity floor", () => {
  const counts = countByFile([result("a.json", true), result("a.json", false), result("b.json", true)]);
  test("a file below its floor is named", () => {
    assert.deepEqual(belowFloor(counts, { "a.json": 2, "b.json": 1 }), ["a.json: 1 passed, the floor is 2"]);
  });
  test("raising never lowers a file", () => {
    assert.deepEqual(raiseFloor(counts, { "a.json": 2, "c.json": 3 }), { "a.json": 2, "b.json": 1, "c.json": 3 });
  });
  test("an answer of 500 counts only where the recording has none", () => {
    const wrong = result("a.json", false, ["/status: expected 201 got 500"]);
    assert.deepEqual(unexpectedErrors([wrong, result("a.json", false, ["/status: expected 500 got 404"])]), [
      "a.json/x: [GET /]",
    ]);
  });
  test("another try makes up for a failure that a recording in one second explains, not for a 500", () => {
    const crash = result("b.json", false, ["/status: expected 201 got 500"]);
    const first = [result("a.json", false), crash, result("c.json", true), result("d.json", false)];
    const again = [result("a.json", true), result("b.json", true), result("d.json", false)];
    const both = withAnotherTry(first, again);
    assert.deepEqual(
      both.map(({ passed }) => passed),
      [true, false, true, false],
    );
    assert.equal(unexpectedErrors(both).length, 1);
  });
});

test("webhooks that see every write are replayed after all other files, whatever their order", () => {
  const files = caseFiles(false);
  const webhooks = files.filter((file) => file.endsWith("extension/webhooks.json"));
  assert.equal(webhooks.length, 1);
  assert.deepEqual(roundsOf(files), [files.filter((file) => file !== webhooks[0]), webhooks]);
  assert.deepEqual(roundsOf(webhooks), [webhooks]);
});

test("recorded requests are answered as the floor says, without a crash or an unexpected 500", async (t) => {
  const server = await startServer(false);
  try {
    const results = await replayToFloor({ server, targets: caseFiles(false) }, "bare");
    const { problems } = judge(results, server, "bare");
    t.diagnostic(`${results.filter(({ passed }) => passed).length} of ${results.length} cases passed`);
    assert.deepEqual(problems, []);
  } finally {
    await server.stop();
  }
});
