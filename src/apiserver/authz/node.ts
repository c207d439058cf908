import { own } from "../../base/index.ts";
import {
  ClusterRole,
  type KindDefinition,
  PersistentVolume,
  PersistentVolumeClaim,
  configMapNames,
  resourceClaimNames,
  secretNames,
  volumeClaimNames,
  type Pod,
  Pod as PodKind,
  ResourceSlice,
  VolumeAttachment,
} from "../../api/index.ts";
import { nodeOf } from "../admission/nodes/node-restriction.ts";
import type { Attributes, Authorization, Authorizer, Reads } from "../contracts.ts";
import { allows } from "./rbac.ts";
import { secretsOfVolume } from "./volume-secrets.ts";

const NO_OPINION: Authorization = { decision: "noOpinion", reason: "" };
const ALLOW: Authorization = { decision: "allow", reason: "" };
const ROLE = "system:node";
const READS = new Set(["get", "list", "watch"]);

/** Kubelets read what the pods on their node need, by name, and write their own node, its lease and the pods on it. */
export function nodeAuthorizer(reads: Reads): Authorizer {
  return async (attributes) => {
    const node = nodeOf(attributes.user);
    if (node === undefined) return NO_OPINION;
    await Promise.all(
      [PodKind, PersistentVolume, PersistentVolumeClaim, VolumeAttachment, ResourceSlice].map((kind) =>
        reads.filled(kind as KindDefinition),
      ),
    );
    const special = own(SPECIAL, `${attributes.group}/${attributes.resource}`) ?? byRole;
    return special(attributes, node, reads);
  };
}

/** What the role of all nodes allows. */
function byRole(attributes: Attributes, _: string, reads: Reads): Authorization {
  const rules = reads.cached(ClusterRole).find((role) => role.metadata.name === ROLE)?.rules ?? [];
  return allows(rules, attributes) ? ALLOW : NO_OPINION;
}

function no(reason: string): Authorization {
  return { decision: "noOpinion", reason };
}

/** Several pods only when they are asked for as those of this node; one, however it is asked for, when it is on the node. */
function pods(attributes: Attributes, node: string, reads: Reads): Authorization {
  const { verb, subresource, name, namespace, fields } = attributes;
  if (!READS.has(verb) || subresource !== "") return byRole(attributes, node, reads);
  if (verb !== "get" && fields?.["spec.nodeName"] === node) return byRole(attributes, node, reads);
  if (name === "") return no("can only list/watch pods with spec.nodeName field selector");
  const isHere = namespace !== "" && podsOn(node, namespace, reads).some(({ metadata }) => metadata.name === name);
  return isHere ? ALLOW : unrelated(node);
}

type Check = (attributes: Attributes, node: string, reads: Reads) => Authorization;

/** Whether something on a node needs an object. */
type Related = (attributes: Attributes, node: string, reads: Reads) => boolean;

const SPECIAL: Readonly<Record<string, Check>> = {
  "/secrets": readable((...asked) => named(secretNames)(...asked) || secretOfVolumes(...asked)),
  "/configmaps": readable(named(configMapNames)),
  "/persistentvolumeclaims": claims,
  "/persistentvolumes": gettable(volumeOfClaims),
  "/serviceaccounts": accounts,
  "/nodes": nodes,
  "/pods": pods,
  "coordination.k8s.io/leases": leases,
  "resource.k8s.io/resourceclaims": gettable(named(resourceClaimNames)),
  "resource.k8s.io/resourceslices": slices,
  "storage.k8s.io/csinodes": csiNodes,
  "storage.k8s.io/volumeattachments": gettable(attachedHere),
};

function unrelated(node: string): Authorization {
  return no(`no relationship found between node '${node}' and this object`);
}

function whenRelated(related: Related, attributes: Attributes, node: string, reads: Reads): Authorization {
  if (attributes.name === "") return no("No Object name found");
  return related(attributes, node, reads) ? ALLOW : unrelated(node);
}

/** Read by name, or watched as the one of that name, when something on the node needs it. */
function readable(related: Related): Check {
  return (attributes, node, reads) => {
    if (!READS.has(attributes.verb)) return no("can only read resources of this type");
    if (attributes.subresource !== "") return no("cannot read subresource");
    if (attributes.namespace === "") return no("can only read namespaced object of this type");
    return whenRelated(related, attributes, node, reads);
  };
}

/** Got by name when something on the node needs it. */
function gettable(related: Related): Check {
  return (attributes, node, reads) => {
    if (attributes.verb !== "get" || attributes.name === "")
      return no("can only get individual resources of this type");
    if (attributes.subresource !== "") return no("cannot get subresource");
    return whenRelated(related, attributes, node, reads);
  };
}

/** A pod on the node names it. */
function named(namesOf: (pod: Pod) => Iterable<string>): Related {
  return ({ namespace, name }, node, reads) => {
    for (const pod of podsOn(node, namespace, reads)) for (const one of namesOf(pod)) if (one === name) return true;
    return false;
  };
}

/** Claims are got, and their status written by the kubelet that grows their volumes. */
function claims(attributes: Attributes, node: string, reads: Reads): Authorization {
  const related = named(volumeClaimNames);
  if (attributes.subresource !== "status") return gettable(related)(attributes, node, reads);
  if (!["get", "update", "patch"].includes(attributes.verb)) return no("can only get/update/patch this type");
  return whenRelated(related, attributes, node, reads);
}

/** A volume that pods on the node use refers to it. */
function secretOfVolumes({ namespace, name }: Attributes, node: string, reads: Reads): boolean {
  const wanted = `${namespace}/${name}`;
  return reads
    .cached(PersistentVolume)
    .some((volume) => secretsOfVolume(volume).includes(wanted) && volumeOfClaims(volume.metadata, node, reads));
}

/** The volume of a claim that a pod on the node uses. */
function volumeOfClaims({ name }: { readonly name: string }, node: string, reads: Reads): boolean {
  const used = new Set<string>();
  for (const pod of reads.cached(PodKind).filter(({ spec }) => spec.nodeName === node))
    for (const claim of volumeClaimNames(pod)) used.add(`${pod.metadata.namespace}/${claim}`);
  return reads
    .cached(PersistentVolumeClaim)
    .some(({ metadata, spec }) => spec.volumeName === name && used.has(`${metadata.namespace}/${metadata.name}`));
}

function attachedHere({ name }: Attributes, node: string, reads: Reads): boolean {
  return reads.cached(VolumeAttachment).some(({ metadata, spec }) => metadata.name === name && spec.nodeName === node);
}

function podsOn(node: string, namespace: string, reads: Reads): Pod[] {
  return reads.cached(PodKind, namespace).filter((pod) => pod.spec.nodeName === node);
}

/** Accounts of pods on the node are got, and tokens made for them. */
function accounts(attributes: Attributes, node: string, reads: Reads): Authorization {
  const { verb, subresource } = attributes;
  const related = named((pod) => [pod.spec.serviceAccountName ?? ""]);
  if (verb === "get" && subresource === "") return whenRelated(related, attributes, node, reads);
  if (subresource !== "token" || verb !== "create") return no("can only create tokens for individual service accounts");
  return whenRelated(related, attributes, node, reads);
}

/** A kubelet reads its own node only; that it writes no other is the business of admission. */
function nodes(attributes: Attributes, node: string, reads: Reads): Authorization {
  const { verb, name } = attributes;
  if (READS.has(verb) && name !== node) {
    const what = name === "" ? "all nodes" : `'${name}'`;
    return no(`node '${node}' cannot read ${what}, only its own Node object`);
  }
  return byRole(attributes, node, reads);
}

function leases({ verb, namespace, name }: Attributes, node: string): Authorization {
  if (!["get", "create", "update", "patch", "delete"].includes(verb))
    return no("can only get, create, update, patch, or delete a node lease");
  if (namespace !== "kube-node-lease") return no('can only access leases in the "kube-node-lease" system namespace');
  if (verb === "create" || name === node) return ALLOW;
  return no("can only access node lease with the same name as the requesting node");
}

function csiNodes({ verb, subresource, name }: Attributes, node: string): Authorization {
  if (subresource !== "") return no("cannot authorize CSINode subresources");
  if (!["get", "create", "update", "patch", "delete"].includes(verb))
    return no("can only get, create, update, patch, or delete a CSINode");
  if (verb === "create" || name === node) return ALLOW;
  return no("can only access CSINode with the same name as the requesting node");
}

/** Slices of the node's own devices. */
function slices({ verb, subresource, name, fields }: Attributes, node: string, reads: Reads): Authorization {
  if (subresource !== "") return no("cannot authorize ResourceSlice subresources");
  switch (verb) {
    case "create":
      // Which node it names is the business of admission.
      return ALLOW;
    case "get":
    case "update":
    case "patch":
    case "delete": {
      const own = reads
        .cached(ResourceSlice)
        .some(({ metadata, spec }) => metadata.name === name && spec.nodeName === node);
      return own ? ALLOW : unrelated(node);
    }
    case "list":
    case "watch":
    case "deletecollection":
      return fields?.["spec.nodeName"] === node
        ? ALLOW
        : no("can only list/watch/deletecollection resourceslices with nodeName field selector");
    default:
      return no(
        "only the following verbs are allowed for a ResourceSlice: get, watch, list, create, update, patch, delete, deletecollection",
      );
  }
}
