import type { FieldError } from "../../../kind.ts";
import { parseQuantity } from "../../../quantity.ts";
import { forbiddenField, invalidValue, notSupported, oneOf, required } from "../../../validation/index.ts";
import type {
  ConfigMapVolumeSource,
  DownwardAPIVolumeFile,
  DownwardAPIVolumeSource,
  EmptyDirVolumeSource,
  GitRepoVolumeSource,
  HostPathVolumeSource,
  ImageVolumeSource,
  KeyToPath,
  ProjectedVolumeSource,
  SecretVolumeSource,
  ServiceAccountTokenProjection,
  VolumeProjection,
} from "../volume.ts";
import { PULL_POLICIES } from "./constants.ts";
import { validateFieldRef, validateResourceFieldRef, VOLUME_FIELDS } from "./downward.ts";
import { descendingPath, fileMode, noBacksteps, writtenPath } from "./paths.ts";

const HOST_PATH_TYPES = [
  "",
  "BlockDevice",
  "CharDevice",
  "Directory",
  "DirectoryOrCreate",
  "File",
  "FileOrCreate",
  "Socket",
];
const TOKEN_SECONDS_MIN = 600;
const TOKEN_SECONDS_MAX = 2 ** 32;
const CONFLICT = "conflicting duplicate paths";

export function validateEmptyDir(path: string, { sizeLimit }: EmptyDirVolumeSource): FieldError[] {
  if (sizeLimit === undefined || parseQuantity(sizeLimit).nanos >= 0n) return [];
  return [forbiddenField(`${path}.sizeLimit`, "SizeLimit field must be a valid resource quantity")];
}

export function validateHostPath(path: string, { path: directory, type }: HostPathVolumeSource): FieldError[] {
  if (!directory) return [required(`${path}.path`)];
  const unknown = type !== undefined && !HOST_PATH_TYPES.includes(type);
  return [
    ...noBacksteps(`${path}.path`, directory),
    ...(unknown ? [notSupported(`${path}.type`, type, HOST_PATH_TYPES)] : []),
  ];
}

export function validateGitRepo(path: string, { repository, directory = "" }: GitRepoVolumeSource): FieldError[] {
  return [...(repository ? [] : [required(`${path}.repository`)]), ...descendingPath(`${path}.directory`, directory)];
}

function validateItems(path: string, items: readonly KeyToPath[] = []): FieldError[] {
  return items.flatMap(({ key, path: file, mode }, index) => [
    ...(key ? [] : [required(`${path}[${index}].key`)]),
    ...writtenPath(`${path}[${index}].path`, file),
    ...fileMode(`${path}[${index}].mode`, mode),
  ]);
}

export function validateSecret(path: string, { secretName, defaultMode, items }: SecretVolumeSource): FieldError[] {
  return [
    ...(secretName ? [] : [required(`${path}.secretName`)]),
    ...fileMode(`${path}.defaultMode`, defaultMode),
    ...validateItems(`${path}.items`, items),
  ];
}

export function validateConfigMap(path: string, { name, defaultMode, items }: ConfigMapVolumeSource): FieldError[] {
  return [
    ...(name ? [] : [required(`${path}.name`)]),
    ...fileMode(`${path}.defaultMode`, defaultMode),
    ...validateItems(`${path}.items`, items),
  ];
}

export function validateDownwardApi(path: string, { defaultMode, items = [] }: DownwardAPIVolumeSource): FieldError[] {
  return [
    ...fileMode(`${path}.defaultMode`, defaultMode),
    ...items.flatMap((item) => validateDownwardFile(path, item)),
  ];
}

/** A file of the downward API; its errors are told at the volume. */
function validateDownwardFile(path: string, file: DownwardAPIVolumeFile): FieldError[] {
  const { fieldRef, resourceFieldRef } = file;
  const errors = writtenPath(`${path}.path`, file.path);
  if (fieldRef) {
    errors.push(...validateFieldRef(`${path}.fieldRef`, fieldRef, VOLUME_FIELDS));
    if (resourceFieldRef)
      errors.push(invalidValue(path, "resource", "fieldRef and resourceFieldRef can not be specified simultaneously"));
  } else if (resourceFieldRef) {
    if (!resourceFieldRef.containerName) errors.push(required(`${path}.resourceFieldRef.containerName`));
    else errors.push(...validateResourceFieldRef(`${path}.resourceFieldRef`, resourceFieldRef));
  } else errors.push(required(path, "one of fieldRef and resourceFieldRef is required"));
  return [...errors, ...fileMode(`${path}.mode`, file.mode)];
}

export function validateImageVolume(path: string, { reference, pullPolicy }: ImageVolumeSource): FieldError[] {
  return [
    ...(reference ? [] : [required(`${path}.reference`)]),
    ...oneOf(`${path}.pullPolicy`, pullPolicy, PULL_POLICIES),
  ];
}

export function validateProjected(path: string, { sources, defaultMode }: ProjectedVolumeSource): FieldError[] {
  const taken = new Set<string>();
  return [
    ...fileMode(`${path}.defaultMode`, defaultMode),
    ...(sources ?? []).flatMap((source, index) => {
      const at = `${path}.sources[${index}]`;
      const errors = validateProjection({ volume: path, path: at, taken }, source);
      if (Object.values(source).filter(Boolean).length > 1)
        errors.push(forbiddenField(at, "may not specify more than 1 volume type per source"));
      return errors;
    }),
  ];
}

interface ProjectionPlace {
  /** The projected volume, where conflicts are told. */
  readonly volume: string;
  readonly path: string;
  /** Paths of files that other sources write. */
  readonly taken: Set<string>;
}

function validateProjection(place: ProjectionPlace, source: VolumeProjection): FieldError[] {
  const { volume, path, taken } = place;
  const { secret, configMap, downwardAPI, serviceAccountToken } = source;
  const errors: FieldError[] = [];
  const take = (file: string | undefined, owner: string | undefined) => {
    if (file && taken.has(file)) errors.push(invalidValue(volume, owner ?? "", CONFLICT));
    if (file) taken.add(file);
  };
  for (const [type, from] of [
    ["secret", secret],
    ["configMap", configMap],
  ] as const) {
    if (!from) continue;
    if (!from.name) errors.push(required(`${path}.${type}.name`));
    (from.items ?? []).forEach((item, index) => {
      errors.push(...validateItemAt(`${path}.${type}.items[${index}]`, item));
      take(item.path, from.name);
    });
  }
  for (const item of downwardAPI?.items ?? []) {
    errors.push(...validateDownwardFile(`${path}.downwardAPI`, item));
    take(item.path, item.path);
  }
  if (serviceAccountToken) {
    errors.push(...validateToken(place, serviceAccountToken));
    take(serviceAccountToken.path, serviceAccountToken.path);
  }
  return errors;
}

function validateItemAt(path: string, item: KeyToPath): FieldError[] {
  return validateItems("", [item]).map((error) => ({ ...error, path: error.path.replace("[0]", path) }));
}

function validateToken(
  { volume, path }: ProjectionPlace,
  { expirationSeconds: seconds, path: file }: ServiceAccountTokenProjection,
): FieldError[] {
  const at = `${path}.serviceAccountToken.expirationSeconds`;
  const errors: FieldError[] = [];
  if (seconds !== undefined && seconds < TOKEN_SECONDS_MIN)
    errors.push(invalidValue(at, seconds, "may not specify a duration less than 10 minutes"));
  if (seconds !== undefined && seconds > TOKEN_SECONDS_MAX)
    errors.push(invalidValue(at, seconds, "may not specify a duration larger than 2^32 seconds"));
  return [...errors, ...writtenPath(`${volume}.path`, file)];
}
