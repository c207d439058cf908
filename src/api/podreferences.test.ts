import assert from "node:assert/strict";
import { test } from "node:test";
import { configMapNames, secretNames, volumeClaimNames, volumeSecrets } from "./podreferences.ts";

const POD = {
  metadata: { name: "p" },
  spec: {
    imagePullSecrets: [{ name: "pull" }],
    containers: [
      {
        name: "c",
        env: [{ name: "A", valueFrom: { secretKeyRef: { name: "env" } } }],
        envFrom: [{ configMapRef: { name: "config" } }, { secretRef: { name: "all" } }],
      },
    ],
    volumes: [
      { name: "a", secret: { secretName: "file" } },
      { name: "b", cephfs: { secretRef: { name: "ceph" } } },
      { name: "c", csi: { nodePublishSecretRef: { name: "csi" } } },
      { name: "d", projected: { sources: [{ secret: { name: "part" } }, { configMap: { name: "piece" } }] } },
      { name: "e", ephemeral: {} },
      { name: "f", persistentVolumeClaim: { claimName: "claim" } },
    ],
  },
};

test("a pod names secrets, config maps and claims in many places", () => {
  assert.deepEqual([...secretNames(POD as never)], ["pull", "file", "ceph", "csi", "part", "all", "env"]);
  assert.deepEqual([...configMapNames(POD as never)], ["piece", "config"]);
  assert.deepEqual([...volumeClaimNames(POD as never)], ["p-e", "claim"]);
});

test("a volume's secrets are where it says, or beside its claim", () => {
  const volume = (source: object) => ({ spec: { claimRef: { namespace: "n" }, ...source } }) as never;
  const csi = { nodeStageSecretRef: { name: "s", namespace: "other" }, controllerPublishSecretRef: { name: "no" } };
  assert.deepEqual(volumeSecrets(volume({ csi })), [{ name: "s", namespace: "other" }]);
  assert.deepEqual(volumeSecrets(volume({ azureFile: { secretName: "s" } })), [{ name: "s", namespace: "n" }]);
});
