import type { ConfigMap, Namespace } from "../../api/index.ts";

export const NAME = "kube-root-ca.crt";
const DESCRIPTION = "kubernetes.io/description";
const DESCRIPTION_TEXT =
  "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.";

export type Action =
  | {
      readonly type: "create";
      readonly data: ConfigMap["data"];
      readonly annotations: Readonly<Record<string, string>>;
    }
  | { readonly type: "update"; readonly object: ConfigMap };

/** What a namespace's copy of the root certificate needs. */
export function plan(
  namespace: Namespace | undefined,
  known: ConfigMap | undefined,
  rootCa: string,
): Action | undefined {
  if (namespace?.status.phase !== "Active") return undefined;
  const data = { "ca.crt": rootCa };
  if (!known) return { type: "create", data, annotations: { [DESCRIPTION]: DESCRIPTION_TEXT } };
  const { annotations } = known.metadata;
  const same = Object.keys(known.data ?? {}).length === 1 && known.data?.["ca.crt"] === rootCa;
  if (same && annotations?.[DESCRIPTION]) return undefined;
  const metadata = { ...known.metadata, annotations: { ...annotations, [DESCRIPTION]: DESCRIPTION_TEXT } };
  return { type: "update", object: { ...known, metadata, data } };
}
