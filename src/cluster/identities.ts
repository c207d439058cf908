import type { UserInfo } from "../net/index.ts";

/** Who the parts of a cluster are: the names in their certificates. */
export const IDENTITIES = {
  admin: { name: "kubernetes-admin", groups: ["system:masters", "system:authenticated"] },
  controllerManager: { name: "system:kube-controller-manager", groups: ["system:authenticated"] },
  cloudControllerManager: {
    name: "system:cloud-controller-manager",
    groups: ["system:masters", "system:authenticated"],
  },
  scheduler: { name: "system:kube-scheduler", groups: ["system:authenticated"] },
  proxy: { name: "system:kube-proxy", groups: ["system:authenticated"] },
  dns: { name: "system:serviceaccount:kube-system:coredns", groups: ["system:masters", "system:authenticated"] },
} as const satisfies Record<string, UserInfo>;

/** What a certificate for an identity says; the group of everyone with a credential comes by itself. */
export function subjectOf({ name, groups }: UserInfo): { commonName: string; organizations: string[] } {
  return { commonName: name, organizations: groups.filter((group) => group !== "system:authenticated") };
}

/** The identity of a node's kubelet. */
export function nodeIdentity(nodeName: string): UserInfo {
  return { name: `system:node:${nodeName}`, groups: ["system:nodes", "system:authenticated"] };
}

/** The identity of one controller: its service account in kube-system. */
export function controllerIdentity(account: string): UserInfo {
  return {
    name: `system:serviceaccount:kube-system:${account}`,
    groups: ["system:serviceaccounts", "system:serviceaccounts:kube-system", "system:authenticated"],
  };
}
