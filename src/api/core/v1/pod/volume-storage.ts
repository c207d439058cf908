import type { FieldError } from "../../../kind.ts";
import {
  dnsLabelProblems,
  dnsSubdomainProblems,
  invalidValue,
  notSupported,
  problemsAt,
  rangeProblems,
  required,
  sortedEntries,
  tooLong,
} from "../../../validation/index.ts";
import type { LocalObjectReference } from "../references.ts";
import type {
  AWSElasticBlockStoreVolumeSource,
  AzureDiskVolumeSource,
  CephFSVolumeSource,
  CinderVolumeSource,
  CSIVolumeSource,
  FCVolumeSource,
  FlexVolumeSource,
  FlockerVolumeSource,
  GCEPersistentDiskVolumeSource,
  GlusterfsVolumeSource,
  ISCSIVolumeSource,
  NFSVolumeSource,
  QuobyteVolumeSource,
  RBDVolumeSource,
  StorageOSVolumeSource,
} from "../volume.ts";

const CSI_DRIVER_NAME_MAX = 63;
const QUOBYTE_TENANT_MAX = 64;
const ISCSI_NAME_AND_PORTAL_MAX = 64;

/** Every one of these fields must have a value. */
export function allRequired(path: string, fields: Readonly<Record<string, unknown>>): FieldError[] {
  return Object.entries(fields).flatMap(([name, value]) => {
    const empty = !value || (Array.isArray(value) && value.length === 0);
    return empty ? [required(`${path}.${name}`)] : [];
  });
}

/** A secret that is referred to must be named. */
function secretNamed(path: string, secret: LocalObjectReference | undefined): FieldError[] {
  return secret && !secret.name ? [required(`${path}.name`)] : [];
}

function byte(path: string, value: number | undefined): FieldError[] {
  return value === undefined ? [] : problemsAt(path, value, rangeProblems(value, 0, 255));
}

export function validateGcePersistentDisk(
  path: string,
  { pdName, partition }: GCEPersistentDiskVolumeSource,
): FieldError[] {
  return [...allRequired(path, { pdName }), ...byte(`${path}.partition`, partition)];
}

export function validateAwsElasticBlockStore(
  path: string,
  { volumeID, partition }: AWSElasticBlockStoreVolumeSource,
): FieldError[] {
  return [...allRequired(path, { volumeID }), ...byte(`${path}.partition`, partition)];
}

export function validateNfs(path: string, { server, path: directory }: NFSVolumeSource): FieldError[] {
  const relative = !directory?.startsWith("/");
  return [
    ...allRequired(path, { server, path: directory }),
    ...(relative ? [invalidValue(`${path}.path`, directory ?? "", "must be an absolute path")] : []),
  ];
}

const ISCSI_NAMES: readonly { readonly prefix: string; readonly pattern: RegExp }[] = [
  { prefix: "iqn", pattern: /^iqn\.\d{4}-\d{2}\.[a-zA-Z0-9-.]+(:[^,;*&$|\s]+)$/ },
  { prefix: "eui", pattern: /^eui.[a-zA-Z0-9]{16}$/ },
  { prefix: "naa", pattern: /^naa.[a-zA-Z0-9]{32}$/ },
];

function iscsiName(path: string, name: string): FieldError[] {
  const format = ISCSI_NAMES.find(({ prefix }) => name.startsWith(prefix));
  if (!format) return [invalidValue(path, name, "must be valid format starting with iqn, eui, or naa")];
  return format.pattern.test(name) ? [] : [invalidValue(path, name, "must be valid format")];
}

export function validateIscsi(path: string, source: ISCSIVolumeSource, volumeName: string): FieldError[] {
  const { targetPortal, iqn, lun, secretRef, initiatorName } = source;
  const authenticates = source.chapAuthDiscovery || source.chapAuthSession;
  const errors = [
    ...allRequired(path, { targetPortal }),
    ...(iqn ? iscsiName(`${path}.iqn`, iqn) : [required(`${path}.iqn`)]),
    ...byte(`${path}.lun`, lun),
    ...(authenticates && !secretRef ? [required(`${path}.secretRef`)] : []),
    ...secretNamed(`${path}.secretRef`, secretRef),
  ];
  if (initiatorName === undefined) return errors;
  // The volume's name and the portal become one iSCSI node name.
  if (`${volumeName}:${targetPortal}`.length > ISCSI_NAME_AND_PORTAL_MAX) {
    const detail =
      "Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified.";
    errors.push(invalidValue(path.replace(/iscsi$/, "name"), volumeName, detail));
  }
  return [...errors, ...iscsiName(`${path}.initiatorname`, initiatorName)];
}

export function validateGlusterfs(path: string, { endpoints, path: volume }: GlusterfsVolumeSource): FieldError[] {
  return allRequired(path, { endpoints, path: volume });
}

export function validateFlocker(
  path: string,
  { datasetName = "", datasetUUID = "" }: FlockerVolumeSource,
): FieldError[] {
  if (!datasetName && !datasetUUID) return [required(path, "one of datasetName and datasetUUID is required")];
  if (datasetName && datasetUUID)
    return [invalidValue(path, "resource", "datasetName and datasetUUID can not be specified simultaneously")];
  return datasetName.includes("/") ? [invalidValue(`${path}.datasetName`, datasetName, "must not contain '/'")] : [];
}

export function validateRbd(path: string, { monitors, image }: RBDVolumeSource): FieldError[] {
  return allRequired(path, { monitors, image });
}

export function validateCinder(path: string, { volumeID, secretRef }: CinderVolumeSource): FieldError[] {
  return [...allRequired(path, { volumeID }), ...secretNamed(`${path}.secretRef`, secretRef)];
}

export function validateCephFs(path: string, { monitors }: CephFSVolumeSource): FieldError[] {
  return allRequired(path, { monitors });
}

const HOST_AND_PORT = /^(\[[^\]]*\]|[^:]*):[^:]*$/;

export function validateQuobyte(path: string, { registry, volume, tenant = "" }: QuobyteVolumeSource): FieldError[] {
  const at = `${path}.registry`;
  const pairs = "must be a host:port pair or multiple pairs separated by commas";
  const errors: FieldError[] = [];
  if (!registry) errors.push(required(at, pairs));
  else if (tenant.length > QUOBYTE_TENANT_MAX)
    errors.push(required(`${path}.tenant`, "must be a UUID and may not exceed a length of 64 characters"));
  else
    for (const pair of registry.split(","))
      if (!HOST_AND_PORT.test(pair)) errors.push(invalidValue(at, registry, pairs));
  return [...errors, ...allRequired(path, { volume })];
}

export function validateFibreChannel(path: string, { targetWWNs = [], wwids = [], lun }: FCVolumeSource): FieldError[] {
  const names = `${path}.targetWWNs`;
  const errors: FieldError[] = [];
  if (targetWWNs.length === 0 && wwids.length === 0)
    errors.push(required(names, "must specify either targetWWNs or wwids, but not both"));
  if (targetWWNs.length > 0 && wwids.length > 0)
    errors.push(invalidValue(names, targetWWNs, "targetWWNs and wwids can not be specified simultaneously"));
  if (targetWWNs.length > 0) {
    if (lun === undefined) errors.push(required(`${path}.lun`, "lun is required if targetWWNs is specified"));
    else errors.push(...byte(`${path}.lun`, lun));
  }
  return errors;
}

export function validateFlexVolume(path: string, { driver, options }: FlexVolumeSource): FieldError[] {
  const reserved = sortedEntries(options).filter(([key]) => {
    const domain = `.${key.split("/")[0]!.toLowerCase()}`;
    return domain.endsWith(".kubernetes.io") || domain.endsWith(".k8s.io");
  });
  const detail = "kubernetes.io and k8s.io namespaces are reserved";
  return [
    ...allRequired(path, { driver }),
    ...reserved.map(([key]) => invalidValue(`${path}.options[${key}]`, key, detail)),
  ];
}

const AZURE_CACHING = ["None", "ReadOnly", "ReadWrite"];
const AZURE_KINDS = ["Dedicated", "Managed", "Shared"];
const AZURE_MANAGED_URI =
  "/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}";
const AZURE_BLOB_URI = "https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd";

export function validateAzureDisk(path: string, source: AzureDiskVolumeSource): FieldError[] {
  const { diskName, diskURI = "", cachingMode, kind } = source;
  const errors = allRequired(path, { diskName, diskURI });
  if (cachingMode !== undefined && !AZURE_CACHING.includes(cachingMode))
    errors.push(notSupported(`${path}.cachingMode`, cachingMode, AZURE_CACHING));
  if (kind !== undefined && !AZURE_KINDS.includes(kind)) errors.push(notSupported(`${path}.kind`, kind, AZURE_KINDS));
  const [start, form] = kind === "Managed" ? ["/subscriptions/", AZURE_MANAGED_URI] : ["https://", AZURE_BLOB_URI];
  if (!diskURI.startsWith(start!)) errors.push(notSupported(`${path}.diskURI`, diskURI, [form!]));
  return errors;
}

export function validateStorageOs(path: string, source: StorageOSVolumeSource): FieldError[] {
  const { volumeName = "", volumeNamespace = "", secretRef } = source;
  return [
    ...(volumeName
      ? problemsAt(`${path}.volumeName`, volumeName, dnsLabelProblems(volumeName))
      : [required(`${path}.volumeName`)]),
    ...(volumeNamespace
      ? problemsAt(`${path}.volumeNamespace`, volumeNamespace, dnsLabelProblems(volumeNamespace))
      : []),
    ...secretNamed(`${path}.secretRef`, secretRef),
  ];
}

/** The name of a CSI driver: a DNS subdomain, of either case. */
export function validateCsiDriverName(path: string, name: string | undefined): FieldError[] {
  if (!name) return [required(path)];
  return [
    ...(name.length > CSI_DRIVER_NAME_MAX ? [tooLong(path, CSI_DRIVER_NAME_MAX)] : []),
    ...problemsAt(path, name, dnsSubdomainProblems(name.toLowerCase())),
  ];
}

export function validateCsi(path: string, { driver, nodePublishSecretRef }: CSIVolumeSource): FieldError[] {
  return [
    ...validateCsiDriverName(`${path}.driver`, driver),
    ...secretNamed(`${path}.nodePublishSecretRef`, nodePublishSecretRef),
    ...(nodePublishSecretRef?.name
      ? problemsAt(`${path}.name`, nodePublishSecretRef.name, dnsSubdomainProblems(nodePublishSecretRef.name))
      : []),
  ];
}
