import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ConfigMap,
  CustomResourceDefinition,
  Deployment,
  EndpointSlice,
  Event,
  isNotFound,
  type Job,
  Job as JobKind,
  Namespace,
  Pod,
  ReplicaSet,
  Service,
} from "../api/index.ts";
import { logTo, Scope, seededRandom, VirtualClock } from "../base/index.ts";
import { createApiServer } from "../apiserver/index.ts";
import { type Client, createClient, directTransport, dynamicKind } from "../client/index.ts";
import { openMemoryStore } from "../store/index.ts";
import { startControllers } from "./index.ts";

interface Bench extends AsyncDisposable {
  readonly client: Client;
  readonly clock: VirtualClock;
  /** Lets time pass until the work is done. */
  run<T>(work: Promise<T>): Promise<T>;
  settle(seconds: number): Promise<void>;
}

async function start(controllers: readonly string[] = ["*"]): Promise<Bench> {
  const clock = new VirtualClock();
  const random = seededRandom(1);
  const log = logTo(() => {});
  const scope = Scope.logging(log);
  const server = createApiServer({ store: openMemoryStore(), clock, random, log, scope });
  const transport = directTransport(server.handle, { name: "test", groups: ["system:masters"] });
  const client = createClient({ transport, clock, userAgent: "kube-controller-manager" });
  const run = async <T>(work: Promise<T>): Promise<T> => {
    let done = false;
    const mark = () => {
      done = true;
    };
    work.then(mark, mark);
    for (let steps = 0; !done && steps < 100; steps++) await clock.advance(50);
    return work;
  };
  await run(server.ready);
  await run(
    startControllers({ client, clock, random, log, scope }, { leaderElect: false, controllers, rootCa: "PEM" }),
  );
  const settle = (seconds: number) => clock.advance(seconds * 1000);
  const close = async () => {
    await run(scope.close());
  };
  return { client, clock, run, settle, [Symbol.asyncDispose]: close };
}

const template = (image: string) => ({
  metadata: { labels: { app: "web" } },
  spec: { containers: [{ name: "c", image }] },
});

const deployment = (replicas: number, image: string) => ({
  metadata: { namespace: "default", name: "web" },
  spec: { replicas, selector: { matchLabels: { app: "web" } }, template: template(image) },
});

async function makeReady({ client, run }: Bench): Promise<void> {
  for (const pod of (await run(client.list(Pod, { namespace: "default" }))).items) {
    if (pod.status.phase === "Running") continue;
    const { namespace, name } = pod.metadata;
    const status = {
      phase: "Running",
      podIP: "10.0.0.9",
      podIPs: [{ ip: "10.0.0.9" }],
      conditions: [{ type: "Ready", status: "True", lastTransitionTime: "2026-01-01T00:00:00Z" }],
    };
    await run(client.patch(Pod, { namespace, name }, { status }, { type: "merge", subresource: "status" }));
  }
}

test("a Deployment of 3 becomes a ReplicaSet and 3 pods, and says when it is complete", async () => {
  await using bench = await start();
  const { client, run, settle } = bench;
  await run(client.create(Deployment, deployment(3, "a")));
  await settle(2);
  const sets = (await run(client.list(ReplicaSet, { namespace: "default" }))).items;
  assert.equal(sets.length, 1);
  assert.match(sets[0]!.metadata.name, /^web-[bcdfghjklmnpqrstvwxz2456789]+$/);
  assert.equal((await run(client.list(Pod, { namespace: "default" }))).items.length, 3);
  await makeReady(bench);
  await settle(2);
  const done = await run(client.get(Deployment, { namespace: "default", name: "web" }));
  assert.equal(done.status.availableReplicas, 3);
  assert.equal(done.metadata.annotations?.["deployment.kubernetes.io/revision"], "1");
  const progressing = done.status.conditions?.find(({ type }) => type === "Progressing");
  assert.equal(progressing?.reason, "NewReplicaSetAvailable");
  const events = (await run(client.list(Event, { namespace: "default" }))).items.map(({ message }) => message);
  assert.ok(events.includes(`Scaled up replica set ${sets[0]!.metadata.name} from 0 to 3`));
});

test("a new template rolls out pod by pod and never has fewer than allowed", async () => {
  await using bench = await start();
  const { client, run, settle } = bench;
  await run(client.create(Deployment, deployment(4, "a")));
  await settle(2);
  await makeReady(bench);
  await settle(2);
  const spec = { template: template("b") };
  await run(client.patch(Deployment, { namespace: "default", name: "web" }, { spec }, { type: "strategic" }));
  for (let round = 0; round < 8; round++) {
    await settle(2);
    const pods = (await run(client.list(Pod, { namespace: "default" }))).items;
    const ready = pods.filter(({ status }) => status.phase === "Running").length;
    assert.ok(ready >= 3 && pods.length <= 5, `${ready} ready of ${pods.length}`);
    await makeReady(bench);
  }
  const pods = (await run(client.list(Pod, { namespace: "default" }))).items;
  assert.deepEqual(
    pods.map((pod) => pod.spec.containers[0]!.image),
    ["b", "b", "b", "b"],
  );
});

test("deleting a Deployment takes its sets and pods along", async () => {
  await using bench = await start();
  const { client, run, settle } = bench;
  await run(client.create(Deployment, deployment(2, "a")));
  await settle(2);
  await run(client.delete(Deployment, { namespace: "default", name: "web" }, { propagationPolicy: "Background" }));
  await settle(5);
  assert.equal((await run(client.list(ReplicaSet, { namespace: "default" }))).items.length, 0);
  assert.equal((await run(client.list(Pod, { namespace: "default" }))).items.length, 0);
});

test("a Job counts its pod once, frees it and completes", async () => {
  await using bench = await start();
  const { client, run, settle } = bench;
  const spec = { template: { spec: { restartPolicy: "Never", containers: [{ name: "c", image: "x" }] } } };
  await run(client.create(JobKind, { metadata: { namespace: "default", name: "j" }, spec }));
  await settle(2);
  const [pod] = (await run(client.list(Pod, { namespace: "default" }))).items;
  assert.deepEqual(pod?.metadata.finalizers, ["batch.kubernetes.io/job-tracking"]);
  const key = { namespace: "default", name: pod!.metadata.name };
  await run(client.patch(Pod, key, { status: { phase: "Succeeded" } }, { type: "merge", subresource: "status" }));
  await settle(5);
  const job: Job = await run(client.get(JobKind, { namespace: "default", name: "j" }));
  assert.equal(job.status.succeeded, 1);
  assert.deepEqual(
    job.status.conditions?.map(({ type, reason }) => [type, reason]),
    [
      ["SuccessCriteriaMet", "CompletionsReached"],
      ["Complete", "CompletionsReached"],
    ],
  );
  assert.equal((await run(client.get(Pod, key))).metadata.finalizers, undefined);
});

test("a namespace goes with everything in it", async () => {
  await using bench = await start();
  const { client, run, settle } = bench;
  await run(client.create(Namespace, { metadata: { name: "n" } }));
  await run(client.create(Deployment, { ...deployment(2, "a"), metadata: { namespace: "n", name: "web" } }));
  await settle(2);
  await run(client.delete(Namespace, { name: "n" }));
  await settle(30);
  await assert.rejects(run(client.get(Namespace, { name: "n" })), isNotFound);
  assert.equal((await run(client.list(Pod))).items.length, 0);
});

test("a Service's slice lists its ready pods", async () => {
  await using bench = await start();
  const { client, run, settle } = bench;
  const spec = { selector: { app: "web" }, ports: [{ port: 80, targetPort: 8080 }], clusterIP: "None" };
  await run(client.create(Service, { metadata: { namespace: "default", name: "s" }, spec }));
  await run(client.create(Deployment, deployment(1, "a")));
  await settle(2);
  await makeReady(bench);
  await settle(2);
  const labelSelector = "kubernetes.io/service-name=s";
  const [slice] = (await run(client.list(EndpointSlice, { namespace: "default", labelSelector }))).items;
  assert.deepEqual(
    slice?.endpoints?.map(({ addresses, conditions }) => [addresses, conditions?.ready]),
    [[["10.0.0.9"], true]],
  );
  assert.deepEqual(slice?.ports, [{ name: "", port: 8080, protocol: "TCP" }]);
});

test("what an object owned goes with it, although the object came and went before its kind was watched", async () => {
  await using bench = await start();
  const { client, run, settle } = bench;
  const schema = { openAPIV3Schema: { type: "object" as const } };
  const names = { kind: "Gadget", plural: "gadgets" };
  await run(
    client.create(CustomResourceDefinition, {
      metadata: { name: "gadgets.example.com" },
      spec: {
        group: "example.com",
        scope: "Namespaced",
        names,
        versions: [{ name: "v1", served: true, storage: true, schema }],
      },
    } as never),
  );
  await settle(1);
  const gadgets = dynamicKind({ group: "example.com", version: "v1", ...names, scope: "Namespaced" } as never);
  const owner = await run(client.create(gadgets, { metadata: { name: "a", namespace: "default" } } as never));
  const { name, uid } = owner.metadata;
  const ownerReferences = [{ apiVersion: "example.com/v1", kind: "Gadget", name, uid }];
  const key = { name: "owned", namespace: "default" };
  await run(client.create(ConfigMap, { metadata: { ...key, ownerReferences } } as never));
  await settle(1);
  await run(client.delete(gadgets, { name, namespace: "default" }));
  await settle(60);
  await assert.rejects(run(client.get(ConfigMap, key)), isNotFound);
});
