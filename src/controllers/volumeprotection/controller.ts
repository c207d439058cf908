import { PersistentVolume, PersistentVolumeClaim, Pod, unlessGone } from "../../api/index.ts";
import { claimKeysOf } from "../common/claims.ts";
import { type ControllerEnvironment, keyOf, reconcileKeys, splitKey } from "../common/environment.ts";
import { claimFinalizers, volumeFinalizers } from "./plan.ts";

/** Keeps claims that are in use from going away. */
export async function startClaimProtectionController(environment: ControllerEnvironment): Promise<void> {
  const { informers, client } = environment;
  const claims = informers.for(PersistentVolumeClaim);
  const pods = informers.for(Pod);
  pods.addIndex("claims", claimKeysOf);
  const queue = reconcileKeys(environment, {
    name: "pvc-protection",
    workers: 1,
    synced: [claims.synced, pods.synced],
    async reconcile(key, signal) {
      const claim = claims.get(splitKey(key));
      if (!claim) return undefined;
      let users = pods.index("claims", key);
      const { namespace } = claim.metadata;
      // Letting go can't be taken back: a pod that we haven't seen yet counts too.
      if (claim.metadata.deletionTimestamp && claimFinalizers(claim, users))
        users = (await client.list(Pod, { namespace, signal })).items.filter((pod) => claimKeysOf(pod).includes(key));
      const finalizers = claimFinalizers(claim, users);
      if (!finalizers) return undefined;
      const changed = { ...claim, metadata: { ...claim.metadata, finalizers } };
      await unlessGone(client.update(PersistentVolumeClaim, changed, { signal }));
      return undefined;
    },
  });
  claims.subscribe({ apply: (claim) => queue.add(keyOf(claim)), delete: () => {} });
  const wake = (pod: Pod) => {
    for (const key of claimKeysOf(pod)) if (claims.get(splitKey(key))?.metadata.deletionTimestamp) queue.add(key);
  };
  pods.subscribe({ apply: wake, delete: wake });
}

/** Keeps volumes that are bound from going away. */
export async function startVolumeProtectionController(environment: ControllerEnvironment): Promise<void> {
  const { informers, client } = environment;
  const volumes = informers.for(PersistentVolume);
  const queue = reconcileKeys(environment, {
    name: "pv-protection",
    workers: 1,
    synced: [volumes.synced],
    async reconcile(name, signal) {
      const volume = volumes.get({ name });
      const finalizers = volume && volumeFinalizers(volume);
      if (!volume || !finalizers) return undefined;
      const changed = { ...volume, metadata: { ...volume.metadata, finalizers } };
      await unlessGone(client.update(PersistentVolume, changed, { signal }));
      return undefined;
    },
  });
  volumes.subscribe({ apply: ({ metadata }) => queue.add(metadata.name), delete: () => {} });
}
