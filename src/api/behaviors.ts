/**
 * Which functions stand behind which kind. Kinds are declared without them, so that who only speaks of objects (clients, the
 * kubelet, controllers) doesn't depend on how a server checks and prints them; the server asks here.
 */
import type { Column, KindBehavior, KindDefinition } from "./kind.ts";
import { hubOf } from "./storage.ts";
import { MutatingAdmissionPolicy } from "./admissionregistration/v1/mutatingadmissionpolicy.ts";
import { MutatingAdmissionPolicyBinding } from "./admissionregistration/v1/mutatingadmissionpolicybinding.ts";
import { MutatingWebhookConfiguration } from "./admissionregistration/v1/mutatingwebhookconfiguration.ts";
import {
  bindingColumns,
  mutatingBindingBehavior,
  mutatingPolicyBehavior,
  mutatingPolicyColumns,
  validatingBindingBehavior,
  validatingPolicyBehavior,
  validatingPolicyColumns,
} from "./admissionregistration/v1/policy.behavior.ts";
import { ValidatingAdmissionPolicy } from "./admissionregistration/v1/validatingadmissionpolicy.ts";
import { ValidatingAdmissionPolicyBinding } from "./admissionregistration/v1/validatingadmissionpolicybinding.ts";
import { ValidatingWebhookConfiguration } from "./admissionregistration/v1/validatingwebhookconfiguration.ts";
import {
  mutatingWebhookBehavior,
  validatingWebhookBehavior,
  webhookColumns,
} from "./admissionregistration/v1/webhook.behavior.ts";
import { definitionBehavior, definitionColumns } from "./apiextensions/v1/customresourcedefinition.behavior.ts";
import { CustomResourceDefinition } from "./apiextensions/v1/customresourcedefinition.ts";
import { apiServiceBehavior } from "./apiregistration/v1/apiservice.behavior.ts";
import { apiServiceColumns } from "./apiregistration/v1/apiservice.columns.ts";
import { APIService } from "./apiregistration/v1/apiservice.ts";
import { storageVersionBehavior } from "./apiserverinternal/v1alpha1/storageversion.behavior.ts";
import { StorageVersion } from "./apiserverinternal/v1alpha1/storageversion.ts";
import { controllerRevisionBehavior } from "./apps/v1/controllerrevision.behavior.ts";
import { controllerRevisionColumns } from "./apps/v1/controllerrevision.columns.ts";
import { ControllerRevision } from "./apps/v1/controllerrevision.ts";
import { daemonSetBehavior } from "./apps/v1/daemonset.behavior.ts";
import { daemonSetColumns } from "./apps/v1/daemonset.columns.ts";
import { DaemonSet } from "./apps/v1/daemonset.ts";
import { deploymentBehavior } from "./apps/v1/deployment.behavior.ts";
import { deploymentColumns } from "./apps/v1/deployment.columns.ts";
import { Deployment } from "./apps/v1/deployment.ts";
import { replicaSetBehavior } from "./apps/v1/replicaset.behavior.ts";
import { replicaSetColumns } from "./apps/v1/replicaset.columns.ts";
import { ReplicaSet } from "./apps/v1/replicaset.ts";
import { statefulSetBehavior } from "./apps/v1/statefulset.behavior.ts";
import { statefulSetColumns } from "./apps/v1/statefulset.columns.ts";
import { StatefulSet } from "./apps/v1/statefulset.ts";
import {
  horizontalPodAutoscalerBehavior,
  horizontalPodAutoscalerColumns,
} from "./autoscaling/v1/horizontalpodautoscaler.behavior.ts";
import { HorizontalPodAutoscaler as HorizontalPodAutoscalerV1 } from "./autoscaling/v1/horizontalpodautoscaler.ts";
import { horizontalPodAutoscalerBehavior as v2HorizontalPodAutoscalerBehavior } from "./autoscaling/v2/horizontalpodautoscaler.behavior.ts";
import { horizontalPodAutoscalerColumns as v2HorizontalPodAutoscalerColumns } from "./autoscaling/v2/horizontalpodautoscaler.columns.ts";
import { HorizontalPodAutoscaler as HorizontalPodAutoscalerV2 } from "./autoscaling/v2/horizontalpodautoscaler.ts";
import { cronJobBehavior } from "./batch/v1/cronjob.behavior.ts";
import { cronJobColumns } from "./batch/v1/cronjob.columns.ts";
import { CronJob } from "./batch/v1/cronjob.ts";
import { jobBehavior } from "./batch/v1/job.behavior.ts";
import { jobColumns } from "./batch/v1/job.columns.ts";
import { Job } from "./batch/v1/job.ts";
import { signingRequestBehavior, signingRequestColumns } from "./certificates/v1/certificatesigningrequest.behavior.ts";
import { CertificateSigningRequest } from "./certificates/v1/certificatesigningrequest.ts";
import { ClusterTrustBundle } from "./certificates/v1beta1/clustertrustbundle.ts";
import { PodCertificateRequest } from "./certificates/v1beta1/podcertificaterequest.ts";
import { clusterTrustBundleBehavior } from "./certificates/v1beta1/clustertrustbundle.behavior.ts";
import { podCertificateRequestBehavior } from "./certificates/v1beta1/podcertificaterequest.behavior.ts";
import { ageColumn, nameColumn } from "./columns.ts";
import { leaseBehavior } from "./coordination/v1/lease.behavior.ts";
import { leaseColumns } from "./coordination/v1/lease.columns.ts";
import { Lease } from "./coordination/v1/lease.ts";
import { leaseCandidateBehavior } from "./coordination/v1beta1/leasecandidate.behavior.ts";
import { LeaseCandidate } from "./coordination/v1beta1/leasecandidate.ts";
import { componentStatusColumns } from "./core/v1/componentstatus.columns.ts";
import { ComponentStatus } from "./core/v1/componentstatus.ts";
import { configMapBehavior } from "./core/v1/configmap.behavior.ts";
import { configMapColumns } from "./core/v1/configmap.columns.ts";
import { ConfigMap } from "./core/v1/configmap.ts";
import { endpointsBehavior } from "./core/v1/endpoints.behavior.ts";
import { endpointsColumns } from "./core/v1/endpoints.columns.ts";
import { Endpoints } from "./core/v1/endpoints.ts";
import { eventBehavior } from "./core/v1/event.behavior.ts";
import { eventColumns } from "./core/v1/event.columns.ts";
import { Event as CoreEvent } from "./core/v1/event.ts";
import { limitRangeBehavior } from "./core/v1/limitrange.behavior.ts";
import { LimitRange } from "./core/v1/limitrange.ts";
import { namespaceBehavior } from "./core/v1/namespace.behavior.ts";
import { namespaceColumns } from "./core/v1/namespace.columns.ts";
import { Namespace } from "./core/v1/namespace.ts";
import { nodeBehavior } from "./core/v1/node.behavior.ts";
import { nodeColumns } from "./core/v1/node.columns.ts";
import { Node } from "./core/v1/node.ts";
import { persistentVolumeBehavior } from "./core/v1/persistentvolume.behavior.ts";
import { persistentVolumeColumns } from "./core/v1/persistentvolume.columns.ts";
import { PersistentVolume } from "./core/v1/persistentvolume.ts";
import { persistentVolumeClaimBehavior } from "./core/v1/persistentvolumeclaim.behavior.ts";
import { persistentVolumeClaimColumns } from "./core/v1/persistentvolumeclaim.columns.ts";
import { PersistentVolumeClaim } from "./core/v1/persistentvolumeclaim.ts";
import { podBehavior } from "./core/v1/pod.behavior.ts";
import { podColumns } from "./core/v1/pod.columns.ts";
import { Pod } from "./core/v1/pod.ts";
import { podTemplateBehavior } from "./core/v1/podtemplate.behavior.ts";
import { podTemplateColumns } from "./core/v1/podtemplate.columns.ts";
import { PodTemplate } from "./core/v1/podtemplate.ts";
import { replicationControllerBehavior } from "./core/v1/replicationcontroller.behavior.ts";
import { replicationControllerColumns } from "./core/v1/replicationcontroller.columns.ts";
import { ReplicationController } from "./core/v1/replicationcontroller.ts";
import { resourceQuotaBehavior } from "./core/v1/resourcequota.behavior.ts";
import { resourceQuotaColumns } from "./core/v1/resourcequota.columns.ts";
import { ResourceQuota } from "./core/v1/resourcequota.ts";
import { secretBehavior } from "./core/v1/secret.behavior.ts";
import { secretColumns } from "./core/v1/secret.columns.ts";
import { Secret } from "./core/v1/secret.ts";
import { serviceBehavior } from "./core/v1/service.behavior.ts";
import { serviceColumns } from "./core/v1/service.columns.ts";
import { Service } from "./core/v1/service.ts";
import { serviceAccountBehavior } from "./core/v1/serviceaccount.behavior.ts";
import { serviceAccountColumns } from "./core/v1/serviceaccount.columns.ts";
import { ServiceAccount } from "./core/v1/serviceaccount.ts";
import { endpointSliceBehavior } from "./discovery/v1/endpointslice.behavior.ts";
import { endpointSliceColumns } from "./discovery/v1/endpointslice.columns.ts";
import { EndpointSlice } from "./discovery/v1/endpointslice.ts";
import { eventBehavior as seriesEventBehavior } from "./events/v1/event.behavior.ts";
import { Event as EventsEvent } from "./events/v1/event.ts";
import { flowSchemaColumns, priorityLevelColumns } from "./flowcontrol/v1/flowcontrol.columns.ts";
import { flowSchemaBehavior } from "./flowcontrol/v1/flowschema.behavior.ts";
import { FlowSchema } from "./flowcontrol/v1/flowschema.ts";
import { priorityLevelBehavior } from "./flowcontrol/v1/prioritylevelconfiguration.behavior.ts";
import { PriorityLevelConfiguration } from "./flowcontrol/v1/prioritylevelconfiguration.ts";
import { ingressBehavior } from "./networking/v1/ingress.behavior.ts";
import { ingressColumns } from "./networking/v1/ingress.columns.ts";
import { Ingress } from "./networking/v1/ingress.ts";
import { ingressClassBehavior } from "./networking/v1/ingressclass.behavior.ts";
import { ingressClassColumns } from "./networking/v1/ingressclass.columns.ts";
import { IngressClass } from "./networking/v1/ingressclass.ts";
import { ipAddressBehavior } from "./networking/v1/ipaddress.behavior.ts";
import { ipAddressColumns } from "./networking/v1/ipaddress.columns.ts";
import { IPAddress } from "./networking/v1/ipaddress.ts";
import { networkPolicyBehavior } from "./networking/v1/networkpolicy.behavior.ts";
import { networkPolicyColumns } from "./networking/v1/networkpolicy.columns.ts";
import { NetworkPolicy } from "./networking/v1/networkpolicy.ts";
import { serviceCIDRBehavior } from "./networking/v1/servicecidr.behavior.ts";
import { serviceCIDRColumns } from "./networking/v1/servicecidr.columns.ts";
import { ServiceCIDR } from "./networking/v1/servicecidr.ts";
import { runtimeClassBehavior } from "./node/v1/runtimeclass.behavior.ts";
import { runtimeClassColumns } from "./node/v1/runtimeclass.columns.ts";
import { RuntimeClass } from "./node/v1/runtimeclass.ts";
import { podDisruptionBudgetBehavior } from "./policy/v1/poddisruptionbudget.behavior.ts";
import { podDisruptionBudgetColumns } from "./policy/v1/poddisruptionbudget.columns.ts";
import { PodDisruptionBudget } from "./policy/v1/poddisruptionbudget.ts";
import {
  clusterTrustBundleColumns,
  deviceTaintRuleColumns,
  leaseCandidateColumns,
  podCertificateRequestColumns,
  podGroupColumns,
  resourcePoolStatusRequestColumns,
  storageVersionColumns,
  storageVersionMigrationColumns,
  workloadColumns,
} from "./preview.columns.ts";
import { clusterRoleBindingBehavior, roleBindingBehavior } from "./rbac/v1/binding.behavior.ts";
import { bindingColumns as roleBindingColumns } from "./rbac/v1/binding.columns.ts";
import { ClusterRole } from "./rbac/v1/clusterrole.ts";
import { ClusterRoleBinding } from "./rbac/v1/clusterrolebinding.ts";
import { clusterRoleBehavior, roleBehavior } from "./rbac/v1/role.behavior.ts";
import { Role } from "./rbac/v1/role.ts";
import { RoleBinding } from "./rbac/v1/rolebinding.ts";
import { deviceClassBehavior } from "./resource/v1/deviceclass.behavior.ts";
import { DeviceClass } from "./resource/v1/deviceclass.ts";
import { claimBehavior, claimColumns, claimTemplateBehavior } from "./resource/v1/resourceclaim.behavior.ts";
import { ResourceClaim } from "./resource/v1/resourceclaim.ts";
import { ResourceClaimTemplate } from "./resource/v1/resourceclaimtemplate.ts";
import { sliceBehavior, sliceColumns } from "./resource/v1/resourceslice.behavior.ts";
import { ResourceSlice } from "./resource/v1/resourceslice.ts";
import { deviceTaintRuleBehavior } from "./resource/v1alpha3/devicetaintrule.behavior.ts";
import { DeviceTaintRule } from "./resource/v1alpha3/devicetaintrule.ts";
import { resourcePoolStatusRequestBehavior } from "./resource/v1alpha3/resourcepoolstatusrequest.behavior.ts";
import { ResourcePoolStatusRequest } from "./resource/v1alpha3/resourcepoolstatusrequest.ts";
import {
  claimBehavior as betaClaimBehavior,
  claimTemplateBehavior as betaClaimTemplateBehavior,
} from "./resource/v1beta1/claims.behavior.ts";
import { ResourceClaim as BetaResourceClaim } from "./resource/v1beta1/resourceclaim.ts";
import { ResourceClaimTemplate as BetaResourceClaimTemplate } from "./resource/v1beta1/resourceclaimtemplate.ts";
import { ResourceSlice as BetaResourceSlice } from "./resource/v1beta1/resourceslice.ts";
import { priorityClassBehavior } from "./scheduling/v1/priorityclass.behavior.ts";
import { priorityClassColumns } from "./scheduling/v1/priorityclass.columns.ts";
import { PriorityClass } from "./scheduling/v1/priorityclass.ts";
import { podGroupBehavior } from "./scheduling/v1alpha2/podgroup.behavior.ts";
import { PodGroup } from "./scheduling/v1alpha2/podgroup.ts";
import { workloadBehavior } from "./scheduling/v1alpha2/workload.behavior.ts";
import { Workload } from "./scheduling/v1alpha2/workload.ts";
import { csiDriverBehavior } from "./storage/v1/csidriver.behavior.ts";
import { csiDriverColumns } from "./storage/v1/csidriver.columns.ts";
import { CSIDriver } from "./storage/v1/csidriver.ts";
import { csiNodeBehavior } from "./storage/v1/csinode.behavior.ts";
import { csiNodeColumns } from "./storage/v1/csinode.columns.ts";
import { CSINode } from "./storage/v1/csinode.ts";
import { csiStorageCapacityBehavior } from "./storage/v1/csistoragecapacity.behavior.ts";
import { CSIStorageCapacity } from "./storage/v1/csistoragecapacity.ts";
import { storageClassBehavior } from "./storage/v1/storageclass.behavior.ts";
import { storageClassColumns } from "./storage/v1/storageclass.columns.ts";
import { StorageClass } from "./storage/v1/storageclass.ts";
import { volumeAttachmentBehavior } from "./storage/v1/volumeattachment.behavior.ts";
import { volumeAttachmentColumns } from "./storage/v1/volumeattachment.columns.ts";
import { VolumeAttachment } from "./storage/v1/volumeattachment.ts";
import { volumeAttributesClassBehavior } from "./storage/v1/volumeattributesclass.behavior.ts";
import { volumeAttributesClassColumns } from "./storage/v1/volumeattributesclass.columns.ts";
import { VolumeAttributesClass } from "./storage/v1/volumeattributesclass.ts";
import { storageVersionMigrationBehavior } from "./storagemigration/v1beta1/storageversionmigration.behavior.ts";
import { StorageVersionMigration } from "./storagemigration/v1beta1/storageversionmigration.ts";

interface Behind {
  readonly behavior: KindBehavior<unknown>;
  readonly columns: readonly Column<unknown>[] | undefined;
}

const NOTHING: Behind = { behavior: {}, columns: undefined };

/** How objects of a kind are defaulted, validated and changed, where that isn't said by its declaration. */
export function behaviorOf(kind: KindDefinition): KindBehavior<unknown> {
  return behind(kind).behavior;
}

/** What `kubectl get` shows of a kind beside its name and age; undefined: nothing. */
export function columnsOf(kind: KindDefinition): readonly Column<unknown>[] | undefined {
  return behind(kind).columns;
}

/** Users' kinds bring their functions along. A version of the same shape as the stored one has that one's. */
function behind(kind: KindDefinition): Behind {
  return kind.custom ?? table().get(kind) ?? table().get(hubOf(kind)) ?? NOTHING;
}

let made: ReadonlyMap<KindDefinition, Behind> | undefined;

/** Made when first asked for: files that import each other's kinds are then all there. */
function table(): ReadonlyMap<KindDefinition, Behind> {
  return (made ??= new Map(rows()));
}

function of<T>(
  kind: KindDefinition<T>,
  behavior: KindBehavior<T>,
  columns?: readonly Column<T>[],
): readonly [KindDefinition, Behind] {
  return [kind, { behavior, columns } as Behind];
}

const rows = () => [
  of(MutatingAdmissionPolicy, mutatingPolicyBehavior, mutatingPolicyColumns),
  of(MutatingAdmissionPolicyBinding, mutatingBindingBehavior, bindingColumns),
  of(MutatingWebhookConfiguration, mutatingWebhookBehavior, webhookColumns),
  of(ValidatingAdmissionPolicy, validatingPolicyBehavior, validatingPolicyColumns),
  of(ValidatingAdmissionPolicyBinding, validatingBindingBehavior, bindingColumns),
  of(ValidatingWebhookConfiguration, validatingWebhookBehavior, webhookColumns),
  of(CustomResourceDefinition, definitionBehavior, definitionColumns),
  of(APIService, apiServiceBehavior, apiServiceColumns),
  of(StorageVersion, storageVersionBehavior, storageVersionColumns),
  of(ControllerRevision, controllerRevisionBehavior, controllerRevisionColumns),
  of(DaemonSet, daemonSetBehavior, daemonSetColumns),
  of(Deployment, deploymentBehavior, deploymentColumns),
  of(ReplicaSet, replicaSetBehavior, replicaSetColumns),
  of(StatefulSet, statefulSetBehavior, statefulSetColumns),
  of(HorizontalPodAutoscalerV1, horizontalPodAutoscalerBehavior, horizontalPodAutoscalerColumns),
  of(HorizontalPodAutoscalerV2, v2HorizontalPodAutoscalerBehavior, v2HorizontalPodAutoscalerColumns),
  of(CronJob, cronJobBehavior, cronJobColumns),
  of(Job, jobBehavior, jobColumns),
  of(CertificateSigningRequest, signingRequestBehavior, signingRequestColumns),
  of(ClusterTrustBundle, clusterTrustBundleBehavior, clusterTrustBundleColumns),
  of(PodCertificateRequest, podCertificateRequestBehavior, podCertificateRequestColumns),
  of(Lease, leaseBehavior, leaseColumns),
  of(LeaseCandidate, leaseCandidateBehavior, leaseCandidateColumns),
  of(ComponentStatus, {}, componentStatusColumns),
  of(ConfigMap, configMapBehavior, configMapColumns),
  of(Endpoints, endpointsBehavior, endpointsColumns),
  of(CoreEvent, eventBehavior, eventColumns),
  of(LimitRange, limitRangeBehavior),
  of(Namespace, namespaceBehavior, namespaceColumns),
  of(Node, nodeBehavior, nodeColumns),
  of(PersistentVolume, persistentVolumeBehavior, persistentVolumeColumns),
  of(PersistentVolumeClaim, persistentVolumeClaimBehavior, persistentVolumeClaimColumns),
  of(Pod, podBehavior, podColumns),
  of(PodTemplate, podTemplateBehavior, podTemplateColumns),
  of(ReplicationController, replicationControllerBehavior, replicationControllerColumns),
  of(ResourceQuota, resourceQuotaBehavior, resourceQuotaColumns),
  of(Secret, secretBehavior, secretColumns),
  of(Service, serviceBehavior, serviceColumns),
  of(ServiceAccount, serviceAccountBehavior, serviceAccountColumns),
  of(EndpointSlice, endpointSliceBehavior, endpointSliceColumns),
  // Its functions see the form in which it is stored.
  of(EventsEvent as KindDefinition as KindDefinition<CoreEvent>, seriesEventBehavior),
  of(FlowSchema, flowSchemaBehavior, flowSchemaColumns),
  of(PriorityLevelConfiguration, priorityLevelBehavior, priorityLevelColumns),
  of(Ingress, ingressBehavior, ingressColumns),
  of(IngressClass, ingressClassBehavior, ingressClassColumns),
  of(IPAddress, ipAddressBehavior, ipAddressColumns),
  of(NetworkPolicy, networkPolicyBehavior, networkPolicyColumns),
  of(ServiceCIDR, serviceCIDRBehavior, serviceCIDRColumns),
  of(RuntimeClass, runtimeClassBehavior, runtimeClassColumns),
  of(PodDisruptionBudget, podDisruptionBudgetBehavior, podDisruptionBudgetColumns),
  of(ClusterRole, clusterRoleBehavior),
  of(ClusterRoleBinding, clusterRoleBindingBehavior, roleBindingColumns),
  of(Role, roleBehavior),
  of(RoleBinding, roleBindingBehavior, roleBindingColumns),
  of(DeviceClass, deviceClassBehavior, [nameColumn, ageColumn]),
  of(ResourceClaim, claimBehavior, claimColumns),
  of(ResourceClaimTemplate, claimTemplateBehavior, [nameColumn, ageColumn]),
  of(ResourceSlice, sliceBehavior, sliceColumns),
  of(DeviceTaintRule, deviceTaintRuleBehavior, deviceTaintRuleColumns),
  of(ResourcePoolStatusRequest, resourcePoolStatusRequestBehavior, resourcePoolStatusRequestColumns),
  of(BetaResourceClaim, betaClaimBehavior),
  of(BetaResourceClaimTemplate, betaClaimTemplateBehavior),
  of(BetaResourceSlice, { selectableFields: sliceBehavior.selectableFields }),
  of(PriorityClass, priorityClassBehavior, priorityClassColumns),
  of(PodGroup, podGroupBehavior, podGroupColumns),
  of(Workload, workloadBehavior, workloadColumns),
  of(CSIDriver, csiDriverBehavior, csiDriverColumns),
  of(CSINode, csiNodeBehavior, csiNodeColumns),
  of(CSIStorageCapacity, csiStorageCapacityBehavior),
  of(StorageClass, storageClassBehavior, storageClassColumns),
  of(VolumeAttachment, volumeAttachmentBehavior, volumeAttachmentColumns),
  of(VolumeAttributesClass, volumeAttributesClassBehavior, volumeAttributesClassColumns),
  of(StorageVersionMigration, storageVersionMigrationBehavior, storageVersionMigrationColumns),
];
