import assert from "node:assert/strict";
import { test } from "node:test";
import { server } from "../testing/requests.ts";

const DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const OF_FOOS = {
  metadata: { name: "foos.a.example" },
  spec: {
    group: "a.example",
    scope: "Cluster",
    names: { plural: "foos", kind: "Foo" },
    versions: [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema: { type: "object" } } }],
  },
};

test("the deletion of a definition begins in its own way, whatever the options", async () => {
  const { call, json, close } = await server();
  const { metadata: made } = await json(`POST ${DEFINITIONS}`, OF_FOOS);
  const own = `DELETE ${DEFINITIONS}/foos.a.example?dryRun=All&propagationPolicy=Foreground`;
  const { metadata } = await json(own);
  assert.deepEqual(metadata.finalizers, ["customresourcecleanup.apiextensions.k8s.io"]);
  assert.deepEqual([metadata.generation, metadata.deletionGracePeriodSeconds], [made.generation, undefined]);
  assert.equal((await call(`${own.replace("propagationPolicy=Foreground", "orphanDependents=false")}`)).status, 202);
  await close();
});

test("a pod that nothing keeps any more goes without what kept it", async () => {
  const { json, close } = await server();
  const pods = "/api/v1/namespaces/default/pods";
  await json("POST /api/v1/namespaces/default/serviceaccounts", { metadata: { name: "default" } });
  const spec = { nodeName: "n", containers: [{ name: "c", image: "i" }] };
  await json(`POST ${pods}`, { metadata: { name: "p" }, spec });
  const kept = await json(`DELETE ${pods}/p?propagationPolicy=Foreground`);
  assert.deepEqual(kept.metadata.finalizers, ["foregroundDeletion"]);
  const gone = await json(`DELETE ${pods}/p?propagationPolicy=Background&gracePeriodSeconds=0`);
  assert.deepEqual([gone.metadata.deletionGracePeriodSeconds, gone.metadata.finalizers], [0, undefined]);
  await close();
});

test("what is being deleted already keeps the time of it", async () => {
  const { clock, json, close } = await server();
  await json("POST /api/v1/namespaces", { metadata: { name: "a" } });
  const { metadata } = await json("DELETE /api/v1/namespaces/a");
  await clock.advance(5_000);
  const again = await json("DELETE /api/v1/namespaces/a");
  assert.equal(again.metadata.deletionTimestamp, metadata.deletionTimestamp);
  await close();
});

test("a change that changes nothing of what is being deleted is none", async () => {
  const { json, close } = await server();
  const jobs = "/apis/batch/v1/namespaces/default/jobs";
  const template = { spec: { restartPolicy: "Never", containers: [{ name: "c", image: "i" }] } };
  await json(`POST ${jobs}`, { metadata: { name: "j" }, spec: { template } });
  await json(`DELETE ${jobs}/j?propagationPolicy=Orphan`);
  const { metadata } = await json(`GET ${jobs}/j`);
  assert.deepEqual(metadata.finalizers, ["orphan"]);
  const again = await json(`PUT ${jobs}/j`, await json(`GET ${jobs}/j`));
  assert.equal(again.metadata.resourceVersion, metadata.resourceVersion);
  await close();
});
