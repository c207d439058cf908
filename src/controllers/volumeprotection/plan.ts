import type { PersistentVolume, PersistentVolumeClaim, Pod } from "../../api/index.ts";

export const CLAIM_FINALIZER = "kubernetes.io/pvc-protection";
export const VOLUME_FINALIZER = "kubernetes.io/pv-protection";

/** What the finalizers of an object should be; undefined when they are right. */
function finalizersOf(
  known: readonly string[] = [],
  { finalizer, wanted }: { readonly finalizer: string; readonly wanted: boolean },
): readonly string[] | undefined {
  if (known.includes(finalizer) === wanted) return undefined;
  return wanted ? [...known, finalizer] : known.filter((one) => one !== finalizer);
}

/** A claim stays while a pod that has a node uses it, also one that has finished. */
export function claimFinalizers(
  { metadata }: PersistentVolumeClaim,
  users: readonly Pod[],
): readonly string[] | undefined {
  const isUsed = users.some(({ spec }) => spec.nodeName);
  const wanted = !metadata.deletionTimestamp || isUsed;
  return finalizersOf(metadata.finalizers, { finalizer: CLAIM_FINALIZER, wanted });
}

/** A volume stays while it is bound. */
export function volumeFinalizers({ metadata, status }: PersistentVolume): readonly string[] | undefined {
  const wanted = !metadata.deletionTimestamp || status.phase === "Bound";
  return finalizersOf(metadata.finalizers, { finalizer: VOLUME_FINALIZER, wanted });
}
