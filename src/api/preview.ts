/** Versions that are served only where they are asked for: alphas and betas. */
import { MutatingAdmissionPolicy as MutatingAdmissionPolicyV1beta1 } from "./admissionregistration/v1beta1/mutatingadmissionpolicy.ts";
import { MutatingAdmissionPolicyBinding as MutatingAdmissionPolicyBindingV1beta1 } from "./admissionregistration/v1beta1/mutatingadmissionpolicybinding.ts";
import { MutatingAdmissionPolicy as MutatingAdmissionPolicyV1alpha1 } from "./admissionregistration/v1alpha1/mutatingadmissionpolicy.ts";
import { MutatingAdmissionPolicyBinding as MutatingAdmissionPolicyBindingV1alpha1 } from "./admissionregistration/v1alpha1/mutatingadmissionpolicybinding.ts";
import { ClusterTrustBundle as ClusterTrustBundleV1beta1 } from "./certificates/v1beta1/clustertrustbundle.ts";
import { PodCertificateRequest as PodCertificateRequestV1beta1 } from "./certificates/v1beta1/podcertificaterequest.ts";
import { ClusterTrustBundle as ClusterTrustBundleV1alpha1 } from "./certificates/v1alpha1/clustertrustbundle.ts";
import { IPAddress as IPAddressV1beta1 } from "./networking/v1beta1/ipaddress.ts";
import { ServiceCIDR as ServiceCIDRV1beta1 } from "./networking/v1beta1/servicecidr.ts";
import { VolumeAttributesClass as VolumeAttributesClassV1beta1 } from "./storage/v1beta1/volumeattributesclass.ts";
import { PodGroup as PodGroupV1alpha2 } from "./scheduling/v1alpha2/podgroup.ts";
import { Workload as WorkloadV1alpha2 } from "./scheduling/v1alpha2/workload.ts";
import { LeaseCandidate as LeaseCandidateV1beta1 } from "./coordination/v1beta1/leasecandidate.ts";
import { LeaseCandidate as LeaseCandidateV1alpha2 } from "./coordination/v1alpha2/leasecandidate.ts";
import { DeviceClass as DeviceClassV1beta2 } from "./resource/v1beta2/deviceclass.ts";
import { DeviceTaintRule as DeviceTaintRuleV1beta2 } from "./resource/v1beta2/devicetaintrule.ts";
import { ResourceClaim as ResourceClaimV1beta2 } from "./resource/v1beta2/resourceclaim.ts";
import { ResourceClaimTemplate as ResourceClaimTemplateV1beta2 } from "./resource/v1beta2/resourceclaimtemplate.ts";
import { ResourceSlice as ResourceSliceV1beta2 } from "./resource/v1beta2/resourceslice.ts";
import { DeviceClass as DeviceClassV1beta1 } from "./resource/v1beta1/deviceclass.ts";
import { ResourceClaim as ResourceClaimV1beta1 } from "./resource/v1beta1/resourceclaim.ts";
import { ResourceClaimTemplate as ResourceClaimTemplateV1beta1 } from "./resource/v1beta1/resourceclaimtemplate.ts";
import { ResourceSlice as ResourceSliceV1beta1 } from "./resource/v1beta1/resourceslice.ts";
import { DeviceTaintRule as DeviceTaintRuleV1alpha3 } from "./resource/v1alpha3/devicetaintrule.ts";
import { ResourcePoolStatusRequest as ResourcePoolStatusRequestV1alpha3 } from "./resource/v1alpha3/resourcepoolstatusrequest.ts";
import { StorageVersion as StorageVersionV1alpha1 } from "./apiserverinternal/v1alpha1/storageversion.ts";
import { StorageVersionMigration as StorageVersionMigrationV1beta1 } from "./storagemigration/v1beta1/storageversionmigration.ts";
import type { KindDefinition } from "./kind.ts";

export interface PreviewKind {
  readonly kind: KindDefinition;
  /** The feature gate that has to be on too. */
  readonly gate?: string;
}

/** By group, newer versions first; those behind no gate and those behind one. */
export const previewKinds: readonly PreviewKind[] = [
  { kind: MutatingAdmissionPolicyV1beta1 },
  { kind: MutatingAdmissionPolicyBindingV1beta1 },
  { kind: MutatingAdmissionPolicyV1alpha1 },
  { kind: MutatingAdmissionPolicyBindingV1alpha1 },
  { kind: ClusterTrustBundleV1beta1, gate: "ClusterTrustBundle" },
  { kind: PodCertificateRequestV1beta1, gate: "PodCertificateRequest" },
  { kind: ClusterTrustBundleV1alpha1, gate: "ClusterTrustBundle" },
  { kind: IPAddressV1beta1 },
  { kind: ServiceCIDRV1beta1 },
  { kind: VolumeAttributesClassV1beta1 },
  { kind: PodGroupV1alpha2, gate: "GenericWorkload" },
  { kind: WorkloadV1alpha2, gate: "GenericWorkload" },
  { kind: LeaseCandidateV1beta1 },
  { kind: LeaseCandidateV1alpha2 },
  { kind: DeviceClassV1beta2 },
  { kind: DeviceTaintRuleV1beta2 },
  { kind: ResourceClaimV1beta2 },
  { kind: ResourceClaimTemplateV1beta2 },
  { kind: ResourceSliceV1beta2 },
  { kind: DeviceClassV1beta1 },
  { kind: ResourceClaimV1beta1 },
  { kind: ResourceClaimTemplateV1beta1 },
  { kind: ResourceSliceV1beta1 },
  { kind: DeviceTaintRuleV1alpha3 },
  { kind: ResourcePoolStatusRequestV1alpha3 },
  { kind: StorageVersionV1alpha1 },
  { kind: StorageVersionMigrationV1beta1, gate: "StorageVersionMigrator" },
] as readonly unknown[] as readonly PreviewKind[];
