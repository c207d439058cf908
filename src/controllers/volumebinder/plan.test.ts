import assert from "node:assert/strict";
import { test } from "node:test";
import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from "../../api/index.ts";
import { type ClaimObserved, planClaim, planVolume } from "./plan.ts";

const claim = (spec: object = {}, annotations: object = {}): PersistentVolumeClaim =>
  ({
    metadata: { name: "c", namespace: "n", uid: "u", annotations },
    spec: {
      storageClassName: "sc",
      accessModes: ["ReadWriteOnce"],
      resources: { requests: { storage: "1Gi" } },
      ...spec,
    },
    status: {},
  }) as unknown as PersistentVolumeClaim;

const volume = (name: string, storage: string, spec: object = {}, phase = "Available"): PersistentVolume =>
  ({
    metadata: { name },
    spec: { capacity: { storage }, storageClassName: "sc", accessModes: ["ReadWriteOnce"], ...spec },
    status: { phase },
  }) as unknown as PersistentVolume;

const storageClass = (provisioner: string, volumeBindingMode = "Immediate", annotations: object = {}): StorageClass =>
  ({ metadata: { name: "sc", annotations }, provisioner, volumeBindingMode }) as unknown as StorageClass;

function decide(given: PersistentVolumeClaim, more: Partial<ClaimObserved> = {}): string {
  const decided = planClaim({ claim: given, volumes: [], classes: [], waitingPod: undefined, ...more });
  switch (decided.do) {
    case "bind":
      return `bind ${decided.volume.metadata.name}`;
    case "setClass":
      return `class ${decided.name}`;
    default:
      return decided.note ? `${decided.do} ${decided.note.reason}` : decided.do;
  }
}

const local = storageClass("kubernetes.io/no-provisioner");
const late = storageClass("x.io/p", "WaitForFirstConsumer");
const meant = { claimRef: { namespace: "n", name: "c" } };
const other = { claimRef: { namespace: "n", name: "x", uid: "x" } };

const cases: readonly (readonly [string, PersistentVolumeClaim, Partial<ClaimObserved>, string])[] = [
  [
    "the smallest that fits",
    claim(),
    { volumes: [volume("a", "9Gi"), volume("b", "2Gi"), volume("c", "1Mi")] },
    "bind b",
  ],
  ["one that is meant for it first", claim(), { volumes: [volume("a", "1Gi"), volume("b", "9Gi", meant)] }, "bind b"],
  ["none built in", claim(), { classes: [local] }, "wait ProvisioningFailed"],
  ["made outside", claim(), { classes: [storageClass("x.io/p")] }, "provision ExternalProvisioning"],
  ["waits for a pod", claim(), { classes: [late], volumes: [volume("a", "2Gi")] }, "wait WaitForFirstConsumer"],
  ["waits for that pod's node", claim(), { classes: [late], waitingPod: "p" }, "wait WaitForPodScheduled"],
  [
    "made once a node is chosen",
    claim({}, { "volume.kubernetes.io/selected-node": "a" }),
    { classes: [late] },
    "provision ExternalProvisioning",
  ],
  [
    "named volume of another",
    claim({ volumeName: "a" }),
    { volumes: [volume("a", "2Gi", other)] },
    "wait FailedBinding",
  ],
  ["named volume too small", claim({ volumeName: "a" }), { volumes: [volume("a", "1Mi")] }, "wait VolumeMismatch"],
  ["lost", claim({ volumeName: "a" }, { "pv.kubernetes.io/bind-completed": "yes" }), {}, "lose ClaimLost"],
  ["no class at all", claim({ storageClassName: "" }), {}, "wait FailedBinding"],
  [
    "the default class",
    claim({ storageClassName: undefined }),
    { classes: [storageClass("x.io/p", "Immediate", { "storageclass.kubernetes.io/is-default-class": "true" })] },
    "class sc",
  ],
];

for (const [name, given, more, expected] of cases) {
  test(`claim: ${name}`, () => assert.equal(decide(given, more), expected));
}

test("volume: follows its claim", () => {
  const bound = (spec: object) => volume("v", "1Gi", { claimRef: { namespace: "n", name: "c", uid: "u" }, ...spec });
  assert.deepEqual(planVolume(volume("v", "1Gi"), undefined), { phase: "Available" });
  assert.deepEqual(planVolume(bound({}), claim({ volumeName: "v" })), { phase: "Bound" });
  assert.deepEqual(planVolume(bound({}), undefined), { phase: "Released" });
  assert.equal(
    planVolume(bound({ persistentVolumeReclaimPolicy: "Delete", hostPath: { path: "/x" } }), undefined).phase,
    "Failed",
  );
  assert.equal(planVolume(bound({ persistentVolumeReclaimPolicy: "Delete", csi: {} }), undefined).phase, "Released");
});
