import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { withoutUpstream } from "../servers.ts";
import { identities } from "./access/identity.ts";
import { nodes } from "./access/nodes.ts";
import { roles } from "./access/roles.ts";
import { signings } from "./access/signing.ts";
import { tokens } from "./access/tokens.ts";
import { KNOWN } from "./known.ts";
import { startNavarch, startUpstream } from "./pair.ts";
import { described, optionsOfRun, runOnBoth } from "./run.ts";

const SCRIPTS = [roles, identities, tokens, signings, nodes];

suite("who may do what, on kube-apiserver and here", { skip: withoutUpstream }, () => {
  test("roles, callers, tokens, signing requests and nodes", { timeout: 3_600_000 }, async (t) => {
    const { seed, count, filter } = optionsOfRun(5000);
    const part = { seed, count: count / SCRIPTS.length };
    const scripts = SCRIPTS.flatMap((make) => make(part)).filter((script) => filter.test(script.title));
    await using upstream = await startUpstream();
    await using navarch = await startNavarch();
    const found = await runOnBoth(scripts, [upstream, navarch], { seed, known: KNOWN });
    t.diagnostic(described(found));
    assert.equal(found.unexpected.length, 0, "the diagnostic message says what differs");
  });
});
