import assert from "node:assert/strict";
import { test } from "node:test";
import { server } from "../../testing/requests.ts";

const REGISTRATION = "/apis/admissionregistration.k8s.io/v1";
const SCALERS = "/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers";
const rule = {
  apiGroups: ["autoscaling"],
  apiVersions: ["v1"],
  resources: ["horizontalpodautoscalers"],
  operations: ["CREATE"],
};
const cpu = { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 50 } } };
const scaler = {
  metadata: { name: "h" },
  spec: {
    scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "d" },
    maxReplicas: 3,
    metrics: [cpu],
  },
};

/** A server with a policy and a binding that puts it to work. */
async function withPolicy(kind: "validating" | "mutating", policy: object, binding: object = {}) {
  const api = await server();
  const spec = { matchConstraints: { resourceRules: [rule] }, ...policy };
  await api.json(`POST ${REGISTRATION}/${kind}admissionpolicies`, { metadata: { name: "p" }, spec });
  const bound = { metadata: { name: "p" }, spec: { policyName: "p", ...binding } };
  await api.json(`POST ${REGISTRATION}/${kind}admissionpolicybindings`, bound);
  return api;
}

test("a policy's expressions see the version that its rules name, and learn of the request's own", async (t) => {
  const versions = "request.kind.version == 'v1' && request.requestKind.version == 'v2'";
  const expression = `!(object.spec.targetCPUUtilizationPercentage == 50 && ${versions})`;
  const validations = [{ expression, message: "seen as v1" }];
  const api = await withPolicy("validating", { validations }, { validationActions: ["Deny"] });
  t.after(api.close);
  const refused = await api.json(`POST ${SCALERS}`, scaler);
  assert.deepEqual([refused.code, /seen as v1/.test(refused.message)], [422, true]);
});

test("what a policy changes in another version is changed in the request's", async (t) => {
  const expression = "Object{spec: Object.spec{targetCPUUtilizationPercentage: 90}}";
  const mutations = [{ patchType: "ApplyConfiguration", applyConfiguration: { expression } }];
  const api = await withPolicy("mutating", { mutations, reinvocationPolicy: "Never", failurePolicy: "Fail" });
  t.after(api.close);
  const made = await api.json(`POST ${SCALERS}`, scaler);
  assert.equal(made.spec?.metrics[0].resource.target.averageUtilization, 90, made.message);
});
