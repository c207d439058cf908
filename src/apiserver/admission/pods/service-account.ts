import { type Pod, secretNames, ServiceAccount } from "../../../api/index.ts";
import type { Random } from "../../../base/index.ts";
import { secretBeyondAccount } from "./mountable-secrets.ts";
import type { AdmissionPlugin, AdmissionRequest } from "../../contracts.ts";
import { refused } from "../refused.ts";

interface MutableContainer {
  volumeMounts?: { name: string; mountPath: string; readOnly?: boolean }[];
}

interface MutablePodSpec {
  serviceAccountName?: string;
  serviceAccount?: string;
  automountServiceAccountToken?: boolean;
  imagePullSecrets?: unknown[];
  volumes?: { name: string; projected?: unknown }[];
  containers?: MutableContainer[];
  initContainers?: MutableContainer[];
}

const MOUNT_PATH = "/var/run/secrets/kubernetes.io/serviceaccount";
const MIRROR = "kubernetes.io/config.mirror";
const TOKEN_SECONDS = 3607;

/** Pods run as a service account that exists, and find its token, the CA and their namespace in a volume. */
export function serviceAccount(random: Random): AdmissionPlugin {
  return {
    name: "ServiceAccount",
    resources: ["/pods"],
    async admit(request) {
      const { operation, kind, subresource, object } = request;
      if (kind.plural !== "pods" || kind.group !== "" || subresource !== "" || operation !== "CREATE" || !object)
        return;
      const spec = object.spec as MutablePodSpec;
      const annotations = (object.metadata as { annotations?: Record<string, string> }).annotations;
      if (annotations?.[MIRROR] !== undefined) return refuseMirror(request, spec);
      spec.serviceAccountName ||= "default";
      spec.serviceAccount = spec.serviceAccountName;
      const account = await request.reads.get(ServiceAccount, {
        namespace: request.namespace,
        name: spec.serviceAccountName,
      });
      if (!account) {
        const why = `error looking up service account ${request.namespace}/${spec.serviceAccountName}: serviceaccount ${JSON.stringify(spec.serviceAccountName)} not found`;
        throw refused(request, why);
      }
      const beyond = secretBeyondAccount(spec as unknown as Pod["spec"], account);
      if (beyond) throw refused(request, beyond);
      if (spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true) mountToken(spec, random);
      if (!spec.imagePullSecrets?.length && account.imagePullSecrets?.length)
        spec.imagePullSecrets = structuredClone([...account.imagePullSecrets]);
    },
  };
}

function refuseMirror(request: AdmissionRequest, spec: MutablePodSpec): void {
  const refuse = (why: string) => refused(request, `a mirror pod may not ${why}`);
  if (spec.serviceAccountName) throw refuse("reference service accounts");
  if (![...secretNames({ spec: spec as unknown as Pod["spec"] })].every((secret) => secret === ""))
    throw refuse("reference secrets");
  const sources = (spec.volumes ?? []).flatMap(
    ({ projected }) => (projected as { sources?: { serviceAccountToken?: unknown }[] } | undefined)?.sources ?? [],
  );
  if (sources.some(({ serviceAccountToken }) => serviceAccountToken))
    throw refuse("use ServiceAccountToken volume projections");
}

function mountToken(spec: MutablePodSpec, random: Random): void {
  const containers = [...(spec.initContainers ?? []), ...(spec.containers ?? [])];
  const lacking = containers.filter(
    (container) => !container.volumeMounts?.some((mount) => mount.mountPath === MOUNT_PATH),
  );
  if (lacking.length === 0) return;
  const name =
    spec.volumes?.find((volume) => volume.name.startsWith("kube-api-access-"))?.name ??
    `kube-api-access-${random.suffix(5)}`;
  for (const container of lacking)
    container.volumeMounts = [...(container.volumeMounts ?? []), { name, readOnly: true, mountPath: MOUNT_PATH }];
  if (!spec.volumes?.some((volume) => volume.name === name))
    spec.volumes = [...(spec.volumes ?? []), { name, projected: tokenVolume() }];
}

function tokenVolume(): unknown {
  return {
    sources: [
      { serviceAccountToken: { expirationSeconds: TOKEN_SECONDS, path: "token" } },
      { configMap: { name: "kube-root-ca.crt", items: [{ key: "ca.crt", path: "ca.crt" }] } },
      {
        downwardAPI: {
          items: [{ path: "namespace", fieldRef: { apiVersion: "v1", fieldPath: "metadata.namespace" } }],
        },
      },
    ],
    defaultMode: 0o644,
  };
}
