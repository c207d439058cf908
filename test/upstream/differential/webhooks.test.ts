import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, test } from "node:test";
import { withoutUpstream } from "../servers.ts";
import { AdmissionHooks } from "./admission/hooks.ts";
import { toldBy } from "./admission/webhook-notes.ts";
import { webhooks } from "./admission/webhooks.ts";
import { serveHooks } from "./hook-server.ts";
import { KNOWN } from "./known.ts";
import { startNavarch, startUpstream } from "./pair.ts";
import { described, optionsOfRun, runOnBoth } from "./run.ts";

const POLICY = `apiVersion: audit.k8s.io/v1
kind: Policy
rules:
- {level: Metadata, resources: [{group: "", resources: [secrets, pods]}]}
- {level: Request}
`;

suite("admission webhooks, of kube-apiserver and here", { skip: withoutUpstream }, () => {
  test("writes, what is answered and stored, and what webhooks see of them", { timeout: 3_600_000 }, async (t) => {
    const { seed, count, filter } = optionsOfRun(2000);
    const admission = new AdmissionHooks();
    await using hooks = await serveHooks(admission.hooks);
    await using strangers = await serveHooks(admission.hooks, "strangers");
    const scripts = webhooks({ seed, count, hooks, strangers }).filter(({ title }) => filter.test(title));
    await using upstream = admission.watching(await startUpstream());
    await using navarch = admission.watching(await startNavarch());
    const found = await runOnBoth(scripts, [upstream, navarch], { seed, known: KNOWN });
    t.diagnostic(described(found));
    assert.equal(found.unexpected.length, 0, "the diagnostic message says what differs");
  });

  test("what is noted and counted of them", { timeout: 3_600_000 }, async (t) => {
    const { seed, count, filter } = optionsOfRun(2000);
    const directory = mkdtempSync(join(tmpdir(), "navarch-webhooks-"));
    t.after(() => rmSync(directory, { recursive: true, force: true }));
    const policy = join(directory, "policy.yaml");
    writeFileSync(policy, POLICY);
    const log = (name: string) => join(directory, name);
    const flags = (name: string) => ({ "audit-policy-file": policy, "audit-log-path": log(name) });
    const admission = new AdmissionHooks();
    await using hooks = await serveHooks(admission.hooks);
    await using strangers = await serveHooks(admission.hooks, "strangers");
    const scripts = webhooks({ seed, count: count / 4, hooks, strangers }).filter(({ title }) => filter.test(title));
    await using upstream = admission.watching(await startUpstream(flags("upstream")));
    await using navarch = admission.watching(await startNavarch(flags("navarch")));
    const theirs = await toldBy(upstream, { scripts, seed, log: log("upstream") });
    const ours = await toldBy(navarch, { scripts, seed, log: log("navarch") });
    assert.deepEqual(ours, theirs);
  });
});
