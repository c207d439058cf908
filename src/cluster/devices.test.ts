import assert from "node:assert/strict";
import { test } from "node:test";
import { DeviceClass, type Draft, DynamicResourceClaim, Pod, ResourceSlice } from "../api/index.ts";
import { Cluster } from "./index.ts";

const DEVICE = { driver: "gpu.example.com", pool: "node-1" };
const CLAIM = { namespace: "default", name: "gpu" };

function user(name: string): Draft<Pod> {
  return {
    metadata: { name, namespace: "default" },
    spec: {
      containers: [{ name: "main", image: "example.com/app:1", resources: { claims: [{ name: "gpu" }] } }],
      resourceClaims: [{ name: "gpu", resourceClaimName: "gpu" }],
    },
  } as Draft<Pod>;
}

test("a claim gets the device of a node, its pod goes there, and both are free again when the pod is gone", async () => {
  await using cluster = await Cluster.start({ nodes: 2, seed: 1 });
  const { client } = cluster;
  const selectors = [{ cel: { expression: `device.driver == '${DEVICE.driver}'` } }];
  await client.create(DeviceClass, { metadata: { name: "gpu" }, spec: { selectors } });
  const spec = { driver: DEVICE.driver, pool: { name: DEVICE.pool, generation: 1, resourceSliceCount: 1 } };
  await client.create(ResourceSlice, {
    metadata: { name: "slice" },
    spec: { ...spec, nodeName: "node-1", devices: [{ name: "gpu-0" }] },
  } as Draft<ResourceSlice>);
  const requests = [{ name: "one", exactly: { deviceClassName: "gpu" } }];
  await client.create(DynamicResourceClaim, { metadata: CLAIM, spec: { devices: { requests } } });
  await client.create(Pod, user("first"));
  await cluster.settle();
  assert.equal((await client.get(Pod, { namespace: "default", name: "first" })).spec.nodeName, "node-1");
  const claim = await client.get(DynamicResourceClaim, CLAIM);
  assert.deepEqual(
    claim.status?.allocation?.devices?.results?.map(({ driver, pool, device }) => [driver, pool, device]),
    [[DEVICE.driver, DEVICE.pool, "gpu-0"]],
  );
  await client.delete(Pod, { namespace: "default", name: "first" });
  await cluster.settle();
  const { status, metadata } = await client.get(DynamicResourceClaim, CLAIM);
  assert.deepEqual([status?.allocation, status?.reservedFor, metadata.finalizers], [undefined, undefined, undefined]);
});
