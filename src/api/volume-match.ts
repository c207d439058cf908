import type { PersistentVolume } from "./core/v1/persistentvolume.ts";
import type { PersistentVolumeClaim } from "./core/v1/persistentvolumeclaim.ts";
import type { Node } from "./core/v1/node.ts";
import { nodeSelectorMatches } from "./node-selector.ts";
import { compareQuantities } from "./quantity.ts";
import { labelSelectorMatches } from "./selector.ts";

const BETA_CLASS = "volume.beta.kubernetes.io/storage-class";

/** The storage class of a claim or a volume; "" for none, undefined for a claim that leaves it to the default. */
export function storageClassOf(object: PersistentVolumeClaim | PersistentVolume): string | undefined {
  return object.metadata.annotations?.[BETA_CLASS] ?? object.spec.storageClassName;
}

/** Whether a volume is for this claim and no other. */
export function isBoundTo({ spec: { claimRef } }: PersistentVolume, { metadata }: PersistentVolumeClaim): boolean {
  if (!claimRef || claimRef.name !== metadata.name || claimRef.namespace !== metadata.namespace) return false;
  return !claimRef.uid || claimRef.uid === metadata.uid;
}

/** Why a volume can't serve a claim; undefined when it can. */
export function volumeMismatch(volume: PersistentVolume, claim: PersistentVolumeClaim): string | undefined {
  const wanted = claim.spec.resources?.requests?.storage ?? "0";
  if (compareQuantities(volume.spec.capacity?.storage ?? "0", wanted) < 0) return "requested PV is too small";
  if ((storageClassOf(volume) ?? "") !== (storageClassOf(claim) ?? "")) return "storageClassName does not match";
  if ((volume.spec.volumeAttributesClassName ?? "") !== (claim.spec.volumeAttributesClassName ?? ""))
    return "VolumeAttributesClassName does not match";
  if ((volume.spec.volumeMode ?? "Filesystem") !== (claim.spec.volumeMode ?? "Filesystem"))
    return "incompatible volumeMode";
  const modes = volume.spec.accessModes ?? [];
  return (claim.spec.accessModes ?? []).every((mode) => modes.includes(mode)) ? undefined : "incompatible accessMode";
}

/** Whether a volume can be reached from a node. */
export function volumeReaches({ spec: { nodeAffinity } }: PersistentVolume, node: Node): boolean {
  return !nodeAffinity?.required || nodeSelectorMatches(nodeAffinity.required, node);
}

/** The volume to bind a claim to: one that is meant for it, or the smallest free one that fits. */
export function findVolume(
  claim: PersistentVolumeClaim,
  volumes: Iterable<PersistentVolume>,
  options: {
    /** Only volumes that this node reaches. */
    readonly node?: Node;
    /** Volumes that somebody else was just promised. */
    readonly taken?: ReadonlySet<string>;
    /** Without a node, only one that is meant for the claim: the others wait for a pod to say where. */
    readonly onlyMeant?: boolean;
  } = {},
): PersistentVolume | undefined {
  const { node, taken, onlyMeant } = options;
  let best: PersistentVolume | undefined;
  for (const volume of volumes) {
    if (taken?.has(volume.metadata.name) || (node && !volumeReaches(volume, node))) continue;
    if (isBoundTo(volume, claim)) {
      if (!volumeMismatch(volume, claim)) return volume;
      continue;
    }
    if (onlyMeant || !isFree(volume) || volumeMismatch(volume, claim)) continue;
    const { selector } = claim.spec;
    if (selector && !labelSelectorMatches(selector, volume.metadata.labels ?? {})) continue;
    if (!best || compareQuantities(volume.spec.capacity!.storage!, best.spec.capacity!.storage!) < 0) best = volume;
  }
  return best;
}

function isFree({ metadata, spec, status }: PersistentVolume): boolean {
  return !metadata.deletionTimestamp && !spec.claimRef && status.phase === "Available";
}
