import { ClusterRole, type Pod, Pod as PodKind } from "../../api/index.ts";
import { nodeOf } from "../admission/node-restriction.ts";
import type { Attributes, Authorization, Authorizer, Reads } from "../contracts.ts";
import { allows } from "./rbac.ts";

const NO_OPINION: Authorization = { decision: "noOpinion", reason: "" };
const ALLOW: Authorization = { decision: "allow", reason: "" };
const ROLE = "system:node";
const READS = new Set(["get", "list", "watch"]);

/** Kubelets read what the pods on their node need, by name, and write their own node, its lease and the pods on it. */
export function nodeAuthorizer(reads: Reads): Authorizer {
  return async (attributes) => {
    const node = nodeOf(attributes.user);
    if (node === undefined) return NO_OPINION;
    const special = SPECIAL[`${attributes.group}/${attributes.resource}`] ?? byRole;
    return special(attributes, node, reads);
  };
}

/** What the role of all nodes allows. */
function byRole(attributes: Attributes, _: string, reads: Reads): Authorization {
  const rules = reads.cached(ClusterRole).find((role) => role.metadata.name === ROLE)?.rules ?? [];
  return allows(rules, attributes) ? ALLOW : NO_OPINION;
}

/** Several pods only when they are asked for as those of this node. */
function pods(attributes: Attributes, node: string, reads: Reads): Authorization {
  const isOfMany = (attributes.verb === "list" || attributes.verb === "watch") && attributes.subresource === "";
  if (isOfMany && attributes.fields?.["spec.nodeName"] !== node)
    return { decision: "noOpinion", reason: "can only list/watch pods with spec.nodeName field selector" };
  return byRole(attributes, node, reads);
}

type Check = (attributes: Attributes, node: string, reads: Reads) => Authorization;

const SPECIAL: Readonly<Record<string, Check>> = {
  "/secrets": referenced(secretsOf),
  "/configmaps": referenced(configMapsOf),
  "/persistentvolumeclaims": referenced(claimsOf),
  "/serviceaccounts": accounts,
  "/nodes": nodes,
  "/pods": pods,
  "coordination.k8s.io/leases": leases,
};

const deny = (node: string, why: string): Authorization => ({
  decision: "noOpinion",
  reason: `node ${JSON.stringify(node)} ${why}`,
});

/** Allowed by name when a pod on the node names it. */
function referenced(namesOf: (pod: Pod) => Iterable<string>): Check {
  return ({ verb, namespace, name, resource }, node, reads) => {
    if (!READS.has(verb)) return deny(node, `can only read resources of type ${resource}`);
    if (name === "") return deny(node, `can only read named object of type ${resource}`);
    for (const pod of podsOn(node, namespace, reads)) for (const one of namesOf(pod)) if (one === name) return ALLOW;
    return { decision: "noOpinion", reason: `no relationship found between node '${node}' and this object` };
  };
}

function podsOn(node: string, namespace: string, reads: Reads): Pod[] {
  return reads.cached(PodKind, namespace).filter((pod) => pod.spec.nodeName === node);
}

function* containersOf(pod: Pod) {
  yield* pod.spec.containers ?? [];
  yield* pod.spec.initContainers ?? [];
}

function* secretsOf(pod: Pod): Iterable<string> {
  for (const secret of pod.spec.imagePullSecrets ?? []) yield secret.name ?? "";
  for (const volume of pod.spec.volumes ?? []) {
    if (volume.secret?.secretName) yield volume.secret.secretName;
    for (const source of volume.projected?.sources ?? []) if (source.secret?.name) yield source.secret.name;
  }
  for (const container of containersOf(pod)) {
    for (const source of container.envFrom ?? []) if (source.secretRef?.name) yield source.secretRef.name;
    for (const variable of container.env ?? [])
      if (variable.valueFrom?.secretKeyRef?.name) yield variable.valueFrom.secretKeyRef.name;
  }
}

function* configMapsOf(pod: Pod): Iterable<string> {
  for (const volume of pod.spec.volumes ?? []) {
    if (volume.configMap?.name) yield volume.configMap.name;
    for (const source of volume.projected?.sources ?? []) if (source.configMap?.name) yield source.configMap.name;
  }
  for (const container of containersOf(pod)) {
    for (const source of container.envFrom ?? []) if (source.configMapRef?.name) yield source.configMapRef.name;
    for (const variable of container.env ?? [])
      if (variable.valueFrom?.configMapKeyRef?.name) yield variable.valueFrom.configMapKeyRef.name;
  }
}

function* claimsOf(pod: Pod): Iterable<string> {
  for (const volume of pod.spec.volumes ?? [])
    if (volume.persistentVolumeClaim) yield volume.persistentVolumeClaim.claimName;
}

function accounts({ verb, subresource, namespace, name }: Attributes, node: string, reads: Reads): Authorization {
  if (subresource !== "token" || verb !== "create")
    return deny(node, "can only create tokens for individual service accounts");
  const uses = podsOn(node, namespace, reads).some((pod) => pod.spec.serviceAccountName === name);
  return uses
    ? ALLOW
    : { decision: "noOpinion", reason: `no relationship found between node '${node}' and this object` };
}

function nodes({ verb, subresource, name }: Attributes, node: string): Authorization {
  if (subresource !== "" && subresource !== "status") return deny(node, `cannot access subresource ${subresource}`);
  if (verb === "create" && name === "") return ALLOW;
  if (READS.has(verb)) return ALLOW;
  if (verb !== "update" && verb !== "patch") return deny(node, `cannot ${verb} nodes`);
  return name === node ? ALLOW : deny(node, `cannot ${verb} node ${JSON.stringify(name)}`);
}

function leases({ verb, namespace, name }: Attributes, node: string): Authorization {
  if (namespace !== "kube-node-lease")
    return deny(node, 'can only access leases in the "kube-node-lease" system namespace');
  if (verb === "create" && name === "") return ALLOW;
  if (!["get", "update", "patch", "delete"].includes(verb))
    return deny(node, "can only get, create, update, patch, or delete a node lease");
  return name === node ? ALLOW : deny(node, "can only access node lease with the same name as the requesting node");
}
