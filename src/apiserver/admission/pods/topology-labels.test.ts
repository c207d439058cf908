import assert from "node:assert/strict";
import { test } from "node:test";
import { server } from "../../testing/requests.ts";

const PODS = "/api/v1/namespaces/default/pods";
const pod = (spec: object = {}) => ({
  metadata: { name: "p", labels: { a: "b" } },
  spec: { containers: [{ name: "c", image: "i" }], automountServiceAccountToken: false, ...spec },
});

async function withNode() {
  const api = await server();
  const labels = { "topology.kubernetes.io/zone": "z", "kubernetes.io/hostname": "h" };
  await api.json("POST /api/v1/nodes", { metadata: { name: "n", labels } });
  await api.json("POST /api/v1/namespaces/default/serviceaccounts", { metadata: { name: "default" } });
  return api;
}

test("a pod that is bound to a node tells in which zone that is", async (t) => {
  const api = await withNode();
  t.after(api.close);
  await api.json(`POST ${PODS}`, pod());
  await api.json(`POST ${PODS}/p/binding`, { metadata: { name: "p" }, target: { kind: "Node", name: "n" } });
  const { metadata } = await api.json(`GET ${PODS}/p`);
  assert.deepEqual(metadata.labels, { a: "b", "topology.kubernetes.io/zone": "z" });
});

test("so does a pod that names its node", async (t) => {
  const api = await withNode();
  t.after(api.close);
  const { metadata } = await api.json(`POST ${PODS}`, pod({ nodeName: "n" }));
  assert.deepEqual(metadata.labels, { a: "b", "topology.kubernetes.io/zone": "z" });
});

test("a pod without a spec is refused for that", async (t) => {
  const api = await withNode();
  t.after(api.close);
  const { spec: _, ...rest } = pod();
  assert.equal((await api.json(`POST ${PODS}`, rest)).code, 422);
});

test("policies see bindings", async (t) => {
  const api = await withNode();
  t.after(api.close);
  const registration = "/apis/admissionregistration.k8s.io/v1";
  const rule = { apiGroups: [""], apiVersions: ["v1"], resources: ["pods/binding"], operations: ["CREATE"] };
  const validations = [{ expression: "request.kind.kind == 'Binding' && object.target.name != 'n'" }];
  const spec = { matchConstraints: { resourceRules: [rule] }, validations };
  await api.json(`POST ${registration}/validatingadmissionpolicies`, { metadata: { name: "p" }, spec });
  const bound = { metadata: { name: "p" }, spec: { policyName: "p", validationActions: ["Deny"] } };
  await api.json(`POST ${registration}/validatingadmissionpolicybindings`, bound);
  await api.json(`POST ${PODS}`, pod());
  const { code } = await api.json(`POST ${PODS}/p/binding`, { metadata: { name: "p" }, target: { name: "n" } });
  assert.equal(code, 422);
  await api.json(`POST ${PODS}/p/binding`, { metadata: { name: "p" }, target: { name: "other" } });
  assert.equal((await api.json(`GET ${PODS}/p`)).spec.nodeName, "other");
});
