import assert from "node:assert/strict";
import { test } from "node:test";
import { forbiddenNodeLabels } from "./node-labels.ts";

test("a kubelet sets its own labels and those of nobody, not Kubernetes' others", () => {
  assert.deepEqual(
    forbiddenNodeLabels([
      "a",
      "example.com/a",
      "kubernetes.io/os",
      "topology.kubernetes.io/zone",
      "kubelet.kubernetes.io/x",
      "sub.node.kubernetes.io/x",
    ]),
    [],
  );
  const forbidden = [
    "a.k8s.io/x",
    "kubernetes.io/made-up",
    "node-restriction.kubernetes.io/x",
    "x.node-restriction.kubernetes.io/y",
  ];
  assert.deepEqual(forbiddenNodeLabels([...forbidden].reverse()), forbidden);
  assert.deepEqual(forbiddenNodeLabels(["notkubernetes.io/x"]), []);
});
