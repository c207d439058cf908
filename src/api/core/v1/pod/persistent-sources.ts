import type { FieldError } from "../../../kind.ts";
import {
  dnsLabelProblems,
  dnsSubdomainProblems,
  invalidValue,
  problemsAt,
  required,
} from "../../../validation/index.ts";
import type { PersistentVolumeSpec } from "../persistentvolume.ts";
import { noBacksteps } from "./paths.ts";
import { validateHostPath } from "./volume-files.ts";
import * as storage from "./volume-storage.ts";

type Sources = Omit<
  PersistentVolumeSpec,
  | "accessModes"
  | "capacity"
  | "claimRef"
  | "mountOptions"
  | "nodeAffinity"
  | "persistentVolumeReclaimPolicy"
  | "storageClassName"
  | "volumeAttributesClassName"
  | "volumeMode"
>;
type Check<S extends keyof Sources> = (path: string, source: NonNullable<Sources[S]>, name: string) => FieldError[];

interface SecretReference {
  readonly name?: string;
  readonly namespace?: string;
}

/** A secret of any namespace must be named with it. */
function secret(path: string, reference: SecretReference | undefined): FieldError[] {
  return reference ? storage.allRequired(path, { name: reference.name, namespace: reference.namespace }) : [];
}

/** Of a driver's secrets it matters what they are called, too. */
function csiSecret(path: string, reference: SecretReference | undefined): FieldError[] {
  if (!reference) return [];
  const { name, namespace } = reference;
  return [
    ...(name ? problemsAt(`${path}.name`, name, dnsSubdomainProblems(name)) : [required(`${path}.name`)]),
    ...(namespace
      ? problemsAt(`${path}.namespace`, namespace, dnsLabelProblems(namespace))
      : [required(`${path}.namespace`)]),
  ];
}

const CSI_SECRETS = [
  "controllerPublishSecretRef",
  "controllerExpandSecretRef",
  "nodePublishSecretRef",
  "nodeExpandSecretRef",
] as const;

function validateCsi(path: string, source: NonNullable<Sources["csi"]>): FieldError[] {
  return [
    ...storage.validateCsiDriverName(`${path}.driver`, source.driver),
    ...storage.allRequired(path, { volumeHandle: source.volumeHandle }),
    ...CSI_SECRETS.flatMap((field) => csiSecret(`${path}.${field}`, source[field])),
  ];
}

function validateAzureFile(path: string, source: NonNullable<Sources["azureFile"]>): FieldError[] {
  const { secretName, shareName, secretNamespace } = source;
  const at = `${path}.secretNamespace`;
  return [...storage.allRequired(path, { secretName, shareName }), ...(secretNamespace === "" ? [required(at)] : [])];
}

function validateLocal(path: string, { path: directory }: NonNullable<Sources["local"]>): FieldError[] {
  if (!directory) return [required(`${path}.path`)];
  return noBacksteps(`${path}.path`, directory);
}

function validateGlusterfs(path: string, source: NonNullable<Sources["glusterfs"]>): FieldError[] {
  const { endpoints, path: volume, endpointsNamespace } = source;
  const at = `${path}.endpointsNamespace`;
  if (endpointsNamespace === undefined) return storage.allRequired(path, { endpoints, path: volume });
  const detail = "if the endpointnamespace is set, it must be a valid namespace name";
  return [
    ...storage.allRequired(path, { endpoints, path: volume }),
    ...(endpointsNamespace === "" ? [invalidValue(at, endpointsNamespace, detail)] : []),
    ...(endpointsNamespace === "" ? [] : problemsAt(at, endpointsNamespace, dnsLabelProblems(endpointsNamespace))),
  ];
}

/** The types of persistent volumes, in the order in which they are asked, with the name that messages give them. */
export const persistentSources: {
  readonly [S in keyof Sources]-?: { readonly label?: string; readonly check: Check<S> };
} = {
  hostPath: { check: validateHostPath },
  gcePersistentDisk: { label: "persistentDisk", check: storage.validateGcePersistentDisk },
  awsElasticBlockStore: { check: storage.validateAwsElasticBlockStore },
  glusterfs: { check: validateGlusterfs },
  flocker: { check: storage.validateFlocker },
  nfs: { check: storage.validateNfs },
  rbd: { check: (path, { monitors, image }) => storage.allRequired(path, { monitors, image }) },
  quobyte: { check: storage.validateQuobyte },
  cephfs: { label: "cephfs", check: (path, { monitors }) => storage.allRequired(path, { monitors }) },
  iscsi: {
    check: (path, source, name) => [
      ...storage.validateIscsi(
        path,
        { ...source, secretRef: source.secretRef && { name: source.secretRef.name ?? "" } } as never,
        name,
      ),
      ...(source.secretRef && !source.secretRef.namespace ? [required(`${path}.secretRef.namespace`)] : []),
    ],
  },
  cinder: {
    check: (path, { volumeID, secretRef }) => [
      ...storage.allRequired(path, { volumeID }),
      ...secret(`${path}.secretRef`, secretRef),
    ],
  },
  fc: { check: storage.validateFibreChannel },
  flexVolume: { check: (path, source) => storage.validateFlexVolume(path, source as never) },
  azureFile: { check: validateAzureFile },
  vsphereVolume: { check: (path, { volumePath }) => storage.allRequired(path, { volumePath }) },
  photonPersistentDisk: { check: (path, { pdID }) => storage.allRequired(path, { pdID }) },
  portworxVolume: { check: (path, { volumeID }) => storage.allRequired(path, { volumeID }) },
  azureDisk: { check: storage.validateAzureDisk },
  scaleIO: {
    check: (path, { gateway, system, volumeName }) => storage.allRequired(path, { gateway, system, volumeName }),
  },
  local: { check: validateLocal },
  storageos: { check: (path, source) => storage.validateStorageOs(path, source as never) },
  csi: { check: validateCsi },
};
