import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { withoutUpstream } from "../servers.ts";
import { KNOWN } from "./known.ts";
import { startNavarch, startUpstream } from "./pair.ts";
import { described, optionsOfRun, runOnBoth } from "./run.ts";
import { pages } from "./watches/pages.ts";
import { watches } from "./watches/watches.ts";

suite("what is told of changes while they happen, by kube-apiserver and here", { skip: withoutUpstream }, () => {
  for (const [title, made] of [
    ["watches", watches],
    ["lists in pages", pages],
  ] as const)
    test(title, { timeout: 3_600_000 }, async (t) => {
      const { seed, count, filter } = optionsOfRun(3000);
      const scripts = made({ count }).filter((script) => filter.test(script.title));
      if (scripts.length === 0) return;
      await using upstream = await startUpstream({}, { tellsProgress: true });
      await using navarch = await startNavarch();
      const found = await runOnBoth(scripts, [upstream, navarch], { seed, known: KNOWN });
      t.diagnostic(described(found));
      assert.equal(found.unexpected.length, 0, "the diagnostic message says what differs");
    });
});
