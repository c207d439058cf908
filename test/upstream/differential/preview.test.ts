import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { withoutUpstream } from "../servers.ts";
import { KNOWN } from "./known.ts";
import { startNavarch, startUpstream } from "./pair.ts";
import { PREVIEW_FLAGS, previews } from "./preview.ts";
import { described, optionsOfRun, runOnBoth } from "./run.ts";

suite("kinds without a stable version, on kube-apiserver and here", { skip: withoutUpstream }, () => {
  test("objects that are made, changed and deleted", { timeout: 3_600_000 }, async (t) => {
    const { seed, count, filter } = optionsOfRun(2000);
    const scripts = previews({ seed, count }).filter((script) => filter.test(script.title));
    await using upstream = await startUpstream(PREVIEW_FLAGS);
    await using navarch = await startNavarch(PREVIEW_FLAGS);
    const found = await runOnBoth(scripts, [upstream, navarch], { seed, known: KNOWN });
    t.diagnostic(described(found));
    assert.equal(found.unexpected.length, 0, "the diagnostic message says what differs");
  });
});
