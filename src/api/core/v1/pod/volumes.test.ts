import assert from "node:assert/strict";
import { test } from "node:test";
import { validateVolumes } from "./volumes.ts";

test("an ephemeral volume's name makes that of its claim, where the pod has one", () => {
  const spec = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } };
  const volume = { name: "a%", ephemeral: { volumeClaimTemplate: { spec } } };
  const problems = (podName: string | undefined) =>
    validateVolumes("v", [volume] as never, podName).errors.map(
      ({ path, detail }) => `${path}: ${detail.slice(0, 22)}`,
    );
  assert.deepEqual(problems("p"), ['v[0].name: PVC name "p-a%": a low', "v[0].name: a lowercase RFC 1123 l"]);
  assert.deepEqual(problems(undefined), ["v[0].name: a lowercase RFC 1123 l"]);
});
