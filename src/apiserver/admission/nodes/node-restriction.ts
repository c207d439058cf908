import { own, jsonEqual } from "../../../base/index.ts";
import {
  configMapNames,
  type KubeObject,
  Node,
  notFound,
  Pod,
  type ResourceSlice,
  secretNames,
  volumeClaimNames,
} from "../../../api/index.ts";
import type { UserInfo } from "../../../net/message.ts";
import type { AdmissionPlugin, AdmissionRequest } from "../../contracts.ts";
import { restrictClaims } from "./node-claims.ts";
import { forbiddenNodeLabels } from "./node-labels.ts";
import { restrictSigning } from "./node-signing.ts";
import { refused } from "../refused.ts";

const NODE_PREFIX = "system:node:";
const MIRROR = "kubernetes.io/config.mirror";

/** The node that a user is; undefined for anyone else. */
export function nodeOf(user: UserInfo): string | undefined {
  return user.groups.includes("system:nodes") && user.name.startsWith(NODE_PREFIX)
    ? user.name.slice(NODE_PREFIX.length)
    : undefined;
}

type Restriction = (request: AdmissionRequest, node: string) => string | undefined | Promise<string | undefined>;

/** By resource, why a node may not do what it asks for; undefined when it may. */
const RESTRICTIONS: Readonly<Record<string, Restriction>> = {
  "/pods": restrictPods,
  "/nodes": restrictNodes,
  "/persistentvolumeclaims": restrictClaims,
  "/serviceaccounts": restrictTokens,
  "certificates.k8s.io/certificatesigningrequests": restrictSigning,
  "coordination.k8s.io/leases": restrictLeases,
  "storage.k8s.io/csinodes": restrictCsiNodes,
  "resource.k8s.io/resourceslices": restrictSlices,
};

/** Kubelets change their own node, its lease and devices and the pods on it, and nothing else. */
export const nodeRestriction: AdmissionPlugin = {
  name: "NodeRestriction",
  resources: Object.keys(RESTRICTIONS),
  admit: restrict,
};

async function restrict(request: AdmissionRequest): Promise<void> {
  const node = nodeOf(request.user);
  if (node === undefined) return;
  const { kind } = request;
  const why = await own(RESTRICTIONS, `${kind.group}/${kind.plural}`)?.(request, node);
  if (why !== undefined) throw refused(request, why);
}

const quote = (text: string) => JSON.stringify(text);

function restrictPods(request: AdmissionRequest, node: string): Promise<string | undefined> | string | undefined {
  const { operation, subresource, oldObject } = request;
  const only = (what: string) => {
    const pod = oldObject as Pod | undefined;
    if (!pod || pod.spec?.nodeName === node) return undefined;
    return `node ${quote(node)} can only ${what} with spec.nodeName set to itself`;
  };
  switch (subresource) {
    case "":
      if (operation === "CREATE") return restrictMirror(request, node);
      return operation === "DELETE"
        ? only("delete pods")
        : `unexpected operation ${quote(operation)}, node ${quote(node)} can only create and delete mirror pods`;
    case "status":
      return only("update pod status for pods") ?? restrictStatus(request, node);
    case "eviction":
      return restrictEviction(request, node);
    default:
      return `unexpected pod subresource ${quote(subresource)}, only 'status' and 'eviction' are allowed`;
  }
}

/** Of a pod that isn't there others tell. */
async function restrictEviction({ reads, namespace, name }: AdmissionRequest, node: string) {
  const pod = await reads.get(Pod, { namespace, name });
  if (!pod || pod.spec.nodeName === node) return undefined;
  return unquoted(`node ${quote(node)} can only evict pods with spec.nodeName set to itself`, node);
}

/** This one refusal names the node without quotes, as the original does. */
const unquoted = (why: string | undefined, node: string) => why?.replace(quote(node), node);

/** What isn't a pod's status stays as it is. */
function restrictStatus({ object, oldObject }: AdmissionRequest, node: string): string | undefined {
  const [now, before] = [object, oldObject] as unknown as [Pod | undefined, Pod];
  if (!now) return undefined;
  const by = `node ${quote(node)}`;
  if (!jsonEqual(now.metadata.labels ?? {}, before.metadata.labels ?? {}))
    return `${by} cannot update labels through pod status`;
  if (!jsonEqual(now.status?.resourceClaimStatuses ?? [], before.status?.resourceClaimStatuses ?? []))
    return `${by} cannot update resource claim statuses`;
  return undefined;
}

/** All that a node may create are the mirrors of its own static pods, which refer to nothing. */
async function restrictMirror({ object, reads }: AdmissionRequest, node: string): Promise<string | undefined> {
  const pod = object as unknown as Pod;
  const by = `node ${quote(node)}`;
  if (pod.metadata.annotations?.[MIRROR] === undefined)
    return `pod does not have ${quote(MIRROR)} annotation, ${by} can only create mirror pods`;
  if (pod.spec.nodeName !== node) return `${by} can only create pods with spec.nodeName set to itself`;
  const [owner, ...others] = pod.metadata.ownerReferences ?? [];
  if (others.length > 0) return `${by} can only create pods with a single owner reference set to itself`;
  if (owner?.apiVersion !== "v1" || owner.kind !== "Node" || owner.name !== node)
    return `${by} can only create pods with an owner reference set to itself`;
  if (!owner.controller) return `${by} can only create pods with a controller owner reference set to itself`;
  if (owner.blockOwnerDeletion) return `${by} must not set blockOwnerDeletion on an owner reference`;
  const self = await reads.get(Node, { name: node });
  if (!self) return `node ${node} not found`;
  if (owner.uid !== self.metadata.uid)
    return `node ${node} UID mismatch: expected ${owner.uid} got ${self.metadata.uid}`;
  const what = referenceOf(pod);
  return what === undefined ? undefined : `${by} can not create pods that reference ${what}`;
}

/** What kind of object a pod refers to, the first of any. */
function referenceOf(pod: Pod): string | undefined {
  if (pod.spec.serviceAccountName) return "a service account";
  if (!isEmpty(secretNames(pod))) return "secrets";
  if (!isEmpty(configMapNames(pod))) return "configmaps";
  if (!isEmpty(volumeClaimNames(pod))) return "persistentvolumeclaims";
  return pod.spec.resourceClaims?.length ? "resourceclaims" : undefined;
}

function isEmpty(names: Iterable<string>): boolean {
  return [...names].length === 0;
}

function restrictNodes({ operation, name, object, oldObject }: AdmissionRequest, node: string): string | undefined {
  const by = `node ${quote(node)}`;
  if (name !== node) return `${by} is not allowed to modify node ${quote(name)}`;
  const wanted = object as unknown as Node | undefined;
  if (!wanted) return undefined;
  if (operation === "CREATE") {
    if (wanted.spec?.configSource) return `${by} is not allowed to create pods with a non-nil configSource`;
    const labels = forbiddenNodeLabels(Object.keys(wanted.metadata.labels ?? {}));
    return labels.length > 0 ? `${by} is not allowed to set the following labels: ${labels.join(", ")}` : undefined;
  }
  const old = oldObject as Node;
  if (wanted.spec?.configSource && !jsonEqual(wanted.spec.configSource, old.spec?.configSource))
    return `${by} is not allowed to update configSource to a new non-nil configSource`;
  if (!jsonEqual(wanted.spec?.taints ?? [], old.spec?.taints ?? [])) return `${by} is not allowed to modify taints`;
  const labels = forbiddenNodeLabels(changedLabels(wanted, old));
  if (labels.length > 0) return `is not allowed to modify labels: ${labels.join(", ")}`;
  if (!jsonEqual(wanted.metadata.ownerReferences ?? [], old.metadata.ownerReferences ?? []))
    return `${by} is not allowed to modify ownerReferences`;
  return undefined;
}

function changedLabels({ metadata: { labels = {} } }: KubeObject, { metadata: { labels: old = {} } }: KubeObject) {
  return [...new Set([...Object.keys(labels), ...Object.keys(old)])].filter((key) => own(labels, key) !== old[key]);
}

function restrictLeases({ namespace, name }: AdmissionRequest, node: string): string | undefined {
  if (namespace !== "kube-node-lease") return `can only access leases in the "kube-node-lease" system namespace`;
  return name === node ? undefined : "can only access node lease with the same name as the requesting node";
}

function restrictCsiNodes({ name }: AdmissionRequest, node: string): string | undefined {
  return name === node ? undefined : "can only access CSINode with the same name as the requesting node";
}

function restrictSlices({ operation, object, oldObject }: AdmissionRequest, node: string): string | undefined {
  const nodeNameOf = (slice: unknown) => (slice as ResourceSlice | undefined)?.spec.nodeName;
  if (operation === "CREATE")
    return nodeNameOf(object) === node
      ? undefined
      : "can only create ResourceSlice with the same NodeName as the requesting node";
  if (operation === "DELETE" && nodeNameOf(oldObject) !== node)
    return "can only delete ResourceSlice with the same NodeName as the requesting node";
  return undefined;
}

interface TokenAsked {
  readonly audiences?: readonly string[] | null;
  readonly boundObjectRef?: {
    readonly apiVersion?: string;
    readonly kind?: string;
    readonly name?: string;
    readonly uid?: string;
  };
}

/** Tokens are made for the pods on the node only, and for audiences that those pods name. */
async function restrictTokens(request: AdmissionRequest, node: string): Promise<string | undefined> {
  const { operation, subresource, namespace, object, reads, user } = request;
  if (operation !== "CREATE" || subresource !== "token") return undefined;
  const { boundObjectRef: ref, audiences } = (object?.spec ?? {}) as TokenAsked;
  if (ref?.apiVersion !== "v1" || ref.kind !== "Pod" || !ref.name) return "node requested token not bound to a pod";
  if (!ref.uid) return "node requested token with a pod binding without a uid";
  const pod = await reads.get(Pod, { namespace, name: ref.name });
  if (!pod) throw notFound({ group: "", plural: "pod" }, ref.name);
  if (pod.metadata.uid !== ref.uid)
    return `the UID in the bound object reference (${ref.uid}) does not match the UID in record. The object might have been deleted and then recreated`;
  if (pod.spec.nodeName !== node) return "node requested token bound to a pod scheduled on a different node";
  if ((audiences ?? []).length > 1) return "node may only request 0 or 1 audiences";
  const named = new Set(audiencesOf(pod));
  const other = (audiences ?? []).find((audience) => audience !== "" && !named.has(audience));
  if (other === undefined) return undefined;
  return `audience ${quote(other)} not found in pod spec volume, ${user.name} is not authorized to request tokens for this audience`;
}

function audiencesOf({ spec }: Pod): string[] {
  const sources = (spec.volumes ?? []).flatMap(({ projected }) => projected?.sources ?? []);
  return sources.flatMap(({ serviceAccountToken }) => serviceAccountToken?.audience ?? []);
}
