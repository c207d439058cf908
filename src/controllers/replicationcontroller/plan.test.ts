import assert from "node:assert/strict";
import { test } from "node:test";
import type { ReplicationController } from "../../api/index.ts";
import { asControllerStatus, asReplicaSet } from "./plan.ts";

test("a replication controller is read as a replica set, and its status has no terminating pods", () => {
  const given = { metadata: { name: "a" }, spec: { replicas: 2, selector: { a: "b" } }, status: { replicas: 1 } };
  const set = asReplicaSet(given as unknown as ReplicationController);
  assert.deepEqual(set.spec, { replicas: 2, selector: { matchLabels: { a: "b" } } });
  const status = { replicas: 1, terminatingReplicas: 3 } as never;
  assert.deepEqual(asControllerStatus(status), { replicas: 1 });
});
