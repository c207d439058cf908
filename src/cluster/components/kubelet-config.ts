import { own } from "../../base/index.ts";
import { parse } from "yaml";
import { ConfigError } from "../errors.ts";
import { KUBELET_FLAGS, type KubeletFlags, parseFlags, readFlagFile } from "../flags/index.ts";

const API_VERSION = "kubelet.config.k8s.io/v1beta1";
const ALIASES_MAX = 100;

/** Fields of a KubeletConfiguration by their path, and the flag that says the same. */
const FIELDS: Readonly<Record<string, keyof typeof KUBELET_FLAGS>> = {
  address: "address",
  port: "port",
  tlsCertFile: "tls-cert-file",
  tlsPrivateKeyFile: "tls-private-key-file",
  "authentication.x509.clientCAFile": "client-ca-file",
  "authentication.anonymous.enabled": "anonymous-auth",
  "authentication.webhook.enabled": "authentication-token-webhook",
  "authorization.mode": "authorization-mode",
  containerRuntimeEndpoint: "container-runtime-endpoint",
  staticPodPath: "pod-manifest-path",
  fileCheckFrequency: "file-check-frequency",
  maxPods: "max-pods",
  clusterDNS: "cluster-dns",
  clusterDomain: "cluster-domain",
  resolvConf: "resolv-conf",
  cgroupRoot: "cgroup-root",
  kubeReserved: "kube-reserved",
  systemReserved: "system-reserved",
  nodeStatusUpdateFrequency: "node-status-update-frequency",
  syncFrequency: "sync-frequency",
  registerNode: "register-node",
  providerID: "provider-id",
};

/** The flags with what their --config file adds; a flag goes before the file. */
export function withConfigFile(flags: KubeletFlags): KubeletFlags {
  if (flags.config === undefined) return flags;
  const words = wordsOf(readFlagFile("config", flags.config), flags.config);
  return {
    ...parseFlags(words, { component: "kubelet", table: KUBELET_FLAGS, prefix: `${flags.config}: --` }),
    ...flags,
  };
}

/** A KubeletConfiguration as flags; throws for a field that nothing here reads. */
export function wordsOf(text: string, path: string): string[] {
  const config = parse(text, { version: "1.1", maxAliasCount: ALIASES_MAX }) as Record<string, unknown> | null;
  if (config?.kind !== "KubeletConfiguration" || config.apiVersion !== API_VERSION)
    throw new ConfigError(`read --config: ${path} is not a KubeletConfiguration of ${API_VERSION}`);
  const { kind: _, apiVersion: __, ...fields } = config;
  return [...leaves(fields, "")].map(([field, value]) => {
    const flag = own(FIELDS, field);
    if (!flag) throw new ConfigError(`read --config: ${field} in ${path} is not built yet or not known`);
    return `--${flag}=${value}`;
  });
}

/** Values by path; what a flag takes whole stays whole. */
function* leaves(object: Record<string, unknown>, path: string): Iterable<[string, string]> {
  for (const [name, value] of Object.entries(object)) {
    const field = path === "" ? name : `${path}.${name}`;
    if (Array.isArray(value)) yield [field, value.join(",")];
    else if (typeof value !== "object" || value === null) yield [field, String(value)];
    else if (own(FIELDS, field))
      yield [
        field,
        Object.entries(value)
          .map(([key, one]) => `${key}=${one}`)
          .join(","),
      ];
    else yield* leaves(value as Record<string, unknown>, field);
  }
}
