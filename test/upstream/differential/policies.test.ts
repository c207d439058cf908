import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { withoutUpstream } from "../servers.ts";
import { policies } from "./admission/policies.ts";
import { policyContents } from "./admission/policy-content.ts";
import { KNOWN } from "./known.ts";
import { startNavarch, startUpstream } from "./pair.ts";
import { described, optionsOfRun, runOnBoth } from "./run.ts";

suite("policies of users, on kube-apiserver and here", { skip: withoutUpstream }, () => {
  test("policies, their bindings and parameters, and what they look at", { timeout: 3_600_000 }, async (t) => {
    const { seed, count, filter } = optionsOfRun(3000);
    const scripts = [...policies({ seed, count }), ...policyContents({ seed, count })].filter(({ title }) =>
      filter.test(title),
    );
    await using upstream = await startUpstream();
    await using navarch = await startNavarch();
    const found = await runOnBoth(scripts, [upstream, navarch], { seed, known: KNOWN });
    t.diagnostic(described(found));
    assert.equal(found.unexpected.length, 0, "the diagnostic message says what differs");
  });
});
