import { controllerOf, isAlreadyExists, PersistentVolumeClaim, Pod } from "../../api/index.ts";
import { type ControllerEnvironment, keyOf, reconcileKeys, splitKey } from "../common/environment.ts";
import { isActive } from "../common/pods.ts";
import { claimsFor } from "./plan.ts";

/** Makes the claims of pods' ephemeral volumes; they go with their pod. */
export async function startEphemeralVolumeController(environment: ControllerEnvironment): Promise<void> {
  const { informers, client } = environment;
  const pods = informers.for(Pod);
  const claims = informers.for(PersistentVolumeClaim);
  const events = environment.recorder("ephemeral_volume");
  const queue = reconcileKeys(environment, {
    name: "ephemeral-volume",
    workers: 5,
    synced: [pods.synced, claims.synced],
    async reconcile(key, signal) {
      const pod = pods.get(splitKey(key));
      if (!pod || !isActive(pod)) return undefined;
      for (const wanted of claimsFor(pod)) {
        const known = claims.get(wanted.metadata);
        if (known && controllerOf(known)?.uid === pod.metadata.uid) continue;
        if (known) throw new Error(`make claim ${wanted.metadata.name}: one of that name belongs to another`);
        try {
          const created = await client.create(PersistentVolumeClaim, wanted, { signal });
          await claims.expect(created, signal);
        } catch (error) {
          if (!isAlreadyExists(error)) {
            const message = `ephemeral volume claim ${wanted.metadata.name}: ${(error as Error).message}`;
            events.event(pod, { type: "Warning", reason: "FailedBinding", message });
          }
          throw error;
        }
      }
      return undefined;
    },
  });
  pods.subscribe({
    apply: (pod) => pod.spec.volumes?.some(({ ephemeral }) => ephemeral) && queue.add(keyOf(pod)),
    delete: () => {},
  });
}
