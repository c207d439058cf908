import { own } from "../../base/index.ts";
import {
  compareQuantities,
  controllerOf,
  findVolume,
  labelSelectorMatches,
  type Node,
  type PersistentVolume,
  type PersistentVolumeClaim,
  type Pod,
  type StorageClass,
  storageClassOf,
  volumeReaches,
} from "../../api/index.ts";
import type { Plugin, Preparation, Rejection, Reservation } from "../framework.ts";
import { claimsOf, isFullyBound, SELECTED_NODE, type Volumes } from "../volumes.ts";

const no = (reason: string): Rejection => ({ reasons: [reason], resolvable: false });
const NOT_FOUND = no("node(s) didn't find available persistent volumes to bind");
const ELSEWHERE = no("node(s) didn't match PersistentVolume's node affinity");
const NO_STORAGE = no("node(s) did not have enough free storage");
const LOST = no("node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)");
const IMMEDIATE = no("pod has unbound immediate PersistentVolumeClaims");
const NO_PROVISIONER = "kubernetes.io/no-provisioner";

interface Notes {
  /** Volumes of bound claims; undefined for one that isn't there. */
  readonly bound: readonly (PersistentVolume | undefined)[];
  /** Claims that wait for a node. */
  readonly waiting: readonly { readonly claim: PersistentVolumeClaim; readonly storageClass: StorageClass }[];
}

/** What is to be done for a pod's claims on one node. */
interface Choice {
  readonly bind: readonly { readonly claim: PersistentVolumeClaim; readonly volume: PersistentVolume }[];
  readonly provision: readonly PersistentVolumeClaim[];
}

/** Pods go where their volumes are, or can be had; claims that waited are bound before the pod is. */
export function volumeBinding(volumes: Volumes): Plugin {
  return {
    name: "VolumeBinding",
    events: ["nodeApplied", "volumesChanged"],
    prepare: (pod) => prepare(pod, volumes),
    filter(_pod, { node }, notes) {
      const { bound, waiting } = notes as Notes;
      for (const volume of bound) {
        if (!volume) return LOST;
        if (!volumeReaches(volume, node)) return ELSEWHERE;
      }
      const choice = waiting.length > 0 ? choose(waiting, node, volumes) : undefined;
      return choice && "reasons" in choice ? choice : undefined;
    },
    reserve(_pod, { node }, notes) {
      const { waiting } = (notes as Notes | undefined) ?? { waiting: [] };
      const choice = waiting.length > 0 ? choose(waiting, node, volumes) : undefined;
      return choice && "bind" in choice ? reservation(choice, node, volumes) : undefined;
    },
  };
}

/** The pod's claims, or why no node can have it. */
function prepare(pod: Pod, volumes: Volumes): Preparation {
  const uses = claimsOf(pod);
  if (uses.length === 0) return { skipFilter: true, skipScore: true };
  const bound: (PersistentVolume | undefined)[] = [];
  const waiting: Notes["waiting"][number][] = [];
  const { namespace } = pod.metadata;
  for (const { name, isOwn } of uses) {
    const claim = volumes.claim(namespace, name);
    if (!claim) return { reject: no(missing(name, isOwn)) };
    if (claim.metadata.deletionTimestamp) return { reject: no(`persistentvolumeclaim "${name}" is being deleted`) };
    if (claim.status.phase === "Lost")
      return {
        reject: no(`persistentvolumeclaim "${name}" bound to non-existent persistentvolume "${claim.spec.volumeName}"`),
      };
    if (isOwn && controllerOf(claim)?.uid !== pod.metadata.uid) {
      const owner = `${namespace}/${pod.metadata.name}`;
      return { reject: no(`PVC ${namespace}/${name} was not created for pod ${owner} (pod is not owner)`) };
    }
    if (isFullyBound(claim)) {
      bound.push(volumes.volume(claim.spec.volumeName!));
      continue;
    }
    const storageClass = volumes.storageClass(storageClassOf(claim) ?? "");
    if (claim.spec.volumeName || storageClass?.volumeBindingMode !== "WaitForFirstConsumer")
      return { reject: IMMEDIATE };
    waiting.push({ claim, storageClass });
  }
  return { notes: { bound, waiting } satisfies Notes };
}

function missing(name: string, isOwn: boolean): string {
  return isOwn
    ? `waiting for ephemeral volume controller to create the persistentvolumeclaim "${name}"`
    : `persistentvolumeclaim "${name}" not found`;
}

/** Which volume each waiting claim gets on a node, or why that node won't do. */
function choose(waiting: Notes["waiting"], node: Node, volumes: Volumes): Choice | Rejection {
  const taken = new Set(volumes.taken);
  const bind: Choice["bind"][number][] = [];
  const provision: PersistentVolumeClaim[] = [];
  for (const { claim, storageClass } of waiting) {
    const selected = claim.metadata.annotations?.[SELECTED_NODE];
    if (selected !== undefined && selected !== node.metadata.name) return NOT_FOUND;
    const volume =
      selected === undefined
        ? findVolume(claim, volumes.volumesOf(storageClass.metadata.name), { node, taken })
        : undefined;
    if (volume) {
      taken.add(volume.metadata.name);
      bind.push({ claim, volume });
      continue;
    }
    const problem = provisioningProblem(claim, storageClass, { node, volumes });
    if (problem) return problem;
    provision.push(claim);
  }
  return { bind, provision };
}

function provisioningProblem(
  claim: PersistentVolumeClaim,
  { provisioner, allowedTopologies, metadata }: StorageClass,
  { node, volumes }: { readonly node: Node; readonly volumes: Volumes },
): Rejection | undefined {
  if (provisioner === "" || provisioner === NO_PROVISIONER) return NOT_FOUND;
  const labels = node.metadata.labels ?? {};
  const allowed =
    !allowedTopologies?.length ||
    allowedTopologies.some((term) =>
      (term.matchLabelExpressions ?? []).every(({ key, values }) => values.includes(own(labels, key) ?? "")),
    );
  if (!allowed) return NOT_FOUND;
  if (!volumes.csiDriver(provisioner)?.spec.storageCapacity) return undefined;
  const wanted = claim.spec.resources?.requests?.storage ?? "0";
  const hasRoom = volumes.capacities().some(({ storageClassName, nodeTopology, maximumVolumeSize, capacity }) => {
    if (storageClassName !== metadata.name || !nodeTopology || !labelSelectorMatches(nodeTopology, labels))
      return false;
    const most = maximumVolumeSize ?? capacity;
    return most !== undefined && compareQuantities(most, wanted) >= 0;
  });
  return hasRoom ? undefined : NO_STORAGE;
}

function reservation({ bind, provision }: Choice, node: Node, volumes: Volumes): Reservation {
  for (const { volume } of bind) volumes.taken.add(volume.metadata.name);
  const release = () => {
    for (const { volume } of bind) volumes.taken.delete(volume.metadata.name);
  };
  return {
    async commit(signal) {
      for (const { claim, volume } of bind) await volumes.bind(volume, claim, signal);
      for (const claim of provision)
        if (claim.metadata.annotations?.[SELECTED_NODE] === undefined)
          await volumes.selectNode(claim, node.metadata.name, signal);
      await volumes.bound([...bind.map(({ claim }) => claim), ...provision], signal);
      release();
    },
    undo: release,
  };
}
