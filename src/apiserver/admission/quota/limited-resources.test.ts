import assert from "node:assert/strict";
import { test } from "node:test";
import { Pod, Service } from "../../../api/index.ts";
import type { AdmissionRequest } from "../../contracts.ts";
import { readLimitedResources } from "./limited-resources.ts";
import { resourceQuota } from "./resource-quota.ts";

const CONFIGURATION = {
  apiVersion: "apiserver.config.k8s.io/v1",
  kind: "ResourceQuotaConfiguration",
  limitedResources: [
    { resource: "services", matchContains: ["services.loadbalancers"] },
    { resource: "pods", matchScopes: [{ scopeName: "PriorityClass", operator: "In", values: ["high"] }] },
  ],
};

/** What is said of an object where these quotas are. */
function refusalOf(kind: unknown, object: object, quotas: readonly object[] = []): Promise<string | undefined> {
  const request = {
    operation: "CREATE",
    kind,
    subresource: "",
    namespace: "default",
    name: "o",
    object,
    reads: { list: async () => quotas },
  } as unknown as AdmissionRequest;
  const validate = resourceQuota(async () => {}, CONFIGURATION).validate!;
  return validate(request).then(
    () => undefined,
    (error: Error) => error.message,
  );
}

test("what is limited by itself can't be had without a quota", async () => {
  const balanced = { metadata: { name: "o" }, spec: { type: "LoadBalancer", ports: [{ port: 1 }] } };
  assert.equal(
    await refusalOf(Service, balanced),
    'services "o" is forbidden: insufficient quota to consume: services.loadbalancers',
  );
  const [hard, used] = [{ "services.loadbalancers": "1" }, { "services.loadbalancers": "0" }];
  const quota = { metadata: { name: "q" }, spec: { hard }, status: { hard, used } };
  assert.equal(await refusalOf(Service, balanced, [quota]), undefined);
  assert.equal(await refusalOf(Service, { ...balanced, spec: { type: "ClusterIP", ports: [] } }), undefined);
});

test("pods of a limited priority need a quota for it", async () => {
  const high = { metadata: { name: "o" }, spec: { containers: [], priorityClassName: "high" } };
  assert.equal(await refusalOf(Pod, high), "insufficient quota to match these scopes: [{PriorityClass In [high]}]");
  const scopeSelector = { matchExpressions: [{ scopeName: "PriorityClass", operator: "In", values: ["high"] }] };
  const status = { hard: { pods: "5" }, used: { pods: "0" } };
  const quota = { metadata: { name: "q" }, spec: { hard: { pods: "5" }, scopeSelector }, status };
  assert.equal(await refusalOf(Pod, high, [quota]), undefined);
  assert.equal(await refusalOf(Pod, { ...high, spec: { containers: [], priorityClassName: "low" } }), undefined);
});

test("a file that makes no sense is told of", () => {
  const check = (one: object, message: RegExp) =>
    assert.throws(() => readLimitedResources({ ...CONFIGURATION, limitedResources: [one] }), { message });
  check({ resources: "pods" }, /limitedResources\[0\]: resources is no field/);
  check({ matchScopes: [{ operator: "In" }] }, /matchScopes\[0\]: scopeName is missing$/);
});
