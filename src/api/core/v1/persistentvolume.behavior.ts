import { jsonEqual, own } from "../../../base/index.ts";
import type { FieldError, KindBehavior, Mutable } from "../../kind.ts";
import { roundAmounts } from "../../quantity.ts";
import { changedField, forbiddenField, immutableField, internalValue, invalidValue } from "../../validation/index.ts";
import { VolumeNodeAffinity } from "./affinity.ts";
import type { PersistentVolume, PersistentVolumeSpec } from "./persistentvolume.ts";
import { sourceShapes, validateVolumeSpec } from "./persistentvolume.validate.ts";
import { persistentSources } from "./pod/index.ts";
import { PersistentVolumeSource } from "./volume.ts";
import { CLASS_ANNOTATION } from "./volumetext.ts";

const MOUNT_OPTIONS = "volume.beta.kubernetes.io/mount-options";

/** Types of volumes that may be mounted with options. */
const MOUNTABLE = [
  "gcePersistentDisk",
  "awsElasticBlockStore",
  "glusterfs",
  "nfs",
  "rbd",
  "quobyte",
  "iscsi",
  "cephfs",
  "cinder",
  "azureFile",
  "vsphereVolume",
  "azureDisk",
  "storageos",
] as const;

export const persistentVolumeBehavior: KindBehavior<PersistentVolume> = {
  metadataLooks: "placed",
  generation: false,
  prepareCreate(volume, now) {
    volume.status = { phase: "Pending", lastPhaseTransitionTime: now } as Mutable<PersistentVolume>["status"];
  },
  settleStatusUpdate(volume, old, now) {
    const { status } = volume;
    const { phase, lastPhaseTransitionTime: before } = old.status;
    const { lastPhaseTransitionTime: said = before } = status;
    const when = status.phase !== phase && said === before ? now : said;
    if (when !== undefined) status.lastPhaseTransitionTime = when;
  },
  setDefaults({ spec, status }) {
    spec.persistentVolumeReclaimPolicy ||= "Retain";
    spec.volumeMode ??= "Filesystem";
    status.phase ||= "Pending";
    roundAmounts(spec.capacity);
    setSourceDefaults(spec);
  },
  validate: validateVolume,
  // The original checks an updated volume twice, and so tells everything twice.
  validateUpdate: (volume, old, metadata) => [
    ...metadata.whole,
    ...validateVolume(volume),
    ...metadata.whole,
    ...validateVolumeSpec("spec", volume.spec, volume.metadata.name),
    ...validateChange(volume, old),
  ],
  warnings: volumeWarnings,
};

function setSourceDefaults({ hostPath }: Mutable<PersistentVolumeSpec>): void {
  if (hostPath) hostPath.type ??= "";
}

function validateVolume(volume: PersistentVolume): FieldError[] {
  return [...validateVolumeSpec("spec", volume.spec, volume.metadata.name), ...validateMountOptions(volume)];
}

function validateMountOptions({ metadata, spec }: PersistentVolume): FieldError[] {
  if (metadata.annotations?.[MOUNT_OPTIONS] === undefined || MOUNTABLE.some((source) => spec[source])) return [];
  const detail = "may not specify mount options for this volume type";
  return [forbiddenField(`metadata.annotations.${MOUNT_OPTIONS}`, detail)];
}

function validateChange({ spec }: PersistentVolume, old: PersistentVolume): FieldError[] {
  return [
    ...validateSameSource(spec, old.spec),
    ...immutableField("volumeMode", spec.volumeMode, old.spec.volumeMode),
    ...validateSameAffinity(spec, old.spec),
    ...validateAttributesClassKept(spec, old.spec),
  ];
}

/** The part of a spec that says where the data is. */
function sourceOf(spec: PersistentVolumeSpec): Readonly<Record<string, unknown>> {
  const names = Object.keys(persistentSources) as (keyof typeof persistentSources)[];
  return Object.fromEntries(names.filter((name) => spec[name] !== undefined).map((name) => [name, spec[name]]));
}

function validateSameSource(spec: PersistentVolumeSpec, old: PersistentVolumeSpec): FieldError[] {
  const secret = spec.csi?.controllerExpandSecretRef;
  // A secret for expansion may be added where there was none.
  const before =
    old.csi && !old.csi.controllerExpandSecretRef && secret
      ? { ...old, csi: { ...old.csi, controllerExpandSecretRef: secret } }
      : old;
  if (jsonEqual(sourceOf(spec), sourceOf(before))) return [];
  const shown = (one: PersistentVolumeSpec) => internalValue(PersistentVolumeSource, sourceOf(one), sourceShapes());
  const what = "spec.persistentvolumesource is immutable after creation";
  const change = { path: "spec", what, before: shown(before), after: shown(spec) };
  return [changedField("spec.persistentvolumesource", change)];
}

type Affinity = NonNullable<PersistentVolumeSpec["nodeAffinity"]>;
type Term = NonNullable<Affinity["required"]>["nodeSelectorTerms"][number];

/** Labels of nodes that had another name while they were beta. */
const FINAL_LABELS: Readonly<Record<string, string>> = {
  "beta.kubernetes.io/arch": "kubernetes.io/arch",
  "beta.kubernetes.io/instance-type": "node.kubernetes.io/instance-type",
  "beta.kubernetes.io/os": "kubernetes.io/os",
  "failure-domain.beta.kubernetes.io/region": "topology.kubernetes.io/region",
  "failure-domain.beta.kubernetes.io/zone": "topology.kubernetes.io/zone",
};

/** An affinity with the final names of labels wherever the new terms have taken to them. */
function withFinalLabels(affinity: Affinity, wanted: readonly Term[]): Affinity {
  if (!affinity.required) return affinity;
  const nodeSelectorTerms = affinity.required.nodeSelectorTerms.map((term, index) => {
    const matchExpressions = term.matchExpressions?.map((one, place) => {
      // The original takes a key that never was beta to have an empty name now.
      const key = own(FINAL_LABELS, one.key) ?? "";
      return wanted[index]?.matchExpressions?.[place]?.key === key ? { ...one, key } : one;
    });
    return matchExpressions ? { ...term, matchExpressions } : term;
  });
  return { ...affinity, required: { ...affinity.required, nodeSelectorTerms } };
}

function validateSameAffinity(spec: PersistentVolumeSpec, old: PersistentVolumeSpec): FieldError[] {
  if (!old.nodeAffinity) return [];
  const terms = spec.nodeAffinity?.required?.nodeSelectorTerms ?? [];
  if (jsonEqual(spec.nodeAffinity, withFinalLabels(old.nodeAffinity, terms))) return [];
  const shown = spec.nodeAffinity ? internalValue(VolumeNodeAffinity, spec.nodeAffinity) : null;
  const error = invalidValue("nodeAffinity", shown, "field is immutable, except for updating from beta label to GA");
  return [{ ...error, valuePath: "spec.nodeAffinity" }];
}

/** A class may change but not go. */
function validateAttributesClassKept(spec: PersistentVolumeSpec, old: PersistentVolumeSpec): FieldError[] {
  return old.volumeAttributesClassName === undefined || spec.volumeAttributesClassName !== undefined
    ? []
    : [forbiddenField("spec.volumeAttributesClassName", "update from non-nil value to nil is forbidden")];
}

/** Types that were taken out, and since when. */
const REMOVED_TYPES: Readonly<Partial<Record<keyof PersistentVolumeSpec, string>>> = {
  cephfs: "spec.cephfs: deprecated in v1.28, non-functional in v1.31+",
  photonPersistentDisk: "spec.photonPersistentDisk: deprecated in v1.11, non-functional in v1.16+",
  scaleIO: "spec.scaleIO: deprecated in v1.16, non-functional in v1.22+",
  storageos: "spec.storageOS: deprecated in v1.22, non-functional in v1.25+",
  glusterfs: "spec.glusterfs: deprecated in v1.25, non-functional in v1.26+",
  flocker: "spec.flocker: deprecated in v1.22, non-functional in v1.25+",
  quobyte: "spec.quobyte: deprecated in v1.22, non-functional in v1.25+",
  rbd: "spec.rbd: deprecated in v1.28, non-functional in v1.31+",
};

function volumeWarnings({ metadata: { annotations = {} }, spec }: PersistentVolume): string[] {
  const warnings: string[] = [];
  if (CLASS_ANNOTATION in annotations)
    warnings.push(
      `metadata.annotations[${CLASS_ANNOTATION}]: deprecated since v1.8; use "storageClassName" attribute instead`,
    );
  if (MOUNT_OPTIONS in annotations)
    warnings.push(
      `metadata.annotations[${MOUNT_OPTIONS}]: deprecated since v1.31; use "mountOptions" attribute instead`,
    );
  if (spec.persistentVolumeReclaimPolicy === "Recycle")
    warnings.push(
      "spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.",
    );
  for (const [type, text] of Object.entries(REMOVED_TYPES))
    if (spec[type as keyof PersistentVolumeSpec] !== undefined) warnings.push(text);
  return warnings;
}
