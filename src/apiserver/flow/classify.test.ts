import assert from "node:assert/strict";
import { test } from "node:test";
import type { FlowSchema, PriorityLevelConfiguration } from "../../api/index.ts";
import { requestInfo } from "../http/request-info.ts";
import { flowOf, flowsOf, rulesAbout } from "./classify.ts";

type Rules = FlowSchema["spec"]["rules"];
const schema = (name: string, matchingPrecedence: number, rules: Rules, level = "l") =>
  ({
    metadata: { name },
    spec: { matchingPrecedence, priorityLevelConfiguration: { name: level }, rules },
  }) as FlowSchema;
const level = { metadata: { name: "l" } } as PriorityLevelConfiguration;
const group = (name: string) => [{ kind: "Group", group: { name } }];
const everything = { verbs: ["*"], apiGroups: ["*"], resources: ["*"], clusterScope: true, namespaces: ["*"] };

function check(schemas: readonly FlowSchema[], [method, path]: [string, string], wanted: string | undefined): void {
  const user = { name: "system:serviceaccount:ns:a", groups: ["g"] };
  const rules = rulesAbout(flowsOf(schemas, [level]), user);
  const found = flowOf(rules, requestInfo(method, path, new URLSearchParams()));
  assert.equal(found?.schema.metadata.name, wanted);
}

test("the lowest precedence that matches wins, then the name; schemas without their level don't count", () => {
  const rules: Rules = [{ subjects: group("g"), resourceRules: [everything] }];
  check([schema("b", 5, rules), schema("a", 5, rules), schema("z", 1, rules, "missing")], ["GET", "/api/v1/pods"], "a");
});

test("scope, verbs and resources must all match", () => {
  const namespaced = { ...everything, clusterScope: false, verbs: ["get"], resources: ["pods"] };
  const only = [schema("only", 1, [{ subjects: group("g"), resourceRules: [namespaced] }])];
  check(only, ["GET", "/api/v1/namespaces/x/pods/p"], "only");
  check(only, ["GET", "/api/v1/namespaces/x/pods/p/status"], undefined);
  check(only, ["DELETE", "/api/v1/namespaces/x/pods/p"], undefined);
  check(only, ["GET", "/api/v1/nodes/n"], undefined);
});

test("service accounts and paths match by name or by what begins so", () => {
  const accounts = [{ kind: "ServiceAccount", serviceAccount: { namespace: "ns", name: "*" } }];
  const paths = [{ verbs: ["get"], nonResourceURLs: ["/mine/*"] }];
  const mine = [schema("mine", 1, [{ subjects: accounts, nonResourceRules: paths }])];
  check(mine, ["GET", "/mine/x"], "mine");
  check(mine, ["GET", "/minex"], undefined);
});
