import assert from "node:assert/strict";
import { test } from "node:test";
import { requestInfo } from "../http/request-info.ts";
import { rulingFor } from "./policy.ts";
import { AuditPolicyError, parseAuditPolicy } from "./policy-file.ts";

const HEAD = "apiVersion: audit.k8s.io/v1\nkind: Policy\n";
const POLICY = parseAuditPolicy(`${HEAD}omitStages: [RequestReceived]
rules:
- {level: None, users: [quiet]}
- {level: Metadata, userGroups: [team], verbs: [delete]}
- {level: Request, resources: [{group: "", resources: [secrets], resourceNames: [a]}], omitStages: [Panic]}
- {level: RequestResponse, resources: [{group: "", resources: ["pods/*", "*/token"]}], omitManagedFields: true}
- {level: Metadata, resources: [{group: apps}], namespaces: [n]}
- {level: Request, nonResourceURLs: ["/healthz*"]}
- {level: Metadata, nonResourceURLs: ["*"]}
`);

const check = (request: string, level: string, name = "ann", groups: readonly string[] = []) =>
  test(`${request} of ${name}`, () => {
    const [method = "", path = ""] = request.split(" ");
    assert.equal(rulingFor(POLICY, requestInfo(method, path, new URLSearchParams()), { name, groups }).level, level);
  });

check("GET /healthz", "None", "quiet");
check("GET /healthz/x", "Request");
check("GET /apis", "Metadata");
check("DELETE /api/v1/namespaces/n/pods/p", "Metadata", "ann", ["team"]);
check("DELETE /api/v1/namespaces/n/pods/p", "RequestResponse");
check("GET /api/v1/namespaces/n/secrets/a", "Request");
check("GET /api/v1/namespaces/n/secrets/b", "None");
check("GET /api/v1/namespaces/n/pods/p/log", "RequestResponse");
check("POST /api/v1/namespaces/n/serviceaccounts/s/token", "RequestResponse");
check("GET /apis/apps/v1/namespaces/n/deployments", "Metadata");
check("GET /apis/apps/v1/namespaces/m/deployments", "None");
check("GET /apis/apps/v1/deployments", "None");

test("the stages that a policy leaves out and those of its rule; what neither says is as the policy has it", () => {
  const info = requestInfo("GET", "/api/v1/namespaces/n/secrets/a", new URLSearchParams());
  assert.deepEqual(rulingFor(POLICY, info, undefined), {
    level: "Request",
    omitStages: ["RequestReceived", "Panic"],
    omitManagedFields: false,
  });
});

const refuses = (text: string, message: string) =>
  test(`a policy is refused: ${message}`, () => {
    assert.throws(
      () => parseAuditPolicy(text),
      (error) => error instanceof AuditPolicyError && error.message === message,
    );
  });

refuses(`${HEAD}rules: []`, "loaded illegal policy with 0 rules");
refuses("rules:\n- level: None", "unknown group version field audit.k8s.io/__internal, Kind=Policy in policy");
refuses(
  "apiVersion: audit.k8s.io/v1beta1\nkind: Policy\nrules:\n- level: None",
  'failed decoding: no kind "Policy" is registered for version "audit.k8s.io/v1beta1" in scheme "pkg/runtime/scheme.go:111"',
);
refuses(
  `${HEAD}omitStages: [X]\nrules:\n- level: Nope`,
  '[omitStages[0]: Invalid value: "X": allowed stages are RequestReceived,ResponseStarted,ResponseComplete,Panic, rules[0].level: Unsupported value: "Nope": supported values: "Metadata", "None", "Request", "RequestResponse"]',
);
refuses(
  `${HEAD}rules:\n- level: None\n  nonResourceURLs: [x]\n  namespaces: [n]`,
  '[rules[0].nonResourceURLs[0]: Invalid value: "x": non-resource URL rules must begin with a \'/\' character, rules[0].nonResourceURLs: Invalid value: ["x"]: rules cannot apply to both regular resources and non-resource URLs]',
);
refuses(
  `${HEAD}rules:\n- level: None\n  users: 7`,
  "failed decoding: json: cannot unmarshal number into field rules.users of type list",
);
