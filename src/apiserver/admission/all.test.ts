import assert from "node:assert/strict";
import { test } from "node:test";
import { Scope, seededRandom, silentLog, VirtualClock } from "../../base/index.ts";
import { type AdmissionChoice, admissionPlugins } from "./all.ts";
import { WebhookMetrics } from "./webhooks/index.ts";

/** The names of the plugins that run, in their order. */
function names(t: { after: (work: () => Promise<void>) => void }, choice?: AdmissionChoice): string[] {
  const scope = Scope.logging(silentLog);
  t.after(() => scope.close());
  const options = {
    clock: new VirtualClock(),
    webhookMetrics: new WebhookMetrics(new VirtualClock()),
    scope,
    random: seededRandom(1),
    authorizers: [],
    charge: async () => {},
    makeNamespace: async () => {},
    kindNamed: () => undefined,
    versionsOf: () => [],
  };
  return admissionPlugins(options, choice).map(({ name }) => name);
}

test("plugins that are asked for run where they belong", (t) => {
  const choice = (enable: readonly string[], disable: readonly string[] = []) => ({
    enable,
    disable,
    makeOptional: () => enable.filter((name) => name !== "NodeRestriction").map((name) => ({ name })),
  });
  const byDefault = names(t, choice([]));
  assert.ok(!byDefault.includes("NodeRestriction"));
  const more = names(t, choice(["AlwaysDeny", "NodeRestriction", "PodNodeSelector", "AlwaysAdmit"]));
  assert.deepEqual(
    [more[0], more.at(-1), more[more.indexOf("PodNodeSelector") - 1], more[more.indexOf("NodeRestriction") - 1]],
    ["AlwaysAdmit", "AlwaysDeny", "PodSecurity", "ServiceAccount"],
  );
  assert.deepEqual(
    names(t, choice([], ["ServiceAccount", "AlwaysPullImages"])),
    byDefault.filter((name) => name !== "ServiceAccount"),
  );
});

test("a name that is none, and a plugin that can't be left out, are told of", (t) => {
  const check = (choice: AdmissionChoice, message: RegExp) => assert.throws(() => names(t, choice), { message });
  check({ enable: ["Nothing"], disable: [] }, /"Nothing" is none, there are AlwaysAdmit, /);
  check({ enable: [], disable: ["JobValidation"] }, /JobValidation can't be left out here/);
});
