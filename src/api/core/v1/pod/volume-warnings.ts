import { own } from "../../../../base/index.ts";
import type { Volume, VolumeProjection } from "../volume.ts";

/** Types of volumes that no longer work, or soon won't. */
const OLD_TYPES: readonly (readonly [keyof Volume, string])[] = [
  ["photonPersistentDisk", "deprecated in v1.11, non-functional in v1.16+"],
  ["gitRepo", "deprecated in v1.11, and disabled by default in v1.33+"],
  ["scaleIO", "deprecated in v1.16, non-functional in v1.22+"],
  ["flocker", "deprecated in v1.22, non-functional in v1.25+"],
  ["storageos", "deprecated in v1.22, non-functional in v1.25+"],
  ["quobyte", "deprecated in v1.22, non-functional in v1.25+"],
  ["glusterfs", "deprecated in v1.25, non-functional in v1.26+"],
  ["cephfs", "deprecated in v1.28, non-functional in v1.31+"],
  ["rbd", "deprecated in v1.28, non-functional in v1.31+"],
];
/** Names of types in texts, where they aren't the field's. */
const FIELD_NAMES: Readonly<Record<string, string>> = { storageos: "storageOS" };

export function volumeWarnings(path: string, volumes: readonly Volume[] = []): string[] {
  return [
    ...volumes.flatMap((volume, index) =>
      OLD_TYPES.filter(([type]) => volume[type]).map(
        ([type, text]) => `${path}[${index}].${own(FIELD_NAMES, type) ?? type}: ${text}`,
      ),
    ),
    ...volumes.flatMap(overlapWarnings),
  ];
}

interface File {
  readonly path: string;
  /** What writes it, when several may. */
  readonly source: string;
}

function filesOf(items: readonly { readonly path: string }[] | undefined, source = ""): File[] {
  return (items ?? []).map(({ path }) => ({ path: (path ?? "").replace(/\/+$/, ""), source }));
}

/** Files of one volume that lie on or in each other. */
function overlapWarnings(volume: Volume): string[] {
  const { name, configMap, secret, downwardAPI, projected } = volume;
  const named = (type: string, of: string | undefined) => `${type} ${JSON.stringify(of ?? "")}`;
  const warnings: string[] = [];
  const check = (what: string, files: readonly File[]) => {
    for (const [file, other] of overlaps(files))
      warnings.push(
        `volume ${JSON.stringify(name)} (${what}): overlapping paths: ${textOf(file)} with ${textOf(other)}`,
      );
  };
  if (configMap) check(named("ConfigMap", configMap.name), filesOf(configMap.items));
  if (secret) check(named("Secret", secret.secretName), filesOf(secret.items));
  if (downwardAPI) check("DownwardAPI", filesOf(downwardAPI.items));
  const files: File[] = [];
  for (const source of projected?.sources ?? []) {
    if (Object.values(source).some(Boolean)) files.push(...projectedFiles(source));
    else warnings.push(`volume ${JSON.stringify(name)} (Projected) has no sources provided`);
  }
  check("Projected", files);
  return warnings;
}

function projectedFiles({ configMap, secret, downwardAPI, serviceAccountToken }: VolumeProjection): File[] {
  if (configMap) return filesOf(configMap.items, `ConfigMap ${JSON.stringify(configMap.name ?? "")}`);
  if (secret) return filesOf(secret.items, `Secret ${JSON.stringify(secret.name ?? "")}`);
  if (downwardAPI) return filesOf(downwardAPI.items, "DownwardAPI");
  return serviceAccountToken ? filesOf([serviceAccountToken], "ServiceAccountToken") : [];
}

function overlaps(files: readonly File[]): [File, File][] {
  return files.flatMap((file, index) =>
    files
      .slice(0, index)
      .filter(({ path }) => path === file.path || path.startsWith(`${file.path}/`) || file.path.startsWith(`${path}/`))
      .map((other): [File, File] => [file, other]),
  );
}

function textOf({ path, source }: File): string {
  return source ? `${JSON.stringify(path)} (${source})` : JSON.stringify(path);
}
