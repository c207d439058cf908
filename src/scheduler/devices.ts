import { DeviceClass, DynamicResourceClaim, ResourceSlice, type Pod } from "../api/index.ts";
import { formatTime } from "../base/index.ts";
import type { ComponentContext, Informers } from "../runtime/index.ts";

const FINALIZER = "resource.kubernetes.io/delete-protection";

type Allocation = NonNullable<NonNullable<DynamicResourceClaim["status"]>["allocation"]>;
export type DeviceResult = NonNullable<NonNullable<Allocation["devices"]>["results"]>[number];

/** What plugins ask about devices and claims of them, and how they reserve them. */
export interface Devices {
  claim(namespace: string, name: string): DynamicResourceClaim | undefined;
  claims(): readonly DynamicResourceClaim[];
  deviceClass(name: string): DeviceClass | undefined;
  slices(): readonly ResourceSlice[];
  /** Devices promised to claims whose writing is under way. */
  readonly taken: Set<string>;
  /** Writes what a claim got, if it had nothing yet, and that the pod uses it. */
  reserve(
    claim: DynamicResourceClaim,
    to: { readonly pod: Pod; readonly allocation: object | undefined },
    signal: AbortSignal,
  ): Promise<void>;
}

/** What tells a device from all others. */
export function deviceKey({ driver, pool, device }: { driver: string; pool: string; device: string }): string {
  return `${driver}/${pool}/${device}`;
}

/** The claims that a pod uses, by name; undefined for one that is still to be made. */
export function claimNamesOf({ spec, status }: Pod): readonly (string | undefined)[] {
  return (spec.resourceClaims ?? []).flatMap(({ name, resourceClaimName, resourceClaimTemplateName }) => {
    if (!resourceClaimTemplateName) return [resourceClaimName];
    const made = status.resourceClaimStatuses?.find((one) => one.name === name);
    // A template may have come to nothing on purpose.
    return made && !made.resourceClaimName ? [] : [made?.resourceClaimName];
  });
}

/** The same as informers see it. */
export function watchDevices(
  { client, clock }: ComponentContext,
  informers: Informers,
  changed: () => void,
): { readonly devices: Devices; readonly synced: Promise<unknown> } {
  const claims = informers.for(DynamicResourceClaim);
  const slices = informers.for(ResourceSlice);
  const classes = informers.for(DeviceClass);
  const watched = [claims, slices, classes];
  for (const informer of watched) informer.subscribe({ apply: changed, delete: changed });
  const devices: Devices = {
    claim: (namespace, name) => claims.get({ namespace, name }),
    claims: () => claims.list(),
    deviceClass: (name) => classes.get({ name }),
    slices: () => slices.list(),
    taken: new Set(),
    async reserve(claim, { pod, allocation }, signal) {
      let current = claims.get(claim.metadata) ?? claim;
      const finalizers = current.metadata.finalizers ?? [];
      // The claim must not go while its devices are in use.
      if (!finalizers.includes(FINALIZER)) {
        const metadata = { ...current.metadata, finalizers: [...finalizers, FINALIZER] };
        current = await client.update(DynamicResourceClaim, { ...current, metadata }, { signal });
      }
      const consumer = { resource: "pods", name: pod.metadata.name, uid: pod.metadata.uid };
      const status = {
        ...current.status,
        ...(allocation && { allocation: { ...allocation, allocationTimestamp: formatTime(clock.now()) } }),
        reservedFor: [...(current.status?.reservedFor ?? []), consumer],
      };
      const changedClaim = { ...current, status } as never;
      const updated = await client.updateStatus(DynamicResourceClaim, changedClaim, { signal });
      await claims.expect(updated, signal);
    },
  };
  return { devices, synced: Promise.all(watched.map((informer) => informer.synced)) };
}
