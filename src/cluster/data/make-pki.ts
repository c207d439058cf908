import { join } from "node:path";
import type { Clock, Random } from "../../base/index.ts";
import { subjectOf } from "../identities.ts";
import { KUBELET_CLIENT, writeKubeconfigs } from "./kubeconfigs.ts";
import { openPki, servingNames } from "./pki-files.ts";

export interface MakePkiOptions {
  readonly dataDirectory: string;
  /** Address of the API server that kubeconfigs name. */
  readonly server: string;
  /** Further names and addresses of it. */
  readonly hosts: readonly string[];
  /** Nodes whose kubelets get a kubeconfig. */
  readonly nodes: readonly string[];
  readonly clock: Clock;
  readonly random: Random;
}

/** Files as the flags of the API server and others name them. */
export interface MadePki {
  readonly kubeconfig: string;
  /** Flag -> file, for the API server. */
  readonly apiserver: Readonly<Record<string, string>>;
  readonly rootCa: string;
}

/** Makes keys, certificates and kubeconfigs for components that run apart; what is there stays. */
export async function makePki(options: MakePkiOptions): Promise<MadePki> {
  const { dataDirectory, server, hosts, nodes, clock, random } = options;
  const directory = join(dataDirectory, "pki");
  const sans = servingNames([new URL(server).hostname.replace(/^\[(.*)\]$/, "$1"), ...hosts]);
  const pki = await openPki({ directory, clock, random, sans });
  const kubeletClient = await pki.client("apiserver-kubelet-client", subjectOf(KUBELET_CLIENT));
  const { path } = await writeKubeconfigs({ pki, dataDirectory, server, nodes });
  return {
    kubeconfig: path,
    rootCa: pki.caFile,
    apiserver: {
      "tls-cert-file": pki.serving.certFile,
      "tls-private-key-file": pki.serving.keyFile,
      "client-ca-file": pki.caFile,
      "kubelet-client-certificate": kubeletClient.certFile,
      "kubelet-client-key": kubeletClient.keyFile,
      "service-account-signing-key-file": pki.serviceAccountKeyFile,
      "service-account-key-file": join(directory, "sa.pub"),
    },
  };
}
