import type { Container, PodSpec, ServiceAccount } from "../../../api/index.ts";

/** What the original takes for a yes. */
const TRUE = ["1", "t", "T", "TRUE", "true", "True"];
const ENFORCE = "kubernetes.io/enforce-mountable-secrets";

/** Why a pod may not run as an account that limits its pods to the secrets which it names; undefined when it may. */
export function secretBeyondAccount(spec: PodSpec, account: ServiceAccount): string | undefined {
  if (!TRUE.includes(account.metadata.annotations?.[ENFORCE] ?? "")) return undefined;
  const { name } = account.metadata;
  const mountable = new Set((account.secrets ?? []).map((secret) => secret.name));
  const pullable = new Set((account.imagePullSecrets ?? []).map((secret) => secret.name));
  const used = [
    ...(spec.volumes ?? []).flatMap(({ secret }) => (secret ? [{ name: secret.secretName, by: "volume with" }] : [])),
    ...(spec.initContainers ?? []).flatMap((container) => variables("init container", container)),
    ...(spec.containers ?? []).flatMap((container) => variables("container", container)),
  ];
  const other = used.find((secret) => !mountable.has(secret.name));
  if (other)
    return `${other.by} secret.secretName="${other.name ?? ""}" is not allowed because service account ${name} does not reference that secret`;
  const pulls = spec.imagePullSecrets ?? [];
  const at = pulls.findIndex((secret) => !pullable.has(secret.name));
  if (at < 0) return undefined;
  return `imagePullSecrets[${at}].name="${pulls[at]!.name ?? ""}" is not allowed because service account ${name} does not reference that imagePullSecret`;
}

interface Used {
  readonly name: string | undefined;
  /** Who uses it, as messages begin. */
  readonly by: string;
}

function variables(what: string, { name, env = [], envFrom = [] }: Container): Used[] {
  return [
    ...env.flatMap(({ name: variable, valueFrom }) =>
      valueFrom?.secretKeyRef
        ? [{ name: valueFrom.secretKeyRef.name, by: `${what} ${name} with envVar ${variable} referencing` }]
        : [],
    ),
    ...envFrom.flatMap(({ secretRef }) =>
      secretRef ? [{ name: secretRef.name, by: `${what} ${name} with envFrom referencing` }] : [],
    ),
  ];
}
