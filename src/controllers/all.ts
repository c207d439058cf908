import type { ControllerDefinition } from "./common/environment.ts";
import { startBootstrapSignerController, startTokenCleanerController } from "./bootstrap/controller.ts";
import {
  startCertificateApprovingController,
  startCertificateCleaningController,
  startCertificateSigningController,
} from "./certificates/controller.ts";
import { startPolicyStatusController } from "./policystatus/controller.ts";
import { startPodAutoscalerController } from "./podautoscaler/controller.ts";
import { startResourceQuotaController } from "./resourcequota/controller.ts";
import { startServiceAccountTokenController } from "./serviceaccounttoken/controller.ts";
import { startClusterRoleAggregationController } from "./clusterroleaggregation/controller.ts";
import { startCronJobController } from "./cronjob/controller.ts";
import { startDaemonSetController } from "./daemonset/controller.ts";
import { startDeploymentController } from "./deployment/controller.ts";
import { startDisruptionController } from "./disruption/controller.ts";
import { startEndpointSliceController } from "./endpointslice/controller.ts";
import { startEndpointsController } from "./endpoints/controller.ts";
import { startEndpointSliceMirroringController } from "./endpointslicemirroring/controller.ts";
import { startResourceClaimController } from "./resourceclaim/controller.ts";
import { startServiceCidrController } from "./servicecidr/controller.ts";
import { startEphemeralVolumeController } from "./ephemeralvolume/controller.ts";
import { startVolumeBinderController } from "./volumebinder/controller.ts";
import { startClaimProtectionController, startVolumeProtectionController } from "./volumeprotection/controller.ts";
import { startGarbageCollector } from "./gc/controller.ts";
import { startJobController, startTtlAfterFinishedController } from "./job/controller.ts";
import { startNamespaceController } from "./namespace/controller.ts";
import { startNodeIpamController } from "./nodeipam/controller.ts";
import { startNodeLifecycleController } from "./nodelifecycle/controller.ts";
import { startPodGcController } from "./podgc/controller.ts";
import { startReplicaSetController } from "./replicaset/controller.ts";
import { startReplicationController } from "./replicationcontroller/controller.ts";
import { startRootCaController } from "./rootca/controller.ts";
import { startServiceAccountController } from "./serviceaccount/controller.ts";
import { startStatefulSetController } from "./statefulset/controller.ts";
import { startTaintEvictionController } from "./tainteviction/controller.ts";
import { startTtlController } from "./ttl/controller.ts";

/** Every controller: a new one is a folder and a line here. */
export const controllers: readonly ControllerDefinition[] = [
  { name: "serviceaccount-controller", account: "service-account-controller", start: startServiceAccountController },
  {
    name: "root-ca-certificate-publisher-controller",
    account: "root-ca-cert-publisher",
    start: startRootCaController,
  },
  { name: "namespace-controller", account: "namespace-controller", start: startNamespaceController },
  { name: "endpoints-controller", account: "endpoint-controller", start: startEndpointsController },
  { name: "endpointslice-controller", account: "endpointslice-controller", start: startEndpointSliceController },
  { name: "replicationcontroller-controller", account: "replication-controller", start: startReplicationController },
  { name: "replicaset-controller", account: "replicaset-controller", start: startReplicaSetController },
  { name: "deployment-controller", account: "deployment-controller", start: startDeploymentController },
  { name: "daemonset-controller", account: "daemon-set-controller", start: startDaemonSetController },
  { name: "statefulset-controller", account: "statefulset-controller", start: startStatefulSetController },
  { name: "job-controller", account: "job-controller", start: startJobController },
  { name: "cronjob-controller", account: "cronjob-controller", start: startCronJobController },
  {
    name: "ttl-after-finished-controller",
    account: "ttl-after-finished-controller",
    start: startTtlAfterFinishedController,
  },
  { name: "garbage-collector-controller", account: "generic-garbage-collector", start: startGarbageCollector },
  { name: "disruption-controller", account: "disruption-controller", start: startDisruptionController },
  { name: "node-ipam-controller", account: "node-controller", start: startNodeIpamController },
  { name: "node-lifecycle-controller", account: "node-controller", start: startNodeLifecycleController },
  { name: "taint-eviction-controller", account: "node-controller", start: startTaintEvictionController },
  { name: "ttl-controller", account: "ttl-controller", start: startTtlController },
  { name: "pod-garbage-collector-controller", account: "pod-garbage-collector", start: startPodGcController },
  {
    name: "clusterrole-aggregation-controller",
    account: "clusterrole-aggregation-controller",
    start: startClusterRoleAggregationController,
  },
  { name: "serviceaccount-token-controller", start: startServiceAccountTokenController },
  {
    name: "validatingadmissionpolicy-status-controller",
    account: "validatingadmissionpolicy-status-controller",
    start: startPolicyStatusController,
  },
  {
    name: "horizontal-pod-autoscaler-controller",
    account: "horizontal-pod-autoscaler",
    start: startPodAutoscalerController,
  },
  {
    name: "persistentvolume-binder-controller",
    account: "persistent-volume-binder",
    start: startVolumeBinderController,
  },
  { name: "service-cidr-controller", account: "service-cidrs-controller", start: startServiceCidrController },
  {
    name: "persistentvolumeclaim-protection-controller",
    account: "pvc-protection-controller",
    start: startClaimProtectionController,
  },
  {
    name: "persistentvolume-protection-controller",
    account: "pv-protection-controller",
    start: startVolumeProtectionController,
  },
  {
    name: "ephemeral-volume-controller",
    account: "ephemeral-volume-controller",
    start: startEphemeralVolumeController,
  },
  {
    name: "endpointslice-mirroring-controller",
    account: "endpointslicemirroring-controller",
    start: startEndpointSliceMirroringController,
  },
  { name: "resourceclaim-controller", account: "resource-claim-controller", start: startResourceClaimController },
  { name: "resourcequota-controller", account: "resourcequota-controller", start: startResourceQuotaController },
  {
    name: "certificatesigningrequest-approving-controller",
    account: "certificate-controller",
    start: startCertificateApprovingController,
  },
  {
    name: "certificatesigningrequest-signing-controller",
    account: "certificate-controller",
    start: startCertificateSigningController,
  },
  {
    name: "certificatesigningrequest-cleaner-controller",
    account: "certificate-controller",
    start: startCertificateCleaningController,
  },
  {
    name: "bootstrap-signer-controller",
    account: "bootstrap-signer",
    onDemand: true,
    start: startBootstrapSignerController,
  },
  { name: "token-cleaner-controller", account: "token-cleaner", onDemand: true, start: startTokenCleanerController },
];
