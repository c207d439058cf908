import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { server } from "../testing/requests.ts";

const REGISTRATION = "/apis/admissionregistration.k8s.io/v1";
const PODS = "/api/v1/namespaces/default/pods";

/** A server on which only connections may be made of which an expression holds. */
async function allowing(t: TestContext, resources: string[], expression: string) {
  const api = await server();
  t.after(api.close);
  const rule = { apiGroups: [""], apiVersions: ["v1"], resources, operations: ["CONNECT"] };
  const validations = [{ expression, message: "not so" }];
  const spec = { matchConstraints: { resourceRules: [rule] }, validations };
  await api.json(`POST ${REGISTRATION}/validatingadmissionpolicies`, { metadata: { name: "p" }, spec });
  const bound = { policyName: "p", validationActions: ["Deny"] };
  await api.json(`POST ${REGISTRATION}/validatingadmissionpolicybindings`, { metadata: { name: "p" }, spec: bound });
  return async (request: string) => {
    const { code, message } = await api.json(request);
    return code === 404 ? "let pass" : message.replace(/^.*denied request: /, "");
  };
}

test("policies see who wants to run a command in a pod, before the pod is looked for", async (t) => {
  const isNamed = "request.kind.kind == 'PodExecOptions' && request.subResource == 'exec' && request.name == 'a'";
  const ask = await allowing(t, ["pods/exec"], `${isNamed} && object.command == ['ls', '-l'] && object.stdin`);
  assert.equal(await ask(`POST ${PODS}/a/exec?command=ls&command=-l&stdin=true`), "let pass");
  assert.equal(await ask(`POST ${PODS}/a/exec?command=rm&stdin=true`), "not so");
  assert.equal(await ask(`GET ${PODS}/b/exec?command=ls&command=-l&stdin=true`), "not so");
  assert.equal(await ask(`POST ${PODS}/a/attach?stdin=true`), "let pass");
});

test("what is not asked for isn't there, and lists hold numbers", async (t) => {
  const ask = await allowing(
    t,
    ["pods/portforward", "pods/attach"],
    "request.subResource == 'attach' ? !has(object.tty) && object.container == 'c' : object.ports == [80, 81]",
  );
  assert.equal(await ask(`POST ${PODS}/a/attach?container=c&tty=false`), "let pass");
  assert.equal(await ask(`POST ${PODS}/a/attach?container=c&tty=true`), "not so");
  assert.equal(await ask(`POST ${PODS}/a/portforward?ports=80&ports=81`), "let pass");
  assert.equal(await ask(`POST ${PODS}/a/portforward?ports=80`), "not so");
});

test("of proxies the path behind them is shown, whatever their target is called", async (t) => {
  const ask = await allowing(t, ["*/proxy"], "object.?path.orValue('') == '/proxy/a b/'");
  assert.equal(await ask(`GET ${PODS}/proxy/proxy/proxy/a%20b/`), "let pass");
  assert.equal(await ask("PUT /api/v1/namespaces/default/services/proxy:80/proxy/proxy/a%20b/"), "let pass");
  assert.equal(await ask("GET /api/v1/nodes/n/proxy/proxy/a%20b/"), "let pass");
  assert.equal(await ask("GET /api/v1/nodes/n/proxy"), "not so");
});
