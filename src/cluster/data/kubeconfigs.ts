import { join } from "node:path";
import { writeKubeconfig } from "../../client/index.ts";
import type { UserInfo } from "../../net/index.ts";
import { IDENTITIES, nodeIdentity, subjectOf } from "../identities.ts";
import { type Pki, writeSecret } from "./pki-files.ts";

/** Components that have a kubeconfig, and who they are. */
const COMPONENT_IDENTITIES: Readonly<Record<string, UserInfo>> = {
  "controller-manager": IDENTITIES.controllerManager,
  scheduler: IDENTITIES.scheduler,
  proxy: IDENTITIES.proxy,
  dns: IDENTITIES.dns,
  "cloud-controller-manager": IDENTITIES.cloudControllerManager,
};

/** Who the API server is to kubelets. */
export const KUBELET_CLIENT: UserInfo = { name: "kube-apiserver-kubelet-client", groups: ["system:masters"] };

export interface KubeconfigsOptions {
  readonly pki: Pki;
  readonly dataDirectory: string;
  /** Address of the API server. */
  readonly server: string;
  /** Nodes whose kubelets get one. */
  readonly nodes: readonly string[];
}

/** Writes a kubeconfig for each component that can run apart, below pki/, and the administrator's; the latter's path and text. */
export async function writeKubeconfigs(options: KubeconfigsOptions): Promise<{ path: string; text: string }> {
  const { dataDirectory, nodes } = options;
  const path = join(dataDirectory, "kubeconfig");
  const text = await kubeconfigOf(options, "admin", IDENTITIES.admin);
  await writeSecret(path, text);
  const all = [
    ...Object.entries(COMPONENT_IDENTITIES),
    ...nodes.map((node) => [`kubelet-${node}`, nodeIdentity(node)] as const),
  ];
  for (const [name, identity] of all)
    await writeSecret(join(dataDirectory, "pki", `${name}.kubeconfig`), await kubeconfigOf(options, name, identity));
  return { path, text };
}

async function kubeconfigOf({ pki, server }: KubeconfigsOptions, name: string, identity: UserInfo): Promise<string> {
  const { cert, key } = await pki.client(name, subjectOf(identity));
  return writeKubeconfig({ server, ca: pki.caPem, cert, key, user: name });
}
