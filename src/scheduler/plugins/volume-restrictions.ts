import type { Pod, Volume } from "../../api/index.ts";
import type { Plugin, Preparation, Rejection } from "../framework.ts";
import type { NodeInfo } from "../node-info.ts";
import { claimsOf, type Volumes } from "../volumes.ts";

const DISK_TAKEN: Rejection = { reasons: ["node(s) had no available disk"], resolvable: true };
const ONE_POD_ONLY: Rejection = {
  reasons: [
    "node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod",
  ],
  resolvable: true,
};

interface Notes {
  /** Claims that only one pod may use. */
  readonly claims: ReadonlySet<string>;
  /** How many other pods use one of them. */
  users: number;
}

/** What can be used once only: some disks on a node, some claims in the cluster. */
export function volumeRestrictions(volumes: Volumes): Plugin {
  return {
    name: "VolumeRestrictions",
    events: ["podDeleted", "nodeApplied", "volumesChanged"],
    prepare(pod, snapshot): Preparation {
      const { namespace } = pod.metadata;
      const claims = new Set<string>();
      for (const { name } of claimsOf(pod)) {
        const claim = volumes.claim(namespace, name);
        if (claim?.spec.accessModes?.includes("ReadWriteOncePod")) claims.add(name);
      }
      const disks = disksOf(pod);
      let users = 0;
      if (claims.size > 0)
        for (const node of snapshot.nodes)
          for (const placed of node.pods.values()) if (usesOne(placed.pod, namespace, claims)) users++;
      return { notes: { claims, users } satisfies Notes, skipFilter: disks.length === 0 && claims.size === 0 };
    },
    move(raw, pod, { pod: other, delta }) {
      const notes = raw as Notes;
      if (usesOne(other, pod.metadata.namespace, notes.claims)) notes.users += delta;
    },
    filter(pod, node, notes) {
      if (conflicts(pod, node)) return DISK_TAKEN;
      return (notes as Notes).users > 0 ? ONE_POD_ONLY : undefined;
    },
  };
}

function usesOne(pod: Pod, namespace: string, claims: ReadonlySet<string>): boolean {
  return pod.metadata.namespace === namespace && claimsOf(pod).some(({ name }) => claims.has(name));
}

interface Disk {
  readonly id: string;
  /** Readers may share it. */
  readonly sharable: boolean;
}

function disksOf({ spec }: Pod): readonly Disk[] {
  return (spec.volumes ?? []).flatMap(diskOf);
}

function diskOf({ gcePersistentDisk: gce, awsElasticBlockStore: aws, iscsi, rbd }: Volume): Disk[] {
  if (gce) return [{ id: `gce ${gce.pdName}`, sharable: gce.readOnly ?? false }];
  if (aws) return [{ id: `aws ${aws.volumeID}`, sharable: false }];
  if (iscsi) return [{ id: `iscsi ${iscsi.iqn}`, sharable: iscsi.readOnly ?? false }];
  return (rbd?.monitors ?? []).map((monitor) => ({
    id: `rbd ${monitor} ${rbd!.pool} ${rbd!.image}`,
    sharable: rbd!.readOnly ?? false,
  }));
}

function conflicts(pod: Pod, node: NodeInfo): boolean {
  const wanted = disksOf(pod);
  if (wanted.length === 0) return false;
  for (const placed of node.pods.values())
    for (const disk of disksOf(placed.pod))
      if (wanted.some(({ id, sharable }) => id === disk.id && !(sharable && disk.sharable))) return true;
  return false;
}
