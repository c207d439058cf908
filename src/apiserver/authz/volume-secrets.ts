import type { PersistentVolume } from "../../api/index.ts";

interface Reference {
  readonly name?: string;
  readonly namespace?: string;
}

type Source = Readonly<Record<string, unknown>> & { readonly secretRef?: Reference };

/** Of a driver's secrets those that a kubelet needs; others are for whoever attaches the volume or makes it larger. */
const OF_DRIVERS = ["nodePublishSecretRef", "nodeStageSecretRef", "nodeExpandSecretRef"];

/** The secrets that a kubelet needs for a claimed volume, as "namespace/name". */
export function secretsOfVolume({ spec }: PersistentVolume): string[] {
  const home = spec.claimRef?.namespace ?? "";
  const named = ({ name, namespace }: Reference) => `${namespace || home}/${name ?? ""}`;
  const { azureFile } = spec;
  return [
    ...Object.values(spec as unknown as Readonly<Record<string, Source | undefined>>).flatMap((source) =>
      typeof source === "object" && source?.secretRef ? [named(source.secretRef)] : [],
    ),
    ...OF_DRIVERS.flatMap((field) => {
      const secret = (spec.csi as Source | undefined)?.[field] as Reference | undefined;
      return secret ? [named(secret)] : [];
    }),
    ...(azureFile ? [`${azureFile.secretNamespace || home}/${azureFile.secretName}`] : []),
  ];
}
