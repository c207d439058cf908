import {
  boolean,
  int32,
  int64,
  list,
  map,
  quantity,
  ref,
  scalar,
  string,
  struct,
  type Infer,
} from "../../../schema/index.ts";
import {
  LocalObjectReference,
  ObjectReference,
  SecretReference,
  TypedLocalObjectReference,
  TypedObjectReference,
} from "./references.ts";
import { LabelSelector } from "../../meta/v1/labelselector.ts";
import { ObjectMeta } from "../../meta/v1/objectmeta.ts";

export const PersistentVolumeSource = struct("io.k8s.api.core.v1.PersistentVolumeSource", () => ({
  gcePersistentDisk: ref(1, GCEPersistentDiskVolumeSource, { ptr: true }),
  awsElasticBlockStore: ref(2, AWSElasticBlockStoreVolumeSource, { ptr: true }),
  hostPath: ref(3, HostPathVolumeSource, { ptr: true }),
  glusterfs: ref(4, GlusterfsPersistentVolumeSource, { ptr: true }),
  nfs: ref(5, NFSVolumeSource, { ptr: true }),
  rbd: ref(6, RBDPersistentVolumeSource, { ptr: true }),
  iscsi: ref(7, ISCSIPersistentVolumeSource, { ptr: true }),
  cinder: ref(8, CinderPersistentVolumeSource, { ptr: true }),
  cephfs: ref(9, CephFSPersistentVolumeSource, { ptr: true }),
  fc: ref(10, FCVolumeSource, { ptr: true }),
  flocker: ref(11, FlockerVolumeSource, { ptr: true }),
  flexVolume: ref(12, FlexPersistentVolumeSource, { ptr: true }),
  azureFile: ref(13, AzureFilePersistentVolumeSource, { ptr: true }),
  vsphereVolume: ref(14, VsphereVirtualDiskVolumeSource, { ptr: true }),
  quobyte: ref(15, QuobyteVolumeSource, { ptr: true }),
  azureDisk: ref(16, AzureDiskVolumeSource, { ptr: true }),
  photonPersistentDisk: ref(17, PhotonPersistentDiskVolumeSource, { ptr: true }),
  portworxVolume: ref(18, PortworxVolumeSource, { ptr: true }),
  scaleIO: ref(19, ScaleIOPersistentVolumeSource, { ptr: true }),
  local: ref(20, LocalVolumeSource, { ptr: true }),
  storageos: ref(21, StorageOSPersistentVolumeSource, { ptr: true }),
  csi: ref(22, CSIPersistentVolumeSource, { ptr: true }),
}));
export interface PersistentVolumeSource extends Infer<typeof PersistentVolumeSource> {}

export const CSIPersistentVolumeSource = struct("io.k8s.api.core.v1.CSIPersistentVolumeSource", () => ({
  driver: string(1, { always: true, required: true }),
  volumeHandle: string(2, { always: true, required: true }),
  readOnly: boolean(3),
  fsType: string(4),
  volumeAttributes: map(5, scalar.string),
  controllerPublishSecretRef: ref(6, SecretReference, { ptr: true }),
  nodeStageSecretRef: ref(7, SecretReference, { ptr: true }),
  nodePublishSecretRef: ref(8, SecretReference, { ptr: true }),
  controllerExpandSecretRef: ref(9, SecretReference, { ptr: true }),
  nodeExpandSecretRef: ref(10, SecretReference, { ptr: true }),
}));
export interface CSIPersistentVolumeSource extends Infer<typeof CSIPersistentVolumeSource> {}

export const StorageOSPersistentVolumeSource = struct("io.k8s.api.core.v1.StorageOSPersistentVolumeSource", () => ({
  volumeName: string(1),
  volumeNamespace: string(2),
  fsType: string(3),
  readOnly: boolean(4),
  secretRef: ref(5, ObjectReference, { ptr: true }),
}));
export interface StorageOSPersistentVolumeSource extends Infer<typeof StorageOSPersistentVolumeSource> {}

export const LocalVolumeSource = struct("io.k8s.api.core.v1.LocalVolumeSource", () => ({
  path: string(1, { always: true, required: true }),
  fsType: string(2, { ptr: true }),
}));
export interface LocalVolumeSource extends Infer<typeof LocalVolumeSource> {}

export const ScaleIOPersistentVolumeSource = struct("io.k8s.api.core.v1.ScaleIOPersistentVolumeSource", () => ({
  gateway: string(1, { always: true, required: true }),
  system: string(2, { always: true, required: true }),
  secretRef: ref(3, SecretReference, { ptr: true, always: true, required: true }),
  sslEnabled: boolean(4),
  protectionDomain: string(5),
  storagePool: string(6),
  storageMode: string(7, { default: "ThinProvisioned" }),
  volumeName: string(8),
  fsType: string(9, { default: "xfs" }),
  readOnly: boolean(10),
}));
export interface ScaleIOPersistentVolumeSource extends Infer<typeof ScaleIOPersistentVolumeSource> {}

export const AzureFilePersistentVolumeSource = struct("io.k8s.api.core.v1.AzureFilePersistentVolumeSource", () => ({
  secretName: string(1, { always: true, required: true }),
  shareName: string(2, { always: true, required: true }),
  readOnly: boolean(3),
  secretNamespace: string(4, { ptr: true, always: true }),
}));
export interface AzureFilePersistentVolumeSource extends Infer<typeof AzureFilePersistentVolumeSource> {}

export const FlexPersistentVolumeSource = struct("io.k8s.api.core.v1.FlexPersistentVolumeSource", () => ({
  driver: string(1, { always: true, required: true }),
  fsType: string(2),
  secretRef: ref(3, SecretReference, { ptr: true }),
  readOnly: boolean(4),
  options: map(5, scalar.string),
}));
export interface FlexPersistentVolumeSource extends Infer<typeof FlexPersistentVolumeSource> {}

export const CephFSPersistentVolumeSource = struct("io.k8s.api.core.v1.CephFSPersistentVolumeSource", () => ({
  monitors: list(1, scalar.string, { always: true, required: true, list: "atomic" }),
  path: string(2),
  user: string(3),
  secretFile: string(4),
  secretRef: ref(5, SecretReference, { ptr: true }),
  readOnly: boolean(6),
}));
export interface CephFSPersistentVolumeSource extends Infer<typeof CephFSPersistentVolumeSource> {}

export const CinderPersistentVolumeSource = struct("io.k8s.api.core.v1.CinderPersistentVolumeSource", () => ({
  volumeID: string(1, { always: true, required: true }),
  fsType: string(2),
  readOnly: boolean(3),
  secretRef: ref(4, SecretReference, { ptr: true }),
}));
export interface CinderPersistentVolumeSource extends Infer<typeof CinderPersistentVolumeSource> {}

export const ISCSIPersistentVolumeSource = struct("io.k8s.api.core.v1.ISCSIPersistentVolumeSource", () => ({
  targetPortal: string(1, { always: true, required: true }),
  iqn: string(2, { always: true, required: true }),
  lun: int32(3, { always: true, required: true }),
  iscsiInterface: string(4, { default: "default" }),
  fsType: string(5),
  readOnly: boolean(6),
  portals: list(7, scalar.string, { list: "atomic" }),
  chapAuthDiscovery: boolean(8),
  chapAuthSession: boolean(11),
  secretRef: ref(10, SecretReference, { ptr: true }),
  initiatorName: string(12, { ptr: true }),
}));
export interface ISCSIPersistentVolumeSource extends Infer<typeof ISCSIPersistentVolumeSource> {}

export const RBDPersistentVolumeSource = struct("io.k8s.api.core.v1.RBDPersistentVolumeSource", () => ({
  monitors: list(1, scalar.string, { always: true, required: true, list: "atomic" }),
  image: string(2, { always: true, required: true }),
  fsType: string(3),
  pool: string(4, { default: "rbd" }),
  user: string(5, { default: "admin" }),
  keyring: string(6, { default: "/etc/ceph/keyring" }),
  secretRef: ref(7, SecretReference, { ptr: true }),
  readOnly: boolean(8),
}));
export interface RBDPersistentVolumeSource extends Infer<typeof RBDPersistentVolumeSource> {}

export const GlusterfsPersistentVolumeSource = struct("io.k8s.api.core.v1.GlusterfsPersistentVolumeSource", () => ({
  endpoints: string(1, { always: true, required: true }),
  path: string(2, { always: true, required: true }),
  readOnly: boolean(3),
  endpointsNamespace: string(4, { ptr: true }),
}));
export interface GlusterfsPersistentVolumeSource extends Infer<typeof GlusterfsPersistentVolumeSource> {}

export const Volume = struct("io.k8s.api.core.v1.Volume", () => ({
  name: string(1, { always: true, required: true }),
  volumeSource: ref(2, VolumeSource, { always: true, inline: true }),
}));
export interface Volume extends Infer<typeof Volume> {}

export const VolumeSource = struct("io.k8s.api.core.v1.VolumeSource", () => ({
  hostPath: ref(1, HostPathVolumeSource, { ptr: true }),
  emptyDir: ref(2, EmptyDirVolumeSource, { ptr: true }),
  gcePersistentDisk: ref(3, GCEPersistentDiskVolumeSource, { ptr: true }),
  awsElasticBlockStore: ref(4, AWSElasticBlockStoreVolumeSource, { ptr: true }),
  gitRepo: ref(5, GitRepoVolumeSource, { ptr: true }),
  secret: ref(6, SecretVolumeSource, { ptr: true }),
  nfs: ref(7, NFSVolumeSource, { ptr: true }),
  iscsi: ref(8, ISCSIVolumeSource, { ptr: true }),
  glusterfs: ref(9, GlusterfsVolumeSource, { ptr: true }),
  persistentVolumeClaim: ref(10, PersistentVolumeClaimVolumeSource, { ptr: true }),
  rbd: ref(11, RBDVolumeSource, { ptr: true }),
  flexVolume: ref(12, FlexVolumeSource, { ptr: true }),
  cinder: ref(13, CinderVolumeSource, { ptr: true }),
  cephfs: ref(14, CephFSVolumeSource, { ptr: true }),
  flocker: ref(15, FlockerVolumeSource, { ptr: true }),
  downwardAPI: ref(16, DownwardAPIVolumeSource, { ptr: true }),
  fc: ref(17, FCVolumeSource, { ptr: true }),
  azureFile: ref(18, AzureFileVolumeSource, { ptr: true }),
  configMap: ref(19, ConfigMapVolumeSource, { ptr: true }),
  vsphereVolume: ref(20, VsphereVirtualDiskVolumeSource, { ptr: true }),
  quobyte: ref(21, QuobyteVolumeSource, { ptr: true }),
  azureDisk: ref(22, AzureDiskVolumeSource, { ptr: true }),
  photonPersistentDisk: ref(23, PhotonPersistentDiskVolumeSource, { ptr: true }),
  projected: ref(26, ProjectedVolumeSource, { ptr: true }),
  portworxVolume: ref(24, PortworxVolumeSource, { ptr: true }),
  scaleIO: ref(25, ScaleIOVolumeSource, { ptr: true }),
  storageos: ref(27, StorageOSVolumeSource, { ptr: true }),
  csi: ref(28, CSIVolumeSource, { ptr: true }),
  ephemeral: ref(29, EphemeralVolumeSource, { ptr: true }),
  image: ref(30, ImageVolumeSource, { ptr: true }),
}));
export interface VolumeSource extends Infer<typeof VolumeSource> {}

export const ImageVolumeSource = struct("io.k8s.api.core.v1.ImageVolumeSource", () => ({
  reference: string(1),
  pullPolicy: string(2, { enum: ["Always", "IfNotPresent", "Never"] }),
}));
export interface ImageVolumeSource extends Infer<typeof ImageVolumeSource> {}

export const EphemeralVolumeSource = struct("io.k8s.api.core.v1.EphemeralVolumeSource", () => ({
  volumeClaimTemplate: ref(1, PersistentVolumeClaimTemplate, { ptr: true }),
}));
export interface EphemeralVolumeSource extends Infer<typeof EphemeralVolumeSource> {}

export const PersistentVolumeClaimTemplate = struct("io.k8s.api.core.v1.PersistentVolumeClaimTemplate", () => ({
  metadata: ref(1, ObjectMeta),
  spec: ref(2, PersistentVolumeClaimSpec, { required: true }),
}));
export interface PersistentVolumeClaimTemplate extends Infer<typeof PersistentVolumeClaimTemplate> {}

export const PersistentVolumeClaimSpec = struct("io.k8s.api.core.v1.PersistentVolumeClaimSpec", () => ({
  accessModes: list(1, scalar.string, {
    list: "atomic",
    element: { enum: ["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"] },
  }),
  selector: ref(4, LabelSelector, { ptr: true }),
  resources: ref(2, VolumeResourceRequirements),
  volumeName: string(3),
  storageClassName: string(5, { ptr: true }),
  volumeMode: string(6, { ptr: true, enum: ["Block", "Filesystem"] }),
  dataSource: ref(7, TypedLocalObjectReference, { ptr: true }),
  dataSourceRef: ref(8, TypedObjectReference, { ptr: true }),
  volumeAttributesClassName: string(9, { ptr: true, gates: ["VolumeAttributesClass"] }),
}));
export interface PersistentVolumeClaimSpec extends Infer<typeof PersistentVolumeClaimSpec> {}

export const VolumeResourceRequirements = struct("io.k8s.api.core.v1.VolumeResourceRequirements", () => ({
  limits: map(1, scalar.quantity),
  requests: map(2, scalar.quantity),
}));
export interface VolumeResourceRequirements extends Infer<typeof VolumeResourceRequirements> {}

export const CSIVolumeSource = struct("io.k8s.api.core.v1.CSIVolumeSource", () => ({
  driver: string(1, { always: true, required: true }),
  readOnly: boolean(2, { ptr: true }),
  fsType: string(3, { ptr: true }),
  volumeAttributes: map(4, scalar.string),
  nodePublishSecretRef: ref(5, LocalObjectReference, { ptr: true }),
}));
export interface CSIVolumeSource extends Infer<typeof CSIVolumeSource> {}

export const StorageOSVolumeSource = struct("io.k8s.api.core.v1.StorageOSVolumeSource", () => ({
  volumeName: string(1),
  volumeNamespace: string(2),
  fsType: string(3),
  readOnly: boolean(4),
  secretRef: ref(5, LocalObjectReference, { ptr: true }),
}));
export interface StorageOSVolumeSource extends Infer<typeof StorageOSVolumeSource> {}

export const ScaleIOVolumeSource = struct("io.k8s.api.core.v1.ScaleIOVolumeSource", () => ({
  gateway: string(1, { always: true, required: true }),
  system: string(2, { always: true, required: true }),
  secretRef: ref(3, LocalObjectReference, { ptr: true, always: true, required: true }),
  sslEnabled: boolean(4),
  protectionDomain: string(5),
  storagePool: string(6),
  storageMode: string(7, { default: "ThinProvisioned" }),
  volumeName: string(8),
  fsType: string(9, { default: "xfs" }),
  readOnly: boolean(10),
}));
export interface ScaleIOVolumeSource extends Infer<typeof ScaleIOVolumeSource> {}

export const PortworxVolumeSource = struct("io.k8s.api.core.v1.PortworxVolumeSource", () => ({
  volumeID: string(1, { always: true, required: true }),
  fsType: string(2),
  readOnly: boolean(3),
}));
export interface PortworxVolumeSource extends Infer<typeof PortworxVolumeSource> {}

export const ProjectedVolumeSource = struct("io.k8s.api.core.v1.ProjectedVolumeSource", () => ({
  sources: list(1, VolumeProjection, { always: true, list: "atomic" }),
  defaultMode: int32(2, { ptr: true }),
}));
export interface ProjectedVolumeSource extends Infer<typeof ProjectedVolumeSource> {}

export const VolumeProjection = struct("io.k8s.api.core.v1.VolumeProjection", () => ({
  secret: ref(1, SecretProjection, { ptr: true }),
  downwardAPI: ref(2, DownwardAPIProjection, { ptr: true }),
  configMap: ref(3, ConfigMapProjection, { ptr: true }),
  serviceAccountToken: ref(4, ServiceAccountTokenProjection, { ptr: true }),
  clusterTrustBundle: ref(5, ClusterTrustBundleProjection, { ptr: true, gates: ["ClusterTrustBundleProjection"] }),
  podCertificate: ref(6, PodCertificateProjection, { ptr: true, gates: ["PodCertificateProjection"] }),
}));
export interface VolumeProjection extends Infer<typeof VolumeProjection> {}

export const PodCertificateProjection = struct("io.k8s.api.core.v1.PodCertificateProjection", () => ({
  signerName: string(1, { required: true }),
  keyType: string(2, { required: true }),
  maxExpirationSeconds: int32(3, { ptr: true }),
  credentialBundlePath: string(4),
  keyPath: string(5),
  certificateChainPath: string(6),
  userAnnotations: map(7, scalar.string),
}));
export interface PodCertificateProjection extends Infer<typeof PodCertificateProjection> {}

export const ClusterTrustBundleProjection = struct("io.k8s.api.core.v1.ClusterTrustBundleProjection", () => ({
  name: string(1, { ptr: true }),
  signerName: string(2, { ptr: true }),
  labelSelector: ref(3, LabelSelector, { ptr: true }),
  optional: boolean(5, { ptr: true }),
  path: string(4, { always: true, required: true }),
}));
export interface ClusterTrustBundleProjection extends Infer<typeof ClusterTrustBundleProjection> {}

export const ServiceAccountTokenProjection = struct("io.k8s.api.core.v1.ServiceAccountTokenProjection", () => ({
  audience: string(1),
  expirationSeconds: int64(2, { ptr: true }),
  path: string(3, { always: true, required: true }),
}));
export interface ServiceAccountTokenProjection extends Infer<typeof ServiceAccountTokenProjection> {}

export const ConfigMapProjection = struct("io.k8s.api.core.v1.ConfigMapProjection", () => ({
  localObjectReference: ref(1, LocalObjectReference, { always: true, inline: true }),
  items: list(2, KeyToPath, { list: "atomic" }),
  optional: boolean(4, { ptr: true }),
}));
export interface ConfigMapProjection extends Infer<typeof ConfigMapProjection> {}

export const DownwardAPIProjection = struct("io.k8s.api.core.v1.DownwardAPIProjection", () => ({
  items: list(1, DownwardAPIVolumeFile, { list: "atomic" }),
}));
export interface DownwardAPIProjection extends Infer<typeof DownwardAPIProjection> {}

export const SecretProjection = struct("io.k8s.api.core.v1.SecretProjection", () => ({
  localObjectReference: ref(1, LocalObjectReference, { always: true, inline: true }),
  items: list(2, KeyToPath, { list: "atomic" }),
  optional: boolean(4, { ptr: true }),
}));
export interface SecretProjection extends Infer<typeof SecretProjection> {}

export const PhotonPersistentDiskVolumeSource = struct("io.k8s.api.core.v1.PhotonPersistentDiskVolumeSource", () => ({
  pdID: string(1, { always: true, required: true }),
  fsType: string(2),
}));
export interface PhotonPersistentDiskVolumeSource extends Infer<typeof PhotonPersistentDiskVolumeSource> {}

export const AzureDiskVolumeSource = struct("io.k8s.api.core.v1.AzureDiskVolumeSource", () => ({
  diskName: string(1, { always: true, required: true }),
  diskURI: string(2, { always: true, required: true }),
  cachingMode: string(3, { ptr: true, default: "ReadWrite", enum: ["None", "ReadOnly", "ReadWrite"] }),
  fsType: string(4, { ptr: true, default: "ext4" }),
  readOnly: boolean(5, { ptr: true, default: false }),
  kind: string(6, { ptr: true, default: "Shared", enum: ["Dedicated", "Managed", "Shared"] }),
}));
export interface AzureDiskVolumeSource extends Infer<typeof AzureDiskVolumeSource> {}

export const QuobyteVolumeSource = struct("io.k8s.api.core.v1.QuobyteVolumeSource", () => ({
  registry: string(1, { always: true, required: true }),
  volume: string(2, { always: true, required: true }),
  readOnly: boolean(3),
  user: string(4),
  group: string(5),
  tenant: string(6),
}));
export interface QuobyteVolumeSource extends Infer<typeof QuobyteVolumeSource> {}

export const VsphereVirtualDiskVolumeSource = struct("io.k8s.api.core.v1.VsphereVirtualDiskVolumeSource", () => ({
  volumePath: string(1, { always: true, required: true }),
  fsType: string(2),
  storagePolicyName: string(3),
  storagePolicyID: string(4),
}));
export interface VsphereVirtualDiskVolumeSource extends Infer<typeof VsphereVirtualDiskVolumeSource> {}

export const ConfigMapVolumeSource = struct("io.k8s.api.core.v1.ConfigMapVolumeSource", () => ({
  localObjectReference: ref(1, LocalObjectReference, { always: true, inline: true }),
  items: list(2, KeyToPath, { list: "atomic" }),
  defaultMode: int32(3, { ptr: true }),
  optional: boolean(4, { ptr: true }),
}));
export interface ConfigMapVolumeSource extends Infer<typeof ConfigMapVolumeSource> {}

export const AzureFileVolumeSource = struct("io.k8s.api.core.v1.AzureFileVolumeSource", () => ({
  secretName: string(1, { always: true, required: true }),
  shareName: string(2, { always: true, required: true }),
  readOnly: boolean(3),
}));
export interface AzureFileVolumeSource extends Infer<typeof AzureFileVolumeSource> {}

export const FCVolumeSource = struct("io.k8s.api.core.v1.FCVolumeSource", () => ({
  targetWWNs: list(1, scalar.string, { list: "atomic" }),
  lun: int32(2, { ptr: true }),
  fsType: string(3),
  readOnly: boolean(4),
  wwids: list(5, scalar.string, { list: "atomic" }),
}));
export interface FCVolumeSource extends Infer<typeof FCVolumeSource> {}

export const DownwardAPIVolumeSource = struct("io.k8s.api.core.v1.DownwardAPIVolumeSource", () => ({
  items: list(1, DownwardAPIVolumeFile, { list: "atomic" }),
  defaultMode: int32(2, { ptr: true }),
}));
export interface DownwardAPIVolumeSource extends Infer<typeof DownwardAPIVolumeSource> {}

export const DownwardAPIVolumeFile = struct("io.k8s.api.core.v1.DownwardAPIVolumeFile", () => ({
  path: string(1, { always: true, required: true }),
  fieldRef: ref(2, ObjectFieldSelector, { ptr: true }),
  resourceFieldRef: ref(3, ResourceFieldSelector, { ptr: true }),
  mode: int32(4, { ptr: true }),
}));
export interface DownwardAPIVolumeFile extends Infer<typeof DownwardAPIVolumeFile> {}

export const ResourceFieldSelector = struct(
  "io.k8s.api.core.v1.ResourceFieldSelector",
  () => ({
    containerName: string(1),
    resource: string(2, { always: true, required: true }),
    divisor: quantity(3),
  }),
  { atomic: true },
);
export interface ResourceFieldSelector extends Infer<typeof ResourceFieldSelector> {}

export const ObjectFieldSelector = struct(
  "io.k8s.api.core.v1.ObjectFieldSelector",
  () => ({
    apiVersion: string(1),
    fieldPath: string(2, { always: true, required: true }),
  }),
  { atomic: true },
);
export interface ObjectFieldSelector extends Infer<typeof ObjectFieldSelector> {}

export const FlockerVolumeSource = struct("io.k8s.api.core.v1.FlockerVolumeSource", () => ({
  datasetName: string(1),
  datasetUUID: string(2),
}));
export interface FlockerVolumeSource extends Infer<typeof FlockerVolumeSource> {}

export const CephFSVolumeSource = struct("io.k8s.api.core.v1.CephFSVolumeSource", () => ({
  monitors: list(1, scalar.string, { always: true, required: true, list: "atomic" }),
  path: string(2),
  user: string(3),
  secretFile: string(4),
  secretRef: ref(5, LocalObjectReference, { ptr: true }),
  readOnly: boolean(6),
}));
export interface CephFSVolumeSource extends Infer<typeof CephFSVolumeSource> {}

export const CinderVolumeSource = struct("io.k8s.api.core.v1.CinderVolumeSource", () => ({
  volumeID: string(1, { always: true, required: true }),
  fsType: string(2),
  readOnly: boolean(3),
  secretRef: ref(4, LocalObjectReference, { ptr: true }),
}));
export interface CinderVolumeSource extends Infer<typeof CinderVolumeSource> {}

export const FlexVolumeSource = struct("io.k8s.api.core.v1.FlexVolumeSource", () => ({
  driver: string(1, { always: true, required: true }),
  fsType: string(2),
  secretRef: ref(3, LocalObjectReference, { ptr: true }),
  readOnly: boolean(4),
  options: map(5, scalar.string),
}));
export interface FlexVolumeSource extends Infer<typeof FlexVolumeSource> {}

export const RBDVolumeSource = struct("io.k8s.api.core.v1.RBDVolumeSource", () => ({
  monitors: list(1, scalar.string, { always: true, required: true, list: "atomic" }),
  image: string(2, { always: true, required: true }),
  fsType: string(3),
  pool: string(4, { default: "rbd" }),
  user: string(5, { default: "admin" }),
  keyring: string(6, { default: "/etc/ceph/keyring" }),
  secretRef: ref(7, LocalObjectReference, { ptr: true }),
  readOnly: boolean(8),
}));
export interface RBDVolumeSource extends Infer<typeof RBDVolumeSource> {}

export const PersistentVolumeClaimVolumeSource = struct("io.k8s.api.core.v1.PersistentVolumeClaimVolumeSource", () => ({
  claimName: string(1, { always: true, required: true }),
  readOnly: boolean(2),
}));
export interface PersistentVolumeClaimVolumeSource extends Infer<typeof PersistentVolumeClaimVolumeSource> {}

export const GlusterfsVolumeSource = struct("io.k8s.api.core.v1.GlusterfsVolumeSource", () => ({
  endpoints: string(1, { always: true, required: true }),
  path: string(2, { always: true, required: true }),
  readOnly: boolean(3),
}));
export interface GlusterfsVolumeSource extends Infer<typeof GlusterfsVolumeSource> {}

export const ISCSIVolumeSource = struct("io.k8s.api.core.v1.ISCSIVolumeSource", () => ({
  targetPortal: string(1, { always: true, required: true }),
  iqn: string(2, { always: true, required: true }),
  lun: int32(3, { always: true, required: true }),
  iscsiInterface: string(4, { default: "default" }),
  fsType: string(5),
  readOnly: boolean(6),
  portals: list(7, scalar.string, { list: "atomic" }),
  chapAuthDiscovery: boolean(8),
  chapAuthSession: boolean(11),
  secretRef: ref(10, LocalObjectReference, { ptr: true }),
  initiatorName: string(12, { ptr: true }),
}));
export interface ISCSIVolumeSource extends Infer<typeof ISCSIVolumeSource> {}

export const NFSVolumeSource = struct("io.k8s.api.core.v1.NFSVolumeSource", () => ({
  server: string(1, { always: true, required: true }),
  path: string(2, { always: true, required: true }),
  readOnly: boolean(3),
}));
export interface NFSVolumeSource extends Infer<typeof NFSVolumeSource> {}

export const SecretVolumeSource = struct("io.k8s.api.core.v1.SecretVolumeSource", () => ({
  secretName: string(1),
  items: list(2, KeyToPath, { list: "atomic" }),
  defaultMode: int32(3, { ptr: true }),
  optional: boolean(4, { ptr: true }),
}));
export interface SecretVolumeSource extends Infer<typeof SecretVolumeSource> {}

export const KeyToPath = struct("io.k8s.api.core.v1.KeyToPath", () => ({
  key: string(1, { always: true, required: true }),
  path: string(2, { always: true, required: true }),
  mode: int32(3, { ptr: true }),
}));
export interface KeyToPath extends Infer<typeof KeyToPath> {}

export const GitRepoVolumeSource = struct("io.k8s.api.core.v1.GitRepoVolumeSource", () => ({
  repository: string(1, { always: true, required: true }),
  revision: string(2),
  directory: string(3),
}));
export interface GitRepoVolumeSource extends Infer<typeof GitRepoVolumeSource> {}

export const AWSElasticBlockStoreVolumeSource = struct("io.k8s.api.core.v1.AWSElasticBlockStoreVolumeSource", () => ({
  volumeID: string(1, { always: true, required: true }),
  fsType: string(2),
  partition: int32(3),
  readOnly: boolean(4),
}));
export interface AWSElasticBlockStoreVolumeSource extends Infer<typeof AWSElasticBlockStoreVolumeSource> {}

export const GCEPersistentDiskVolumeSource = struct("io.k8s.api.core.v1.GCEPersistentDiskVolumeSource", () => ({
  pdName: string(1, { always: true, required: true }),
  fsType: string(2),
  partition: int32(3),
  readOnly: boolean(4),
}));
export interface GCEPersistentDiskVolumeSource extends Infer<typeof GCEPersistentDiskVolumeSource> {}

export const EmptyDirVolumeSource = struct("io.k8s.api.core.v1.EmptyDirVolumeSource", () => ({
  medium: string(1),
  sizeLimit: quantity(2, { ptr: true }),
}));
export interface EmptyDirVolumeSource extends Infer<typeof EmptyDirVolumeSource> {}

export const HostPathVolumeSource = struct("io.k8s.api.core.v1.HostPathVolumeSource", () => ({
  path: string(1, { always: true, required: true }),
  type: string(2, {
    ptr: true,
    enum: ["", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"],
  }),
}));
export interface HostPathVolumeSource extends Infer<typeof HostPathVolumeSource> {}
