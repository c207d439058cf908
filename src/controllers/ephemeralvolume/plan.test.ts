import assert from "node:assert/strict";
import { test } from "node:test";
import type { Pod } from "../../api/index.ts";
import { claimsFor } from "./plan.ts";

test("a claim for each ephemeral volume, owned by the pod", () => {
  const volumes = [
    { name: "v", ephemeral: { volumeClaimTemplate: { metadata: { labels: { a: "b" } }, spec: { x: 1 } } } },
    { name: "w", emptyDir: {} },
  ];
  const pod = { metadata: { namespace: "n", name: "p", uid: "u" }, spec: { volumes } } as unknown as Pod;
  const [claim, ...more] = claimsFor(pod);
  assert.equal(more.length, 0);
  assert.equal(claim?.metadata.name, "p-v");
  assert.deepEqual(claim?.metadata.labels, { a: "b" });
  assert.equal(claim?.metadata.ownerReferences?.[0]?.uid, "u");
});
