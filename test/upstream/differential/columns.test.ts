import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { withoutUpstream } from "../servers.ts";
import { columns } from "./columns.ts";
import { KNOWN } from "./known.ts";
import { startNavarch, startUpstream } from "./pair.ts";
import { described, optionsOfRun, runOnBoth } from "./run.ts";

suite("columns of custom resources, on kube-apiserver and here", { skip: withoutUpstream }, () => {
  test("paths of every form, readable or not, and what they find", { timeout: 3_600_000 }, async (t) => {
    const { seed, count, filter } = optionsOfRun(120);
    const scripts = columns({ seed, count }).filter((script) => filter.test(script.title));
    await using upstream = await startUpstream();
    await using navarch = await startNavarch();
    const found = await runOnBoth(scripts, [upstream, navarch], { seed, known: KNOWN });
    t.diagnostic(described(found));
    assert.equal(found.unexpected.length, 0, "the diagnostic message says what differs");
  });
});
