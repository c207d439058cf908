import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, test } from "node:test";
import { withoutUpstream } from "../servers.ts";
import { configuration, OPTIONAL, optional } from "./admission/optional.ts";
import { KNOWN } from "./known.ts";
import { startNavarch, startUpstream } from "./pair.ts";
import { described, optionsOfRun, runOnBoth } from "./run.ts";

suite("plugins that run when asked for, on kube-apiserver and here", { skip: withoutUpstream }, () => {
  test("what they fill in and refuse, as they are configured", { timeout: 3_600_000 }, async (t) => {
    const { seed, count, filter } = optionsOfRun(1500);
    const scripts = optional({ seed, count }).filter((script) => filter.test(script.title));
    const directory = mkdtempSync(join(tmpdir(), "navarch-optional-"));
    t.after(() => rmSync(directory, { recursive: true, force: true }));
    const file = join(directory, "admission.yaml");
    writeFileSync(file, JSON.stringify(configuration()));
    const flags = { "enable-admission-plugins": OPTIONAL.join(), "admission-control-config-file": file };
    await using upstream = await startUpstream(flags);
    await using navarch = await startNavarch(flags);
    const found = await runOnBoth(scripts, [upstream, navarch], { seed, known: KNOWN });
    t.diagnostic(described(found));
    assert.equal(found.unexpected.length, 0, "the diagnostic message says what differs");
  });
});
