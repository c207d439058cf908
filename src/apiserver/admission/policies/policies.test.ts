import assert from "node:assert/strict";
import { test } from "node:test";
import { server } from "../../testing/requests.ts";

const REGISTRATION = "/apis/admissionregistration.k8s.io/v1";
const SCALERS = "/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers";
const CONFIG_MAPS = "/api/v1/namespaces/default/configmaps";
const configMapRule = { apiGroups: [""], apiVersions: ["v1"], resources: ["configmaps"], operations: ["*"] };
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

test("what a policy changes in another version can't be brought into the request's", async (t) => {
  const expression = "Object{spec: Object.spec{targetCPUUtilizationPercentage: 90}}";
  const mutations = [{ patchType: "ApplyConfiguration", applyConfiguration: { expression } }];
  const api = await withPolicy("mutating", { mutations, reinvocationPolicy: "Never", failurePolicy: "Fail" });
  t.after(api.close);
  const problem = "converting (v1.HorizontalPodAutoscaler) to (v2.HorizontalPodAutoscaler): unknown conversion";
  const { message } = await api.json(`POST ${SCALERS}`, scaler);
  assert.equal(message, `policy 'p' with binding 'p' denied request: ${problem}`);
});

test("what a patch makes of an object must be one of its kind still", async (t) => {
  const expression = "[JSONPatch{op: 'add', path: '/data/n', value: 5}]";
  const mutations = [{ patchType: "JSONPatch", jsonPatch: { expression } }];
  const matchConstraints = { resourceRules: [{ ...configMapRule, operations: ["CREATE"] }] };
  const api = await withPolicy("mutating", { matchConstraints, mutations, reinvocationPolicy: "Never" });
  t.after(api.close);
  const { code, message } = await api.json(`POST ${CONFIG_MAPS}`, { metadata: { name: "c" }, data: { a: "b" } });
  assert.deepEqual([code, /cannot unmarshal number/.test(message)], [500, true]);
});

test("conditions don't see the namespace", async (t) => {
  const conditions = [{ name: "c", expression: "namespaceObject == null" }];
  const policy = { matchConstraints: { resourceRules: [configMapRule] }, validations: [{ expression: "false" }] };
  const api = await withPolicy(
    "validating",
    { ...policy, matchConditions: conditions },
    { validationActions: ["Deny"] },
  );
  t.after(api.close);
  assert.equal((await api.json(`POST ${CONFIG_MAPS}`, { metadata: { name: "c" } })).code, 422);
});

test("all policies are asked: who refuses doesn't keep another from warning", async (t) => {
  const policy = { matchConstraints: { resourceRules: [configMapRule] }, validations: [{ expression: "false" }] };
  const api = await withPolicy("validating", policy, { validationActions: ["Deny"] });
  t.after(api.close);
  const spec = { policyName: "p", validationActions: ["Warn"] };
  await api.json(`POST ${REGISTRATION}/validatingadmissionpolicybindings`, { metadata: { name: "q" }, spec });
  const { status, headers } = await api.call(`POST ${CONFIG_MAPS}`, { metadata: { name: "c" } });
  assert.equal(status, 422);
  assert.match(String(headers.warning), /with binding 'q': failed expression: false/);
});

test("expressions see what the query asks of a write", async (t) => {
  const expression = "request.options.kind == 'CreateOptions' && request.options.?fieldManager.orValue('') == 'm'";
  const policy = { matchConstraints: { resourceRules: [configMapRule] }, validations: [{ expression }] };
  const api = await withPolicy("validating", policy, { validationActions: ["Deny"] });
  t.after(api.close);
  assert.equal((await api.json(`POST ${CONFIG_MAPS}?fieldManager=m`, { metadata: { name: "c" } })).kind, "ConfigMap");
  assert.equal((await api.json(`POST ${CONFIG_MAPS}`, { metadata: { name: "d" } })).code, 422);
});

test("all mutations that fail are told of, and those that don't still count", async (t) => {
  const mutations = ["Object{nope: 'x'}", "Object{data: {'a': 'b'}}", "Object{data: {'c': object.data.none}}"].map(
    (expression) => ({ patchType: "ApplyConfiguration", applyConfiguration: { expression } }),
  );
  const policy = { matchConstraints: { resourceRules: [{ ...configMapRule, operations: ["CREATE"] }] }, mutations };
  const strict = await withPolicy("mutating", { ...policy, reinvocationPolicy: "Never", failurePolicy: "Fail" });
  t.after(strict.close);
  const refused = await strict.json(`POST ${CONFIG_MAPS}`, { metadata: { name: "c" } });
  assert.deepEqual([refused.code, refused.reason, refused.details.causes.length], [403, "Invalid", 2]);
  const lax = await withPolicy("mutating", { ...policy, reinvocationPolicy: "Never", failurePolicy: "Ignore" });
  t.after(lax.close);
  assert.deepEqual((await lax.json(`POST ${CONFIG_MAPS}`, { metadata: { name: "c" } })).data, { a: "b" });
});

test("what a variable fails of is told with its name", async (t) => {
  const policy = {
    matchConstraints: { resourceRules: [configMapRule] },
    variables: [{ name: "broken", expression: "object.data.none" }],
    validations: [{ expression: "variables.broken == 'x'" }],
  };
  const api = await withPolicy("validating", policy, { validationActions: ["Deny"] });
  t.after(api.close);
  const { message } = await api.json(`POST ${CONFIG_MAPS}`, { metadata: { name: "c" }, data: {} });
  assert.match(message, /resulted in error: composited variable "broken" fails to evaluate: no such key: /);
});
