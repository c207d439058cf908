import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { withoutUpstream } from "../servers.ts";
import { selectors } from "./selectors.ts";
import { KNOWN } from "./known.ts";
import { startNavarch, startUpstream } from "./pair.ts";
import { described, optionsOfRun, runOnBoth } from "./run.ts";

suite("selectors, on kube-apiserver and here", { skip: withoutUpstream }, () => {
  test("what every kind can be selected by", { timeout: 3_600_000 }, async (t) => {
    const { seed, count, filter } = optionsOfRun(600);
    const scripts = selectors({ count }).filter((script) => filter.test(script.title));
    await using upstream = await startUpstream();
    await using navarch = await startNavarch();
    const found = await runOnBoth(scripts, [upstream, navarch], { seed, known: KNOWN });
    t.diagnostic(described(found));
    assert.equal(found.unexpected.length, 0, "the diagnostic message says what differs");
  });
});
