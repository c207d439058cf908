import { own } from "../base/index.ts";
import {
  controllerOf,
  type LabelSelector,
  type Pod,
  ReplicaSet,
  ReplicationController,
  Service,
  StatefulSet,
} from "../api/index.ts";
import type { ComponentContext, Informers } from "../runtime/index.ts";
import { type Devices, watchDevices } from "./devices.ts";
import type { ClusterChange } from "./framework.ts";
import { type Volumes, watchVolumes } from "./volumes.ts";

/** What plugins may ask of the cluster beyond nodes and pods. */
export interface World {
  /** What pods of the same services and owner have in common; undefined for a pod that belongs to nothing. */
  readonly selectorOf: (pod: Pod) => LabelSelector | undefined;
  readonly volumes: Volumes;
  readonly devices: Devices;
}

/** The world as informers see it, and when they have seen all of it. */
export function watchWorld(
  context: ComponentContext,
  informers: Informers,
  changed: (change: ClusterChange) => void,
): { readonly world: World; readonly synced: Promise<unknown> } {
  const services = informers.for(Service);
  const controllers = informers.for(ReplicationController);
  const replicaSets = informers.for(ReplicaSet);
  const statefulSets = informers.for(StatefulSet);
  const ownerSelector = (pod: Pod): LabelSelector | undefined => {
    const owner = controllerOf(pod);
    if (!owner) return undefined;
    const key = { namespace: pod.metadata.namespace, name: owner.name };
    switch (owner.kind) {
      case "ReplicationController":
        return { matchLabels: controllers.get(key)?.spec.selector ?? {} };
      case "ReplicaSet":
        return replicaSets.get(key)?.spec.selector;
      case "StatefulSet":
        return statefulSets.get(key)?.spec.selector;
      default:
        return undefined;
    }
  };
  const serviceLabels = (pod: Pod): Record<string, string> => {
    const labels = pod.metadata.labels ?? {};
    const selectors = services.list(pod.metadata.namespace).map(({ spec }) => Object.entries(spec.selector ?? {}));
    const matching = selectors.filter(
      (pairs) => pairs.length > 0 && pairs.every(([key, value]) => own(labels, key) === value),
    );
    return Object.fromEntries(matching.flat());
  };
  const selectorOf = (pod: Pod): LabelSelector | undefined => {
    const owner = ownerSelector(pod);
    const matchLabels = { ...serviceLabels(pod), ...owner?.matchLabels };
    const matchExpressions = owner?.matchExpressions ?? [];
    if (Object.keys(matchLabels).length === 0 && matchExpressions.length === 0) return undefined;
    return { matchLabels, ...(matchExpressions.length > 0 && { matchExpressions }) };
  };
  const owners = [services, controllers, replicaSets, statefulSets].map((informer) => informer.synced);
  const { volumes, synced } = watchVolumes(context, informers, () => changed({ event: "volumesChanged" }));
  const { devices, synced: devicesSynced } = watchDevices(context, informers, () =>
    changed({ event: "devicesChanged" }),
  );
  return { world: { selectorOf, volumes, devices }, synced: Promise.all([...owners, synced, devicesSynced]) };
}
