import type { Pod } from "../../api/index.ts";

/** Keys of the claims that a pod uses, named by it or made for it. */
export function claimKeysOf({ metadata: { namespace, name }, spec }: Pod): string[] {
  return (spec.volumes ?? []).flatMap((volume) => {
    const claimName = volume.persistentVolumeClaim?.claimName ?? (volume.ephemeral && `${name}-${volume.name}`);
    return claimName ? [`${namespace}/${claimName}`] : [];
  });
}
