import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigMap, Deployment, type Draft, isPodReady, Pod, ReplicaSet } from "../api/index.ts";
import { Cluster, dynamicKind, isNotFound, kinds } from "./index.ts";

function deployment(replicas: number, image = "example.com/web:1"): Draft<Deployment> {
  return {
    metadata: { name: "web", namespace: "default" },
    spec: {
      replicas,
      selector: { matchLabels: { app: "web" } },
      template: { metadata: { labels: { app: "web" } }, spec: { containers: [{ name: "web", image }] } },
    },
  };
}

const FIELD_MANAGER = { fieldManager: "test" };

test("a deployment of three settles to three ready pods on three nodes", async () => {
  await using cluster = await Cluster.start({ nodes: 3, seed: 7 });
  await cluster.client.apply(Deployment, deployment(3), FIELD_MANAGER);
  await cluster.settle();
  const { items } = await cluster.client.list(Pod, { namespace: "default" });
  assert.equal(items.length, 3);
  assert.ok(items.every(isPodReady));
  assert.deepEqual(items.map((pod) => pod.spec.nodeName).sort(), ["node-1", "node-2", "node-3"]);
});

test("the same seed gives the same history byte by byte, another seed another one", async () => {
  const run = async (seed: number) => {
    await using cluster = await Cluster.start({ nodes: 2, seed });
    await cluster.client.apply(Deployment, deployment(3), FIELD_MANAGER);
    await cluster.settle();
    await cluster.client.apply(Deployment, deployment(1), FIELD_MANAGER);
    await cluster.settle();
    return cluster.eventLog();
  };
  const first = await run(7);
  assert.ok(first.includes("/registry/pods/default/web-"));
  assert.equal(await run(7), first);
  assert.notEqual(await run(8), first);
});

test("what a test does to an object that it got changes nothing in the cluster", async () => {
  await using cluster = await Cluster.start({ nodes: 1, seed: 7 });
  await cluster.client.apply(Deployment, deployment(1), FIELD_MANAGER);
  await cluster.settle();
  const { items } = await cluster.client.list(Pod, { namespace: "default" });
  const { name } = items[0]!.metadata;
  Object.assign(items[0]!.spec, { nodeName: "elsewhere" });
  const pod = await cluster.client.get(Pod, { namespace: "default", name });
  assert.equal(pod.spec.nodeName, "node-1");
  Object.assign(pod.spec, { nodeName: "elsewhere" });
  assert.equal((await cluster.client.get(Pod, { namespace: "default", name })).spec.nodeName, "node-1");
});

test("scaling and a new image go through replica sets", async () => {
  await using cluster = await Cluster.start({ nodes: 2, seed: 1 });
  await cluster.client.apply(Deployment, deployment(2), FIELD_MANAGER);
  await cluster.settle();
  await cluster.client.apply(Deployment, deployment(4, "example.com/web:2"), FIELD_MANAGER);
  await cluster.settle();
  const { items: pods } = await cluster.client.list(Pod, { namespace: "default" });
  assert.equal(pods.length, 4);
  assert.ok(pods.every((pod) => pod.spec.containers[0]?.image === "example.com/web:2"));
  const { items: sets } = await cluster.client.list(ReplicaSet, { namespace: "default" });
  assert.deepEqual(sets.map((set) => set.spec.replicas).sort(), [0, 4]);
});

test("a fork goes its own way", async () => {
  await using cluster = await Cluster.start({ nodes: 1, seed: 3 });
  await cluster.client.apply(Deployment, deployment(1), FIELD_MANAGER);
  await cluster.settle();
  await using fork = await cluster.fork();
  await fork.client.create(ConfigMap, { metadata: { name: "only-here", namespace: "default" } });
  await fork.client.apply(Deployment, deployment(3), FIELD_MANAGER);
  await fork.settle();
  assert.equal((await fork.client.list(Pod, { namespace: "default" })).items.filter(isPodReady).length, 3);
  assert.equal((await cluster.client.list(Pod, { namespace: "default" })).items.length, 1);
  await assert.rejects(cluster.client.get(ConfigMap, { namespace: "default", name: "only-here" }), /not found/);
});

test("a fork outlives its parent, begins at its time and with its revision, and can be forked again", async () => {
  const parent = await Cluster.start({ nodes: 1, seed: 3 });
  await parent.client.apply(Deployment, deployment(1), FIELD_MANAGER);
  await parent.settle();
  const [pod] = (await parent.client.list(Pod, { namespace: "default" })).items;
  const fork = await parent.fork();
  assert.equal(fork.clock.now(), parent.clock.now());
  await parent.close();
  const again = await fork.fork();
  await fork.close();
  await again.settle();
  const [same] = (await again.client.list(Pod, { namespace: "default" })).items;
  assert.equal(same?.metadata.uid, pod?.metadata.uid);
  assert.deepEqual(same?.status.containerStatuses?.[0]?.containerID, pod?.status.containerStatuses?.[0]?.containerID);
  await again.client.apply(Deployment, deployment(2), FIELD_MANAGER);
  await again.settle();
  assert.equal((await again.client.list(Pod, { namespace: "default" })).items.filter(isPodReady).length, 2);
  await again.close();
});

test("a fork repeats itself: the same cluster forked and used in the same way has the same history", async () => {
  const run = async () => {
    await using cluster = await Cluster.start({ nodes: 1, seed: 9 });
    await cluster.settle();
    await using fork = await cluster.fork();
    await fork.client.apply(Deployment, deployment(2), FIELD_MANAGER);
    await fork.settle();
    return fork.eventLog();
  };
  assert.equal(await run(), await run());
});

test("time moves only when told to", async () => {
  await using cluster = await Cluster.start({ nodes: 1, seed: 5 });
  const before = cluster.clock.now();
  await cluster.client.create(ConfigMap, { metadata: { name: "a", namespace: "default" } });
  assert.equal(cluster.clock.now(), before);
  await cluster.advance(90_000);
  assert.equal(cluster.clock.now(), before + 90_000);
});

test("a cluster that is closed as soon as it has started ends, and so does a fork", { timeout: 20_000 }, async () => {
  await using cluster = await Cluster.start({ nodes: 1, seed: 1 });
  await cluster.settle();
  await (await cluster.fork()).close();
  await (await Cluster.start({ nodes: 1, seed: 1 })).close();
});

test("objects of a definition are applied by what they call themselves, and read by a kind made for them", async () => {
  await using cluster = await Cluster.start({ nodes: 0, seed: 1 });
  const { client } = cluster;
  const things = { group: "x.example", version: "v1", kind: "Thing", plural: "things", scope: "Namespaced" } as const;
  const thing = { apiVersion: "x.example/v1", kind: "Thing", metadata: { name: "a" }, size: 3 };
  await assert.rejects(client.apply(thing), /no matches for kind "Thing" in version "x.example\/v1"/);
  await client.apply({
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: "things.x.example" },
    spec: {
      group: things.group,
      scope: things.scope,
      names: { plural: things.plural, kind: things.kind },
      versions: [
        {
          name: things.version,
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: "object", properties: { size: { type: "integer" } } } },
        },
      ],
    },
  });
  await cluster.settle();
  await client.apply(thing);
  const read = (name: string) => client.get(dynamicKind(things), { namespace: "default", name });
  assert.equal(((await read("a")) as { size?: number }).size, 3);
  assert.equal(await read("b").catch(isNotFound), true);
  assert.equal(
    (await client.get(kinds.CustomResourceDefinition, { name: "things.x.example" })).spec.scope,
    "Namespaced",
  );
  await assert.rejects(client.apply({ kind: "Thing" } as never), /it has no apiVersion or no kind/);
});

test("options that make no sense are told of, not passed over", async () => {
  const cases: readonly [object, RegExp][] = [
    [{ clok: "real" }, /got option clok, wanted one of nodes, clock, seed, images, log/],
    [{ clock: "vrtual" }, /got clock "vrtual", wanted "virtual" or "real"/],
    [{ nodes: "3" }, /got "3" nodes, wanted a whole number from 0/],
    [{ nodes: -1 }, /got -1 nodes, wanted/],
  ];
  for (const [options, message] of cases) await assert.rejects(Cluster.start(options as never), message);
});
