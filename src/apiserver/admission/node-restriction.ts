import { forbidden, type KubeObject, type Pod } from "../../api/index.ts";
import type { UserInfo } from "../../net/message.ts";
import type { AdmissionPlugin, AdmissionRequest } from "../contracts.ts";

const NODE_PREFIX = "system:node:";
const MIRROR = "kubernetes.io/config.mirror";

/** The node that a user is; undefined for anyone else. */
export function nodeOf(user: UserInfo): string | undefined {
  return user.groups.includes("system:nodes") && user.name.startsWith(NODE_PREFIX)
    ? user.name.slice(NODE_PREFIX.length)
    : undefined;
}

/** Kubelets change their own node, its lease and the pods on it, and nothing else. */
export const nodeRestriction: AdmissionPlugin = {
  name: "NodeRestriction",
  async validate(request) {
    const node = nodeOf(request.user);
    if (node === undefined) return;
    switch (`${request.kind.group}/${request.kind.plural}`) {
      case "/pods":
        return restrictPods(request, node);
      case "/nodes":
        return restrictNodes(request, node);
      case "coordination.k8s.io/leases":
        return restrictLeases(request, node);
    }
  },
};

function restrictPods({ operation, subresource, kind, name, object, oldObject }: AdmissionRequest, node: string): void {
  const pod = (operation === "CREATE" && subresource === "" ? object : oldObject) as Pod | undefined;
  if (subresource === "binding") throw forbidden(kind, name, `unexpected pod subresource "binding"`);
  if (operation === "CREATE" && subresource === "") {
    if (pod?.metadata.annotations?.[MIRROR] === undefined)
      throw forbidden(
        kind,
        name,
        `pod does not have ${JSON.stringify(MIRROR)} annotation, node ${JSON.stringify(node)} can only create mirror pods`,
      );
    if (pod.spec.nodeName !== node)
      throw forbidden(kind, name, `node ${JSON.stringify(node)} can only create pods with spec.nodeName set to itself`);
    return;
  }
  if (pod && pod.spec?.nodeName !== node) {
    const what = operation === "DELETE" ? "delete pods" : "update pod status for pods";
    throw forbidden(kind, name, `node ${JSON.stringify(node)} can only ${what} with spec.nodeName set to itself`);
  }
}

function restrictNodes({ operation, kind, name, object, oldObject }: AdmissionRequest, node: string): void {
  if (operation === "DELETE" || name !== node)
    throw forbidden(kind, name, `node ${JSON.stringify(node)} is not allowed to modify node ${JSON.stringify(name)}`);
  if (operation !== "UPDATE") return;
  const taints = (one: unknown) => JSON.stringify((one as { spec?: { taints?: unknown } }).spec?.taints ?? []);
  if (taints(object) !== taints(oldObject))
    throw forbidden(kind, name, `node ${JSON.stringify(node)} is not allowed to modify taints`);
  const owned = (one: unknown) =>
    JSON.stringify(
      Object.entries((one as KubeObject).metadata.labels ?? {})
        .filter(([key]) => /(^|\.)node-restriction\.kubernetes\.io\//.test(key))
        .sort(),
    );
  if (owned(object) !== owned(oldObject))
    throw forbidden(kind, name, `is not allowed to modify labels: node-restriction.kubernetes.io/`);
}

function restrictLeases({ kind, namespace, name }: AdmissionRequest, node: string): void {
  if (namespace !== "kube-node-lease")
    throw forbidden(kind, name, `can only access leases in the "kube-node-lease" system namespace`);
  if (name !== node)
    throw forbidden(kind, name, `can only access node lease with the same name as the requesting node`);
}
