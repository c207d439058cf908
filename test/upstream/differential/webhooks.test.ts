import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { withoutUpstream } from "../servers.ts";
import { AdmissionHooks } from "./admission/hooks.ts";
import { webhooks } from "./admission/webhooks.ts";
import { serveHooks } from "./hook-server.ts";
import { KNOWN } from "./known.ts";
import { startNavarch, startUpstream } from "./pair.ts";
import { described, optionsOfRun, runOnBoth } from "./run.ts";

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
});
