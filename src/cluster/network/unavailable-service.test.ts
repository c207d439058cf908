import assert from "node:assert/strict";
import { test } from "node:test";
import { APIService, ConfigMap, type Draft, isNotFound, Namespace, ReplicaSet } from "../../api/index.ts";
import { Cluster } from "../index.ts";

const MANAGER = { fieldManager: "test" };

test("while a server behind an API service doesn't answer, all else is collected, and namespaces wait for it empty", async () => {
  await using cluster = await Cluster.start({ nodes: 0, seed: 1 });
  const { client } = cluster;
  const service = { namespace: "default", name: "nowhere" };
  const priorities = { groupPriorityMinimum: 100, versionPriority: 100 };
  const spec = { group: "metrics.example", version: "v1", service, ...priorities };
  const dead = { metadata: { name: "v1.metrics.example" }, spec } as Draft<APIService>;
  await client.create(APIService, dead);
  await client.create(Namespace, { metadata: { name: "work" } });
  await cluster.settle();
  const template = {
    metadata: { labels: { app: "a" } },
    spec: { containers: [{ name: "c", image: "i" }] },
  };
  const set = {
    metadata: { name: "a", namespace: "default" },
    spec: { replicas: 0, selector: { matchLabels: { app: "a" } }, template },
  };
  const owner = await client.apply(ReplicaSet, set as Draft<ReplicaSet>, MANAGER);
  const { name, uid } = owner.metadata;
  const ownerReferences = [{ apiVersion: "apps/v1", kind: "ReplicaSet", name, uid }];
  const owned = { namespace: "default", name: "owned" };
  await client.create(ConfigMap, { metadata: { ...owned, ownerReferences } } as Draft<ConfigMap>);
  await client.create(ConfigMap, { metadata: { namespace: "work", name: "kept" } } as Draft<ConfigMap>);
  await client.delete(ReplicaSet, { namespace: "default", name });
  await client.delete(Namespace, { name: "work" });
  await cluster.settle();
  await assert.rejects(client.get(ConfigMap, owned), isNotFound);
  await assert.rejects(client.get(ConfigMap, { namespace: "work", name: "kept" }), isNotFound);
  const waiting = await client.get(Namespace, { name: "work" });
  const failed = waiting.status.conditions?.find(({ type }) => type === "NamespaceDeletionDiscoveryFailure");
  assert.deepEqual(
    [failed?.status, failed?.message],
    [
      "True",
      "Discovery failed for some groups, 1 failing: unable to retrieve the complete list of server APIs: metrics.example/v1: stale GroupVersion discovery: metrics.example/v1",
    ],
  );
  await client.delete(APIService, { name: "v1.metrics.example" });
  await cluster.advance(600_000);
  await assert.rejects(client.get(Namespace, { name: "work" }), isNotFound);
});
