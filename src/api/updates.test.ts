import { deepStrictEqual } from "node:assert";
import { test } from "node:test";
import type { FieldError, KindBehavior } from "./kind.ts";
import { controllerRevisionBehavior } from "./apps/v1/controllerrevision.behavior.ts";
import { nodeBehavior } from "./core/v1/node.behavior.ts";
import { definitionBehavior } from "./apiextensions/v1/customresourcedefinition.behavior.ts";
import { persistentVolumeBehavior } from "./core/v1/persistentvolume.behavior.ts";
import { persistentVolumeClaimBehavior } from "./core/v1/persistentvolumeclaim.behavior.ts";
import { validateChangedEvent } from "./core/v1/event.validate.ts";
import { ingressClassBehavior } from "./networking/v1/ingressclass.behavior.ts";
import { serviceCIDRBehavior } from "./networking/v1/servicecidr.behavior.ts";
import { csiDriverBehavior } from "./storage/v1/csidriver.behavior.ts";
import { csiStorageCapacityBehavior } from "./storage/v1/csistoragecapacity.behavior.ts";
import { storageClassBehavior } from "./storage/v1/storageclass.behavior.ts";
import { volumeAttributesClassBehavior } from "./storage/v1/volumeattributesclass.behavior.ts";
import { claimTemplateBehavior } from "./resource/v1/resourceclaim.behavior.ts";
import { sliceBehavior } from "./resource/v1/resourceslice.behavior.ts";

// What a changed object is told: whether it is valid as such as well as what may not change, in the original's order.

const told = (errors: readonly FieldError[]) => errors.map(({ path, type }) => `${path} ${type}`);
const metadata = { name: "x" };
const NO_METADATA = { whole: [], change: [] };

function update(behavior: KindBehavior<never>, object: object, old: object): string[] {
  return told(behavior.validateUpdate!({ metadata, ...object } as never, { metadata, ...old } as never, NO_METADATA));
}

const CASES: readonly [string, KindBehavior<never>, object, object, readonly string[]][] = [
  [
    "a storage class is validated first",
    storageClassBehavior as never,
    { provisioner: "", volumeBindingMode: "Immediate" },
    { provisioner: "a.b/c", volumeBindingMode: "Immediate" },
    ["provisioner Required", "provisioner Invalid"],
  ],
  [
    "what a storage class tells its driver is looked at before the driver",
    storageClassBehavior as never,
    { provisioner: "c.d/e", parameters: { a: "b" }, volumeBindingMode: "Immediate" },
    { provisioner: "a.b/c", volumeBindingMode: "Immediate" },
    ["parameters Invalid", "provisioner Invalid"],
  ],
  [
    "so is a storage capacity",
    csiStorageCapacityBehavior as never,
    { storageClassName: "B" },
    { storageClassName: "b" },
    ["storageClassName Invalid", "storageClassName Invalid"],
  ],
  [
    "a volume attributes class is told of the change first",
    volumeAttributesClassBehavior as never,
    { driverName: "", parameters: { a: "b" } },
    { driverName: "a.b", parameters: { a: "b" } },
    ["driverName Forbidden", "driverName Required"],
  ],
  [
    "so is an ingress class",
    ingressClassBehavior as never,
    { spec: {} },
    { spec: { controller: "a.b/c" } },
    ["spec.controller Invalid", "spec.controller Required"],
  ],
  [
    "a controller revision that loses its data is only told that it can't change",
    controllerRevisionBehavior as never,
    { revision: 1 },
    { data: {}, revision: 1 },
    ["data Invalid"],
  ],
  [
    "a claim template is validated first",
    claimTemplateBehavior as never,
    { spec: { metadata: { labels: { a: "B !" } }, spec: { devices: {} } } },
    { spec: { metadata: {}, spec: { devices: {} } } },
    ["spec.metadata.labels Invalid", "spec Invalid"],
  ],
  [
    "a slice is told of the change before the rule for its nodes",
    sliceBehavior as never,
    { spec: { driver: "a.b", pool: { name: "p", resourceSliceCount: 1, generation: 1 } } },
    { spec: { driver: "a.b", pool: { name: "p", resourceSliceCount: 1, generation: 1 }, nodeName: "n" } },
    ["spec.nodeName Invalid", "spec Required"],
  ],
  [
    "a node's taints are looked at twice",
    nodeBehavior as never,
    { spec: { taints: [{ key: "a", effect: "" }] }, status: {} },
    { spec: {}, status: {} },
    ["metadata.taints[0].effect Required", "metadata.taints[0].effect Required"],
  ],
];

for (const [name, behavior, object, old, expected] of CASES)
  test(name, () => deepStrictEqual(update(behavior, object, old), expected));

const volume = persistentVolumeBehavior as never;
const volumeSpec = (key: string, more = {}) => ({
  spec: {
    capacity: { storage: "1Gi" },
    accessModes: ["ReadWriteOnce"],
    csi: { driver: "a.b", volumeHandle: "h" },
    nodeAffinity: {
      required: { nodeSelectorTerms: [{ matchExpressions: [{ key, operator: "In", values: ["a"] }] }] },
    },
    ...more,
  },
});

test("of the nodes of a volume only labels that got their final names may change", () => {
  const old = volumeSpec("failure-domain.beta.kubernetes.io/zone");
  const keys = ["topology.kubernetes.io/zone", "topology.kubernetes.io/region", "kubernetes.io/os"];
  deepStrictEqual(
    keys.map((key) => update(volume as never, volumeSpec(key), old)),
    [[], ["nodeAffinity Invalid"], ["nodeAffinity Invalid"]],
  );
  const back = update(volume as never, old, volumeSpec("topology.kubernetes.io/zone"));
  deepStrictEqual(back, ["nodeAffinity Invalid"]);
});

test("a volume keeps a class of attributes; a bound claim may give its up", () => {
  const withClass = (volumeAttributesClassName?: string) => volumeSpec("a", { volumeAttributesClassName });
  deepStrictEqual(
    [undefined, "", "y"].map((name) => update(volume as never, withClass(name), withClass("x"))),
    [
      ["spec.volumeAttributesClassName Forbidden"],
      ["spec.volumeAttributesClassName Required", "spec.volumeAttributesClassName Required"],
      [],
    ],
  );
  const claim = (name?: string, more = {}) => ({
    spec: {
      accessModes: ["ReadWriteOnce"],
      resources: { requests: { storage: "1Gi" } },
      volumeAttributesClassName: name,
      ...more,
    },
    status: { phase: "Bound" },
  });
  const behavior = persistentVolumeClaimBehavior as never;
  deepStrictEqual(
    [undefined, "", "y"].map((name) => update(behavior, claim(name), claim("x"))),
    [[], [], []],
  );
  const from = (apiGroup: string) => claim("x", { dataSourceRef: { apiGroup, kind: "K", name: "n" } });
  deepStrictEqual(update(behavior, from("B!"), from("a.b")), ["spec Forbidden"]);
});

test("an event of the newer form is told twice of a changed reason, and absent texts are shown as empty", () => {
  const event = {
    metadata: { name: "x", namespace: "n" },
    involvedObject: { namespace: "n" },
    source: {},
    type: "Normal",
  };
  const errors = validateChangedEvent(
    { ...event, type: undefined } as never,
    { ...event, reason: "R" } as never,
    NO_METADATA,
  );
  deepStrictEqual(
    errors.map(({ path, value }) => [path, value]),
    [
      ["reason", ""],
      ["reason", ""],
      ["type", ""],
    ],
  );
});

test("a driver is warned about its tokens when their requests change", () => {
  const spec = (audience: string, more = {}) =>
    ({ metadata, spec: { tokenRequests: [{ audience }], ...more } }) as never;
  const count = (object: never, old?: never) => csiDriverBehavior.warnings!(object, old).length;
  deepStrictEqual(
    [count(spec("a")), count(spec("b"), spec("a")), count(spec("a", { podInfoOnMount: true }), spec("a"))],
    [1, 1, 0],
  );
});

test("a service's ranges stay, but for a second one", () => {
  const one = ["10.0.0.0/8"];
  const two = [...one, "fd00::/64"];
  const change = (old: readonly string[], cidrs?: readonly string[]) =>
    update(serviceCIDRBehavior as never, { spec: { cidrs } }, { spec: { cidrs: old } });
  deepStrictEqual(
    [change(one, two), change(one, ["11.0.0.0/8"]), change(one), change(two, one)],
    [[], ["spec.cidrs[0] Invalid"], ["spec.cidrs Invalid"], ["spec.cidrs Invalid"]],
  );
});

test("a volume's status says when its phase last changed, whatever an update leaves out", () => {
  const [old, now] = [{ status: { phase: "Available", lastPhaseTransitionTime: "T1" } }, "T3"];
  const written = (status: object) => {
    const volume = { status: { ...status } };
    persistentVolumeBehavior.settleStatusUpdate!(volume as never, old as never, now);
    return (volume.status as { lastPhaseTransitionTime?: string }).lastPhaseTransitionTime;
  };
  deepStrictEqual(
    [
      written({ phase: "Available" }),
      written({ phase: "Bound" }),
      written({ phase: "Bound", lastPhaseTransitionTime: "T1" }),
      written({ phase: "Bound", lastPhaseTransitionTime: "T2" }),
      written({ phase: "Available", lastPhaseTransitionTime: "T2" }),
    ],
    ["T1", "T3", "T3", "T2", "T2"],
  );
});

test("a definition is warned about formats that its types don't have", () => {
  const properties = {
    a: { type: "integer", format: "zzz" },
    b: { type: "integer", format: "int64" },
    c: { type: "number", format: "int32" },
    d: { type: "object", format: "date" },
    e: { format: "date" },
    f: { type: "string", format: "yyy" },
  };
  const spec = { versions: [{ schema: { openAPIV3Schema: { type: "object", properties } } }] };
  deepStrictEqual(
    definitionBehavior.warnings!({ metadata, spec } as never, undefined),
    ["zzz", "int32", "date", "yyy"].map((format) => `unrecognized format "${format}"`),
  );
});
