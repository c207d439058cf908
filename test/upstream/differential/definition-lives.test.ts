import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { withoutUpstream } from "../servers.ts";
import { definitionLives } from "./definition-lives.ts";
import { KNOWN } from "./known.ts";
import { startNavarch, startUpstream } from "./pair.ts";
import { described, optionsOfRun, runOnBoth } from "./run.ts";

suite("definitions that change, on kube-apiserver and here", { skip: withoutUpstream }, () => {
  test("schemas that get tighter, and versions that come and go", { timeout: 3_600_000 }, async (t) => {
    const { seed, count, filter } = optionsOfRun(100);
    const scripts = definitionLives({ seed, count }).filter((script) => filter.test(script.title));
    await using upstream = await startUpstream();
    await using navarch = await startNavarch();
    const found = await runOnBoth(scripts, [upstream, navarch], { seed, known: KNOWN });
    t.diagnostic(described(found));
    assert.equal(found.unexpected.length, 0, "the diagnostic message says what differs");
  });
});
