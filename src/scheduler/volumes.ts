import { whenAborted } from "../base/index.ts";
import {
  CSIDriver,
  CSINode,
  CSIStorageCapacity,
  PersistentVolume,
  PersistentVolumeClaim,
  type Pod,
  StorageClass,
  storageClassOf,
} from "../api/index.ts";
import type { ComponentContext, Informers } from "../runtime/index.ts";

const BIND_COMPLETED = "pv.kubernetes.io/bind-completed";
const BOUND_BY_CONTROLLER = "pv.kubernetes.io/bound-by-controller";
export const SELECTED_NODE = "volume.kubernetes.io/selected-node";
const BIND_TIMEOUT_MS = 600_000;

/** What plugins ask about claims and volumes, and how they have them bound. */
export interface Volumes {
  claim(namespace: string, name: string): PersistentVolumeClaim | undefined;
  volume(name: string): PersistentVolume | undefined;
  volumesOf(className: string): readonly PersistentVolume[];
  storageClass(name: string): StorageClass | undefined;
  csiNode(name: string): CSINode | undefined;
  csiDriver(name: string): CSIDriver | undefined;
  capacities(): readonly CSIStorageCapacity[];
  /** Volumes promised to pods whose binding is under way. */
  readonly taken: Set<string>;
  /** Names the claim in the volume; the controller does the rest. */
  bind(volume: PersistentVolume, claim: PersistentVolumeClaim, signal: AbortSignal): Promise<void>;
  /** Says in the claim for which node a volume has to be made. */
  selectNode(claim: PersistentVolumeClaim, nodeName: string, signal: AbortSignal): Promise<void>;
  /** Resolves once the claims are bound; throws when one can't be, or takes too long. */
  bound(claims: readonly PersistentVolumeClaim[], signal: AbortSignal): Promise<void>;
}

/** A pod's claim: by what name, and whether it has to be the pod's own. */
export interface ClaimUse {
  readonly name: string;
  readonly isOwn: boolean;
}

/** The claims that a pod uses. */
export function claimsOf({ metadata, spec }: Pod): readonly ClaimUse[] {
  return (spec.volumes ?? []).flatMap((volume): ClaimUse[] => {
    if (volume.persistentVolumeClaim) return [{ name: volume.persistentVolumeClaim.claimName, isOwn: false }];
    return volume.ephemeral ? [{ name: `${metadata.name}-${volume.name}`, isOwn: true }] : [];
  });
}

/** Whether claim and volume are bound for good. */
export function isFullyBound({ metadata, spec }: PersistentVolumeClaim): boolean {
  return Boolean(spec.volumeName) && metadata.annotations?.[BIND_COMPLETED] !== undefined;
}

/** The same as informers see it. */
export function watchVolumes(
  { client, clock }: ComponentContext,
  informers: Informers,
  changed: () => void,
): { readonly volumes: Volumes; readonly synced: Promise<unknown> } {
  const claims = informers.for(PersistentVolumeClaim);
  const all = informers.for(PersistentVolume);
  const classes = informers.for(StorageClass);
  const csiNodes = informers.for(CSINode);
  const csiDrivers = informers.for(CSIDriver);
  const capacities = informers.for(CSIStorageCapacity);
  all.addIndex("class", (volume) => [storageClassOf(volume) ?? ""]);
  const watched = [claims, all, classes, csiNodes, csiDrivers, capacities];
  for (const informer of watched) informer.subscribe({ apply: changed, delete: changed });
  const untilBound = (wanted: readonly PersistentVolumeClaim[], signal: AbortSignal) => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const look = () => {
      const now = wanted.map((claim) => claims.get(claim.metadata));
      const lost = now.findIndex((claim, index) => claim?.metadata.uid !== wanted[index]!.metadata.uid);
      if (lost >= 0) reject(new Error(`bind volumes: claim ${wanted[lost]!.metadata.name} is gone`));
      else if (now.every((claim) => isFullyBound(claim!))) resolve();
    };
    const stop = claims.subscribe({ apply: look, delete: look });
    look();
    return Promise.race([promise, whenAborted(signal)]).finally(stop);
  };
  const volumes: Volumes = {
    claim: (namespace, name) => claims.get({ namespace, name }),
    volume: (name) => all.get({ name }),
    volumesOf: (className) => all.index("class", className),
    storageClass: (name) => classes.get({ name }),
    csiNode: (name) => csiNodes.get({ name }),
    csiDriver: (name) => csiDrivers.get({ name }),
    capacities: () => capacities.list(),
    taken: new Set(),
    async bind(volume, { metadata }, signal) {
      const { namespace, name, uid, resourceVersion } = metadata;
      const claimRef = { kind: "PersistentVolumeClaim", apiVersion: "v1", namespace, name, uid, resourceVersion };
      const annotations = { ...volume.metadata.annotations, [BOUND_BY_CONTROLLER]: "yes" };
      const changedVolume = {
        ...volume,
        metadata: { ...volume.metadata, annotations },
        spec: { ...volume.spec, claimRef },
      };
      await all.expect(await client.update(PersistentVolume, changedVolume as never, { signal }), signal);
    },
    async selectNode(claim, nodeName, signal) {
      const annotations = { ...claim.metadata.annotations, [SELECTED_NODE]: nodeName };
      const changedClaim = { ...claim, metadata: { ...claim.metadata, annotations } };
      await claims.expect(await client.update(PersistentVolumeClaim, changedClaim, { signal }), signal);
    },
    async bound(wanted, signal) {
      const timeout = new AbortController();
      const either = AbortSignal.any([signal, timeout.signal]);
      const timer = clock.timer(BIND_TIMEOUT_MS, () => timeout.abort(new Error("bind volumes: timed out")));
      try {
        await untilBound(wanted, either);
      } finally {
        timer.cancel();
      }
    },
  };
  return { volumes, synced: Promise.all(watched.map((informer) => informer.synced)) };
}
