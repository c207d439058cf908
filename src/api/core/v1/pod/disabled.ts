import type { Mutable } from "../../../kind.ts";
import type { Container } from "../container.ts";
import type { PodStatus } from "../pod.ts";
import type { PodSpec } from "../podspec.ts";

/** A feature that is off: whether a spec uses it, and how to take it out. */
interface Disabled {
  readonly inUse: (spec: Mutable<PodSpec>) => boolean;
  readonly drop: (spec: Mutable<PodSpec>) => void;
}

const DISABLED: readonly Disabled[] = [
  {
    inUse: (spec) => spec.schedulingGroup !== undefined,
    drop: (spec) => {
      delete spec.schedulingGroup;
    },
  },
  {
    inUse: (spec) => containersOf(spec).some(({ lifecycle }) => lifecycle?.stopSignal !== undefined),
    drop: dropStopSignals,
  },
  projection("clusterTrustBundle"),
  projection("podCertificate"),
];

/** Takes out of a spec what belongs to features that are off by default, unless the object had it before. */
export function dropDisabledFields(spec: Mutable<PodSpec>, old?: PodSpec): void {
  for (const { inUse, drop } of DISABLED) if (!old || !inUse(old as Mutable<PodSpec>)) drop(spec);
}

function containersOf(spec: Mutable<PodSpec>): Mutable<Container>[] {
  return [...(spec.initContainers ?? []), ...(spec.containers ?? [])];
}

function dropStopSignals(spec: Mutable<PodSpec>): void {
  for (const container of containersOf(spec)) {
    if (container.lifecycle?.stopSignal === undefined) continue;
    delete container.lifecycle.stopSignal;
    // A lifecycle that said nothing else was there for the signal only.
    if (Object.keys(container.lifecycle).length === 0) delete container.lifecycle;
  }
}

function projection(type: "clusterTrustBundle" | "podCertificate"): Disabled {
  const sources = (spec: Mutable<PodSpec>) => (spec.volumes ?? []).flatMap(({ projected }) => projected?.sources ?? []);
  return {
    inUse: (spec) => sources(spec).some((source) => source[type] !== undefined),
    drop: (spec) => {
      for (const source of sources(spec)) delete source[type];
    },
  };
}

/** The same of a status. */
export function dropDisabledStatus(status: Mutable<PodStatus>): void {
  delete status.nodeAllocatableResourceClaimStatuses;
  const lists = [status.initContainerStatuses, status.containerStatuses, status.ephemeralContainerStatuses];
  for (const container of lists.flatMap((list) => list ?? [])) {
    delete container.stopSignal;
    for (const mount of container.volumeMounts ?? []) delete mount.volumeStatus?.image;
  }
}
