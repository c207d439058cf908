import { jsonEqual } from "../../base/index.ts";
import { isBoundTo, PersistentVolume, PersistentVolumeClaim, Pod, StorageClass, unlessGone } from "../../api/index.ts";
import type { EventRecorder, Informer, WorkQueue } from "../../runtime/index.ts";
import { claimKeysOf } from "../common/claims.ts";
import { type ControllerEnvironment, keyOf, reconcileKeys, splitKey } from "../common/environment.ts";
import { BIND_COMPLETED, BOUND_BY_CONTROLLER, planClaim, planVolume, PROVISIONER_ANNOTATIONS } from "./plan.ts";

/** Looks again at what waits, as long as it does. */
const RESYNC_MS = 15_000;

interface Parts {
  readonly claims: Informer<PersistentVolumeClaim>;
  readonly volumes: Informer<PersistentVolume>;
  readonly classes: Informer<StorageClass>;
  readonly pods: Informer<Pod>;
  readonly events: EventRecorder;
}

/** Brings claims and volumes together, and says what becomes of a volume whose claim is gone. */
export async function startVolumeBinderController(environment: ControllerEnvironment): Promise<void> {
  const { informers } = environment;
  const parts: Parts = {
    claims: informers.for(PersistentVolumeClaim),
    volumes: informers.for(PersistentVolume),
    classes: informers.for(StorageClass),
    pods: informers.for(Pod),
    events: environment.recorder("persistentvolume-controller"),
  };
  const { claims, volumes, classes, pods } = parts;
  pods.addIndex("claims", claimKeysOf);
  const binder = new Binder(environment, parts);
  // One worker for all: two claims must not take one volume.
  const queue = reconcileKeys(environment, {
    name: "persistentvolume-binder",
    workers: 1,
    synced: [claims.synced, volumes.synced, classes.synced, pods.synced],
    reconcile: (key, signal) =>
      key.startsWith(VOLUME) ? binder.volume(key.slice(VOLUME.length), signal) : binder.claim(key, signal),
  });
  watch(queue, parts);
}

/** Before the names of volumes in the queue, which claims share. */
const VOLUME = "volume:";

function watch(queue: WorkQueue<string>, { claims, volumes, classes }: Parts): void {
  const wakeUnbound = () => {
    for (const claim of claims.list()) if (claim.status.phase !== "Bound") queue.add(keyOf(claim));
  };
  const wakeVolume = (name: string | undefined) => name && queue.add(VOLUME + name);
  claims.subscribe({
    apply(claim) {
      queue.add(keyOf(claim));
      wakeVolume(claim.spec.volumeName);
    },
    delete: (claim) => {
      wakeVolume(claim.spec.volumeName);
      for (const volume of volumes.list()) if (isBoundTo(volume, claim)) wakeVolume(volume.metadata.name);
    },
  });
  volumes.subscribe({
    apply(volume, old) {
      wakeVolume(volume.metadata.name);
      const { claimRef } = volume.spec;
      if (claimRef) queue.add(`${claimRef.namespace}/${claimRef.name}`);
      if (!old || volume.status.phase !== old.status.phase || !jsonEqual(volume.spec, old.spec)) wakeUnbound();
    },
    delete(volume) {
      for (const claim of claims.list()) if (claim.spec.volumeName === volume.metadata.name) queue.add(keyOf(claim));
    },
  });
  classes.subscribe({ apply: wakeUnbound, delete: () => {} });
}

class Binder {
  readonly #environment: ControllerEnvironment;
  readonly #parts: Parts;

  constructor(environment: ControllerEnvironment, parts: Parts) {
    this.#environment = environment;
    this.#parts = parts;
  }

  async claim(key: string, signal: AbortSignal): Promise<{ requeueAfterMs?: number } | undefined> {
    const { claims, volumes, classes, pods, events } = this.#parts;
    const claim = claims.get(splitKey(key));
    if (!claim) return undefined;
    const waitingPod = pods.index("claims", key).find(({ spec }) => !spec.nodeName)?.metadata.name;
    const decided = planClaim({ claim, volumes: volumes.list(), classes: classes.list(), waitingPod });
    switch (decided.do) {
      case "bind":
        await this.#bind(claim, decided.volume, signal);
        return undefined;
      case "setClass":
        await this.#updateClaim({ ...claim, spec: { ...claim.spec, storageClassName: decided.name } }, signal);
        return undefined;
      case "lose":
        if (claim.status.phase !== "Lost") events.event(claim, decided.note);
        await this.#writeClaimStatus(claim, { phase: "Lost" } as PersistentVolumeClaim["status"], signal);
        return undefined;
      case "provision": {
        const annotations = { ...claim.metadata.annotations };
        for (const name of PROVISIONER_ANNOTATIONS) annotations[name] = decided.provisioner;
        if (!jsonEqual(annotations, claim.metadata.annotations ?? {}))
          await this.#updateClaim({ ...claim, metadata: { ...claim.metadata, annotations } }, signal);
        events.event(claim, decided.note);
        return this.#pending(claims.get(claim.metadata) ?? claim, signal);
      }
      case "wait":
        if (decided.note) events.event(claim, decided.note);
        return this.#pending(claim, signal);
      default:
        return decided satisfies never;
    }
  }

  async #pending(claim: PersistentVolumeClaim, signal: AbortSignal): Promise<{ requeueAfterMs: number }> {
    if (claim.status.phase !== "Pending")
      await this.#writeClaimStatus(claim, { ...claim.status, phase: "Pending" }, signal);
    return { requeueAfterMs: RESYNC_MS };
  }

  /** Volume first: should we stop half-way, the claim finds it named there. */
  async #bind(claim: PersistentVolumeClaim, volume: PersistentVolume, signal: AbortSignal): Promise<void> {
    const { namespace, name, uid, resourceVersion } = claim.metadata;
    let bound = volume;
    if (volume.spec.claimRef?.uid !== uid) {
      const claimRef = { kind: "PersistentVolumeClaim", namespace, name, uid, apiVersion: "v1", resourceVersion };
      const annotations = {
        ...volume.metadata.annotations,
        ...(!isBoundTo(volume, claim) && { [BOUND_BY_CONTROLLER]: "yes" }),
      };
      const metadata = { ...volume.metadata, ...(Object.keys(annotations).length > 0 && { annotations }) };
      bound = await this.#updateVolume({ ...volume, metadata, spec: { ...volume.spec, claimRef } } as never, signal);
    }
    await this.#writeVolumeStatus(bound, { phase: "Bound" }, signal);
    const named = claim.spec.volumeName === volume.metadata.name;
    const annotations = {
      ...claim.metadata.annotations,
      ...(!named && { [BOUND_BY_CONTROLLER]: "yes" }),
      [BIND_COMPLETED]: "yes",
    };
    let current = claim;
    if (!named || !jsonEqual(annotations, claim.metadata.annotations)) {
      const spec = { ...claim.spec, volumeName: volume.metadata.name };
      current = await this.#updateClaim({ ...claim, metadata: { ...claim.metadata, annotations }, spec }, signal);
    }
    const { accessModes, capacity, volumeAttributesClassName } = volume.spec;
    const status = {
      ...current.status,
      phase: "Bound",
      // A volume that grew tells its claim through whoever grew it.
      ...(current.status.phase === "Bound" ? {} : { accessModes, capacity }),
      ...(volumeAttributesClassName && { currentVolumeAttributesClassName: volumeAttributesClassName }),
    };
    await this.#writeClaimStatus(current, status as PersistentVolumeClaim["status"], signal);
  }

  async volume(name: string, signal: AbortSignal): Promise<undefined> {
    const { volumes, claims, events } = this.#parts;
    const volume = volumes.get({ name });
    if (!volume) return undefined;
    const { claimRef } = volume.spec;
    const key = claimRef && { namespace: claimRef.namespace!, name: claimRef.name! };
    let claim = key && claims.get(key);
    // Our copy may be behind: data is at stake, so the server says whether the claim is gone.
    if (key && claimRef?.uid && claim?.metadata.uid !== claimRef.uid) claim = await this.#freshClaim(key, signal);
    const decided = planVolume(volume, claim);
    if (decided.unbind) {
      const { claimRef: _, ...spec } = volume.spec;
      const { [BOUND_BY_CONTROLLER]: __, ...annotations } = volume.metadata.annotations ?? {};
      await this.#updateVolume({ ...volume, metadata: { ...volume.metadata, annotations }, spec } as never, signal);
      return undefined;
    }
    if (decided.note) events.event(volume, decided.note);
    if (decided.phase) {
      const { phase, message } = decided;
      await this.#writeVolumeStatus(volume, { phase, ...(message && { message }) }, signal);
    }
    return undefined;
  }

  async #freshClaim(
    key: { readonly namespace: string; readonly name: string },
    signal: AbortSignal,
  ): Promise<PersistentVolumeClaim | undefined> {
    return unlessGone(this.#environment.client.get(PersistentVolumeClaim, key, { signal }));
  }

  async #updateVolume(volume: PersistentVolume, signal: AbortSignal): Promise<PersistentVolume> {
    const updated = await this.#environment.client.update(PersistentVolume, volume, { signal });
    await this.#parts.volumes.expect(updated, signal);
    return updated;
  }

  async #writeVolumeStatus(
    volume: PersistentVolume,
    said: { readonly phase: string; readonly message?: string },
    signal: AbortSignal,
  ): Promise<void> {
    const { message: _, reason: __, ...rest } = volume.status;
    const status = { ...rest, ...said } as PersistentVolume["status"];
    if (jsonEqual(status, volume.status)) return;
    const updated = await this.#environment.client.updateStatus(PersistentVolume, { ...volume, status }, { signal });
    await this.#parts.volumes.expect(updated, signal);
  }

  async #updateClaim(claim: PersistentVolumeClaim, signal: AbortSignal): Promise<PersistentVolumeClaim> {
    const updated = await this.#environment.client.update(PersistentVolumeClaim, claim, { signal });
    await this.#parts.claims.expect(updated, signal);
    return updated;
  }

  async #writeClaimStatus(
    claim: PersistentVolumeClaim,
    status: PersistentVolumeClaim["status"],
    signal: AbortSignal,
  ): Promise<void> {
    if (jsonEqual(status, claim.status)) return;
    const changed = { ...claim, status };
    const updated = await this.#environment.client.updateStatus(PersistentVolumeClaim, changed, { signal });
    await this.#parts.claims.expect(updated, signal);
  }
}
