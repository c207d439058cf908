import assert from "node:assert/strict";
import { test } from "node:test";
import type { PersistentVolume, PersistentVolumeClaim, Pod, StorageClass } from "../api/index.ts";
import { rejectionOf } from "./cycle.ts";
import type { Plugin } from "./framework.ts";
import { nodeVolumeLimits } from "./plugins/node-volume-limits.ts";
import { volumeBinding } from "./plugins/volume-binding.ts";
import { volumeRestrictions } from "./plugins/volume-restrictions.ts";
import { cacheOf, node, noVolumes, pod } from "./testing/objects.ts";
import type { Volumes } from "./volumes.ts";

const using = (name: string, volume: object, on = "") => pod(name, { on, volumes: [{ name: "v", ...volume }] });
const claimed = { persistentVolumeClaim: { claimName: "c" } };

const claim = (spec: object, annotations: object = {}): PersistentVolumeClaim =>
  ({
    metadata: { name: "c", namespace: "default", uid: "c", annotations },
    spec: { storageClassName: "sc", ...spec },
    status: {},
  }) as unknown as PersistentVolumeClaim;

function ask(plugin: Plugin, wanted: Pod, placed: readonly Pod[] = []): string {
  const cache = cacheOf([node("a", { labels: { zone: "1" } })], placed);
  const preparation = plugin.prepare?.(wanted, cache) ?? {};
  if (preparation.reject) return preparation.reject.reasons.join();
  return rejectionOf(wanted, cache.node("a")!, [{ plugin, ...preparation }])?.reasons.join() ?? "fits";
}

const disk = (readOnly: boolean) => ({ gcePersistentDisk: { pdName: "d", readOnly } });

test("a disk is shared by readers only", () => {
  const plugin = volumeRestrictions(noVolumes());
  assert.equal(ask(plugin, using("p", disk(true)), [using("r", disk(true), "a")]), "fits");
  assert.equal(ask(plugin, using("p", disk(false)), [using("r", disk(true), "a")]), "node(s) had no available disk");
});

test("a claim for one pod is taken while another uses it", () => {
  const volumes = noVolumes({ claim: () => claim({ accessModes: ["ReadWriteOncePod"] }) });
  assert.match(ask(volumeRestrictions(volumes), using("p", claimed), [using("r", claimed, "a")]), /ReadWriteOncePod/);
  assert.equal(ask(volumeRestrictions(volumes), using("p", claimed)), "fits");
});

const late = (provisioner: string, more: object = {}) =>
  ({
    metadata: { name: "sc" },
    provisioner,
    volumeBindingMode: "WaitForFirstConsumer",
    ...more,
  }) as unknown as StorageClass;
const local = (zone: string) =>
  ({
    metadata: { name: "pv" },
    spec: {
      capacity: { storage: "1Gi" },
      storageClassName: "sc",
      nodeAffinity: {
        required: { nodeSelectorTerms: [{ matchExpressions: [{ key: "zone", operator: "In", values: [zone] }] }] },
      },
    },
    status: { phase: "Available" },
  }) as unknown as PersistentVolume;

const bindings: readonly (readonly [string, Partial<Volumes>, string])[] = [
  ["no claim", {}, 'persistentvolumeclaim "c" not found'],
  [
    "a claim that should be bound by now",
    { claim: () => claim({}) },
    "pod has unbound immediate PersistentVolumeClaims",
  ],
  [
    "a volume here",
    { claim: () => claim({}), storageClass: () => late("kubernetes.io/no-provisioner"), volumesOf: () => [local("1")] },
    "fits",
  ],
  [
    "a volume elsewhere",
    { claim: () => claim({}), storageClass: () => late("kubernetes.io/no-provisioner"), volumesOf: () => [local("2")] },
    "node(s) didn't find available persistent volumes to bind",
  ],
  ["one can be made", { claim: () => claim({}), storageClass: () => late("x.io/p") }, "fits"],
  [
    "no storage left to make one of",
    {
      claim: () => claim({}),
      storageClass: () => late("x.io/p"),
      csiDriver: () => ({ spec: { storageCapacity: true } }) as never,
    },
    "node(s) did not have enough free storage",
  ],
  [
    "bound to a volume elsewhere",
    {
      claim: () => claim({ volumeName: "pv" }, { "pv.kubernetes.io/bind-completed": "yes" }),
      volume: () => local("2"),
    },
    "node(s) didn't match PersistentVolume's node affinity",
  ],
];

for (const [name, known, expected] of bindings) {
  test(`volume binding: ${name}`, () => {
    assert.equal(ask(volumeBinding(noVolumes(known)), using("p", claimed)), expected);
  });
}

test("a driver attaches no more volumes to a node than it says", () => {
  const volumes = (count: number) =>
    noVolumes({
      claim: (_, name) => claim({ volumeName: name }),
      volume: (name) => ({ spec: { csi: { driver: "x.io", volumeHandle: name } } }) as never,
      csiNode: () => ({ spec: { drivers: [{ name: "x.io", allocatable: { count } }] } }) as never,
    });
  const other = { persistentVolumeClaim: { claimName: "d" } };
  assert.equal(ask(nodeVolumeLimits(volumes(2)), using("p", claimed), [using("r", other, "a")]), "fits");
  assert.equal(
    ask(nodeVolumeLimits(volumes(1)), using("p", claimed), [using("r", other, "a")]),
    "node(s) exceed max volume count",
  );
});
