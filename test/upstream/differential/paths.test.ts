import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { withoutUpstream } from "../servers.ts";
import { customDiscovery } from "./discovery.ts";
import { KNOWN } from "./known.ts";
import { startNavarch, startUpstream } from "./pair.ts";
import { paths } from "./paths.ts";
import { described, optionsOfRun, runOnBoth } from "./run.ts";

suite("paths and media types, on kube-apiserver and here", { skip: withoutUpstream }, () => {
  test("paths that there are, and others", { timeout: 3_600_000 }, async (t) => {
    const { seed, count, filter } = optionsOfRun(4000);
    const scripts = [...paths({ count }), customDiscovery()].filter((script) => filter.test(script.title));
    const flags = { "cors-allowed-origins": "^https://(a|b)\\.example\\.com$" };
    await using upstream = await startUpstream(flags);
    await using navarch = await startNavarch(flags);
    const found = await runOnBoth(scripts, [upstream, navarch], { seed, known: KNOWN });
    t.diagnostic(described(found));
    assert.equal(found.unexpected.length, 0, "the diagnostic message says what differs");
  });
});
