import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { withoutUpstream } from "../servers.ts";
import { creates } from "./create.ts";
import { startNavarch, startUpstream } from "./pair.ts";
import { described, optionsOfRun, runOnBoth } from "./run.ts";

suite("what is written, on kube-apiserver and here", { skip: withoutUpstream }, () => {
  test("objects that are made", { timeout: 3_600_000 }, async (t) => {
    const { seed, count, filter } = optionsOfRun(4000);
    const scripts = creates({ seed, count }).filter(({ title }) => filter.test(title));
    await using upstream = await startUpstream();
    await using navarch = await startNavarch();
    const found = await runOnBoth(scripts, [upstream, navarch], { seed });
    t.diagnostic(described(found));
    assert.equal(found.unexpected.length, 0, "the diagnostic message says what differs");
  });
});
