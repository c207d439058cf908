import assert from "node:assert/strict";
import { test } from "node:test";
import { changesOf, type Version } from "./history-diff.ts";

function version(resourceVersion: string, writers: readonly (readonly [string, string])[], rest: object): Version {
  const managedFields = writers.map(([manager, time]) => ({ manager, operation: "Update", time, fieldsV1: {} }));
  return {
    metadata: { resourceVersion, uid: "u", creationTimestamp: "2026-01-01T00:00:00Z", managedFields },
    ...rest,
  };
}

test("each version tells who changed which field when", () => {
  const container = (image: string) => ({ name: "web", image });
  const versions = [
    version("5", [["ann", "2026-01-01T00:00:00Z"]], { spec: { replicas: 1, containers: [container("a")] } }),
    version(
      "8",
      [
        ["ann", "2026-01-01T00:00:00Z"],
        ["bob", "2026-01-02T00:00:00Z"],
      ],
      {
        kind: "Deployment",
        spec: { replicas: 3, containers: [{ name: "side", image: "s" }, container("b")], paused: true },
      },
    ),
  ];
  const [first, second] = changesOf(versions, true);
  assert.deepEqual(first, {
    revision: "5",
    type: "created",
    time: "2026-01-01T00:00:00Z",
    managers: ["ann (Update)"],
    fields: [],
  });
  assert.deepEqual(second, {
    revision: "8",
    type: "changed",
    time: "2026-01-02T00:00:00Z",
    managers: ["bob (Update)"],
    fields: [
      { path: "spec.replicas", before: 1, after: 3 },
      { path: "spec.containers[name=web].image", before: "a", after: "b" },
      { path: "spec.containers[name=side]", after: { name: "side", image: "s" } },
      { path: "spec.paused", after: true },
    ],
  });
  assert.equal(changesOf(versions, false)[0]!.type, "oldest");
});
