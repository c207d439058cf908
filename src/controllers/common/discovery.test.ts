import assert from "node:assert/strict";
import { test } from "node:test";
import type { Client } from "../../client/index.ts";
import { discovery, staleProblem } from "./discovery.ts";

type Json = Record<string, unknown>;

const resource = (name: string) => ({
  resource: name,
  responseKind: { group: "", version: "", kind: name.toUpperCase() },
  scope: "Namespaced",
  verbs: ["list"],
});
const version = (name: string, resources: readonly string[], freshness = "Current") => ({
  version: name,
  resources: resources.map(resource),
  freshness,
});

/** Discovery of a server with these groups beside the core's pods. */
function discover(groups: Readonly<Record<string, readonly Json[]>>) {
  const core = { items: [{ metadata: {}, versions: [version("v1", ["pods"])] }] };
  const others = { items: Object.entries(groups).map(([name, versions]) => ({ metadata: { name }, versions })) };
  const client = { getJson: async (path: string) => (path === "/api" ? core : others) } as unknown as Client;
  return discovery(client)();
}

test("a resource is found in the first version of its group that has it", async () => {
  const { kinds: found } = await discover({
    apps: [version("v1", ["sets"]), version("v1beta1", ["sets", "old"])],
    batch: [version("v1", ["sets"])],
  });
  assert.deepEqual(
    found.map(({ group, version, plural, kind }) => `${group}/${version} ${plural} ${kind}`),
    ["/v1 pods PODS", "apps/v1 sets SETS", "apps/v1beta1 old OLD", "batch/v1 sets SETS"],
  );
  assert.deepEqual(found[0], {
    group: "",
    version: "v1",
    kind: "PODS",
    plural: "pods",
    scope: "Namespaced",
    verbs: ["list"],
  });
});

test("of what another server told before, or never told, nothing is known; of all else it is", async () => {
  const groups = { apps: [version("v1", ["sets"])], "metrics.k8s.io": [version("v1beta1", ["nodes"], "Stale")] };
  const { kinds, stale } = await discover(groups);
  assert.deepEqual(
    kinds.map(({ plural }) => plural),
    ["pods", "sets"],
  );
  assert.deepEqual(stale, ["metrics.k8s.io/v1beta1"]);
  assert.equal(
    staleProblem(stale),
    "unable to retrieve the complete list of server APIs: metrics.k8s.io/v1beta1: stale GroupVersion discovery: metrics.k8s.io/v1beta1",
  );
  assert.equal(staleProblem([]), undefined);
});
