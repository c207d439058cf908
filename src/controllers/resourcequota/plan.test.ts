import assert from "node:assert/strict";
import { test } from "node:test";
import { evaluatorOf, type KubeObject, type ResourceQuota } from "../../api/index.ts";
import { statusOf } from "./plan.ts";

const quota = (hard: object, scopes?: readonly string[]): ResourceQuota =>
  ({ spec: { hard, ...(scopes && { scopes }) }, status: {} }) as unknown as ResourceQuota;

const pod = (spec: object, phase = "Running"): KubeObject =>
  ({
    metadata: { name: "p" },
    spec: { containers: [{ name: "c", resources: { requests: { cpu: "500m" } } }], ...spec },
    status: { phase },
  }) as unknown as KubeObject;

test("usage is what is there, of what the quota names; nothing counts as zero", () => {
  const counted = [
    { evaluator: evaluatorOf({ group: "", plural: "configmaps" }), objects: [pod({}), pod({})] },
    { evaluator: evaluatorOf({ group: "", plural: "secrets" }), objects: [pod({})] },
  ];
  const status = statusOf(quota({ configmaps: "10", services: "3" }), counted);
  assert.deepEqual(status, { hard: { configmaps: "10", services: "3" }, used: { configmaps: "2", services: "0" } });
});

test("finished pods don't count, and scopes choose", () => {
  const evaluator = evaluatorOf({ group: "", plural: "pods" });
  const objects = [pod({}), pod({ activeDeadlineSeconds: 5 }), pod({}, "Succeeded")];
  assert.deepEqual(statusOf(quota({ pods: "5", "requests.cpu": "2" }), [{ evaluator, objects }]).used, {
    pods: "2",
    "requests.cpu": "1",
  });
  assert.deepEqual(statusOf(quota({ pods: "5" }, ["Terminating"]), [{ evaluator, objects }]).used, { pods: "1" });
});
