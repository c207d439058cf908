import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { withoutUpstream } from "../servers.ts";
import { creates } from "./create.ts";
import { grownCreates, grownUpdates } from "./grow.ts";
import { KNOWN } from "./known.ts";
import { startNavarch, startUpstream } from "./pair.ts";
import { described, optionsOfRun, runOnBoth } from "./run.ts";
import { updates } from "./update.ts";

const SCRIPTS = {
  "objects that are made": creates,
  "objects that are changed and deleted": updates,
  "objects of every kind that are made": grownCreates,
  "objects of every kind that are changed": grownUpdates,
};

suite("what is written, on kube-apiserver and here", { skip: withoutUpstream }, () => {
  for (const [title, make] of Object.entries(SCRIPTS))
    test(title, { timeout: 3_600_000 }, async (t) => {
      const { seed, count, filter } = optionsOfRun(4000);
      const scripts = make({ seed, count }).filter((script) => filter.test(script.title));
      await using upstream = await startUpstream();
      await using navarch = await startNavarch();
      const found = await runOnBoth(scripts, [upstream, navarch], { seed, known: KNOWN });
      t.diagnostic(described(found));
      assert.equal(found.unexpected.length, 0, "the diagnostic message says what differs");
    });
});
