import { type Pod, storageClassOf } from "../../api/index.ts";
import type { Plugin, Rejection } from "../framework.ts";
import type { NodeInfo } from "../node-info.ts";
import { claimsOf, type Volumes } from "../volumes.ts";

const TOO_MANY: Rejection = { reasons: ["node(s) exceed max volume count"], resolvable: true };

/** Drivers say how many volumes they can attach to a node. */
export function nodeVolumeLimits(volumes: Volumes): Plugin {
  return {
    name: "NodeVolumeLimits",
    events: ["nodeApplied", "podDeleted", "volumesChanged"],
    prepare(pod) {
      const wanted = handlesOf(pod, volumes);
      return { notes: wanted, skipFilter: wanted.size === 0 };
    },
    filter(_pod, node, notes) {
      const drivers = volumes.csiNode(node.name)?.spec.drivers ?? [];
      for (const { name, allocatable } of drivers) {
        const limit = allocatable?.count;
        if (limit === undefined) continue;
        const wanted = [...(notes as Map<string, string>)].filter(([, driver]) => driver === name);
        if (wanted.length === 0) continue;
        const attached = attachedTo(node, name, volumes);
        for (const [handle] of wanted) attached.add(handle);
        if (attached.size > limit) return TOO_MANY;
      }
      return undefined;
    },
  };
}

function attachedTo(node: NodeInfo, driver: string, volumes: Volumes): Set<string> {
  const handles = new Set<string>();
  for (const { pod } of node.pods.values())
    for (const [handle, of] of handlesOf(pod, volumes)) if (of === driver) handles.add(handle);
  return handles;
}

/** What a pod has attached, by driver; a claim without a volume counts for the one that will be made. */
function handlesOf(pod: Pod, volumes: Volumes): Map<string, string> {
  const handles = new Map<string, string>();
  for (const { name } of claimsOf(pod)) {
    const claim = volumes.claim(pod.metadata.namespace, name);
    if (!claim) continue;
    const csi = claim.spec.volumeName ? volumes.volume(claim.spec.volumeName)?.spec.csi : undefined;
    if (csi) handles.set(`${csi.driver} ${csi.volumeHandle}`, csi.driver);
    else if (!claim.spec.volumeName) {
      const provisioner = volumes.storageClass(storageClassOf(claim) ?? "")?.provisioner;
      if (provisioner) handles.set(`claim ${claim.metadata.uid}`, provisioner);
    }
  }
  return handles;
}
