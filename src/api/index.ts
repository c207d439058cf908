/**
 * The API: every kind and type, declared in the schema language, and the small functions on them that many parts need.
 * Holds no behaviour of a server or a controller. Start at {@link kinds}; one file per kind stands under `<group>/<version>/`.
 */
export {
  type CompiledPolicy,
  compilePolicy,
  type PolicySource,
} from "./admissionregistration/v1/policy.expressions.ts";
export { ValidatingAdmissionPolicyBinding } from "./admissionregistration/v1/validatingadmissionpolicybinding.ts";
export { MutatingWebhookConfiguration } from "./admissionregistration/v1/mutatingwebhookconfiguration.ts";
export { ValidatingWebhookConfiguration } from "./admissionregistration/v1/validatingwebhookconfiguration.ts";
export { MutatingAdmissionPolicy } from "./admissionregistration/v1/mutatingadmissionpolicy.ts";
export { MutatingAdmissionPolicyBinding } from "./admissionregistration/v1/mutatingadmissionpolicybinding.ts";
export { durationMs } from "./duration.ts";
export { type CronSchedule, CronError, nextCronTime, parseCron } from "./batch/v1/cron.ts";
export { behaviorOf, columnsOf } from "./behaviors.ts";
export { listDoc, OBJECT_META, type StructDoc } from "./doc.ts";
export { age, ageColumn, createdAtColumn, humanDuration, nameColumn } from "./columns.ts";
export { scaledValue } from "./intorstring.ts";
export {
  CustomResourceDefinition,
  type CustomResourceColumnDefinition,
  type CustomResourceDefinitionVersion,
  type JSONSchemaProps,
} from "./apiextensions/v1/customresourcedefinition.ts";
export { validateEmbedded } from "./apiextensions/schema/embedded.ts";
export { validateListTypes } from "./apiextensions/schema/list-types.ts";
export { type JsonPath, JsonPathError, parseJsonPath, TextByte } from "./apiextensions/schema/json-path.ts";
export { isRecord } from "./apiextensions/schema/cel-types.ts";
export { resourceStruct } from "./apiextensions/schema/nodes.ts";
export { hasRules } from "./apiextensions/schema/rule-tree.ts";
export { runRules, unchangedFaults } from "./apiextensions/schema/rules.run.ts";
export { validateChangedValue, validateValue } from "./apiextensions/schema/values.ts";
export {
  CLIENT_METADATA,
  KEPT_WITH_STATUS,
  type Column,
  type CustomKind,
  type CustomVersions,
  listKindOf,
  type Change,
  type FieldError,
  type FieldErrorType,
  groupVersion,
  type InferKind,
  type KindBehavior,
  type KindDefinition,
  type KindStorage,
  type MetadataProblems,
  kind,
  type KubeObject,
  type Mutable,
  type SavedMetadata,
  type Subresource,
  typeMeta,
} from "./kind.ts";
export { conditionOf, transitionTime } from "./conditions.ts";
export { findVolume, isBoundTo, storageClassOf, volumeMismatch, volumeReaches } from "./volume-match.ts";
export { nodeSelectorMatches, nodeTermMatches, tolerates, tolerationCovers } from "./node-selector.ts";
export { controllerOf, ownerReference } from "./owner.ts";
export { configMapNames, resourceClaimNames, secretNames, volumeClaimNames } from "./podreferences.ts";
export { isPodAvailable, isPodReady, isPodTerminal, podCondition } from "./pods.ts";
export {
  addQuantities,
  canonicalQuantity,
  compareQuantities,
  formatQuantity,
  parseQuantity,
  type Quantity,
  QUANTITY_MESSAGE,
  QuantityError,
  quantityToMilli,
  quantityToNumber,
} from "./quantity.ts";
export { previewKinds, type PreviewKind } from "./preview.ts";
export { kindFor, kindForResource, kinds } from "./scheme.ts";
export {
  formatLabelSelector,
  labelKeyProblem,
  type Labels,
  labelSelectorMatches,
  labelValueProblem,
  parseFieldSelector,
  parseLabelSelector,
  type Requirement,
  requirementsMatch,
  SelectorError,
  selectorText,
} from "./selector.ts";
export {
  alreadyExists,
  badRequest,
  conflict,
  forbidden,
  gone,
  internal,
  invalid,
  isAlreadyExists,
  isConflict,
  isForbidden,
  isGone,
  isInvalid,
  isNotFound,
  isTooManyRequests,
  isUnprintable,
  messageOf,
  methodNotAllowed,
  methodNotSupported,
  MODIFIED,
  noSuchPath,
  notAcceptable,
  notFound,
  notImplemented,
  qualified,
  quote,
  requestEntityTooLarge,
  type ResourceName,
  resourceExpired,
  serviceUnavailable,
  StatusError,
  statusError,
  timedOut,
  tooManyRequests,
  unauthorized,
  unsupportedMediaType,
  unlessGone,
} from "./status.ts";
export { type Conversions, fromHub, hubOf, storedAs, toHub } from "./storage.ts";
export { versionView } from "./versions.ts";
export type { Draft } from "../schema/index.ts";
export { APIGroupDiscoveryList } from "./apidiscovery/v2/apigroupdiscoverylist.ts";
export { APIGroup, ServerAddressByClientCIDR, GroupVersionForDiscovery } from "./meta/v1/apigroup.ts";
export { APIGroupList } from "./meta/v1/apigrouplist.ts";
export { APIResourceList, APIResource } from "./meta/v1/apiresourcelist.ts";
export { APIVersions } from "./meta/v1/apiversions.ts";
export { Condition } from "./meta/v1/condition.ts";
export { CreateOptions } from "./meta/v1/createoptions.ts";
export { DeleteOptions, Preconditions } from "./meta/v1/deleteoptions.ts";
export { FieldSelectorRequirement } from "./meta/v1/fieldselectorrequirement.ts";
export { GetOptions } from "./meta/v1/getoptions.ts";
export { LabelSelector, LabelSelectorRequirement } from "./meta/v1/labelselector.ts";
export { ListMeta, ShardInfo } from "./meta/v1/listmeta.ts";
export { ListOptions } from "./meta/v1/listoptions.ts";
export { METADATA_FIELDS, ObjectMeta, ManagedFieldsEntry, OwnerReference } from "./meta/v1/objectmeta.ts";
export { PartialObjectMetadata } from "./meta/v1/partialobjectmetadata.ts";
export { PartialObjectMetadataList } from "./meta/v1/partialobjectmetadatalist.ts";
export { PartialObjectMetadataListV1beta1 } from "./meta/v1beta1/partialobjectmetadatalist.ts";
export { PatchOptions } from "./meta/v1/patchoptions.ts";
export { Status, StatusDetails, StatusCause } from "./meta/v1/status.ts";
export { Table, TableRow, TableRowCondition, TableColumnDefinition } from "./meta/v1/table.ts";
export { TableOptions } from "./meta/v1/tableoptions.ts";
export { UpdateOptions } from "./meta/v1/updateoptions.ts";
export { WatchEvent } from "./meta/v1/watchevent.ts";
export {
  VolumeNodeAffinity,
  TopologySpreadConstraint,
  Toleration,
  Affinity,
  PodAntiAffinity,
  PodAffinity,
  WeightedPodAffinityTerm,
  PodAffinityTerm,
  NodeAffinity,
  PreferredSchedulingTerm,
  NodeSelector,
  NodeSelectorTerm,
  NodeSelectorRequirement,
} from "./core/v1/affinity.ts";
export { Binding } from "./core/v1/binding.ts";
export { ConfigMap } from "./core/v1/configmap.ts";
export {
  EphemeralContainer,
  EphemeralContainerCommon,
  Container,
  SecurityContext,
  AppArmorProfile,
  SeccompProfile,
  WindowsSecurityContextOptions,
  SELinuxOptions,
  Capabilities,
  Lifecycle,
  LifecycleHandler,
  SleepAction,
  Probe,
  ProbeHandler,
  GRPCAction,
  TCPSocketAction,
  HTTPGetAction,
  HTTPHeader,
  ExecAction,
  VolumeDevice,
  VolumeMount,
  ContainerRestartRule,
  ContainerRestartRuleOnExitCodes,
  ContainerResizePolicy,
  ResourceRequirements,
  ResourceClaim,
  EnvVar,
  EnvVarSource,
  FileKeySelector,
  SecretKeySelector,
  ConfigMapKeySelector,
  EnvFromSource,
  SecretEnvSource,
  ConfigMapEnvSource,
  ContainerPort,
} from "./core/v1/container.ts";
export {
  ContainerStatus,
  ResourceStatus,
  ResourceHealth,
  ContainerUser,
  LinuxContainerUser,
  VolumeMountStatus,
  VolumeStatus,
  ImageVolumeStatus,
  ContainerState,
  ContainerStateTerminated,
  ContainerStateRunning,
  ContainerStateWaiting,
} from "./core/v1/containerstatus.ts";
export { EndpointSubset, EndpointPort, EndpointAddress, Endpoints } from "./core/v1/endpoints.ts";
export { EventSeries, EventSource, Event } from "./core/v1/event.ts";
export { NamespaceStatus, NamespaceCondition, NamespaceSpec, Namespace } from "./core/v1/namespace.ts";
export {
  NodeStatus,
  NodeFeatures,
  NodeRuntimeHandler,
  NodeRuntimeHandlerFeatures,
  NodeConfigStatus,
  AttachedVolume,
  ContainerImage,
  NodeSystemInfo,
  NodeSwapStatus,
  NodeDaemonEndpoints,
  DaemonEndpoint,
  NodeAddress,
  NodeCondition,
  NodeSpec,
  NodeConfigSource,
  ConfigMapNodeConfigSource,
  Taint,
  Node,
} from "./core/v1/node.ts";
export { NodeProxyOptions } from "./core/v1/nodeproxyoptions.ts";
export { PersistentVolumeStatus, PersistentVolumeSpec, PersistentVolume } from "./core/v1/persistentvolume.ts";
export {
  PersistentVolumeClaimStatus,
  ModifyVolumeStatus,
  PersistentVolumeClaimCondition,
  PersistentVolumeClaim,
} from "./core/v1/persistentvolumeclaim.ts";
export {
  PodStatus,
  NodeAllocatableResourceClaimStatus,
  PodExtendedResourceClaimStatus,
  ContainerExtendedResourceRequest,
  PodResourceClaimStatus,
  PodIP,
  HostIP,
  PodCondition,
  Pod,
} from "./core/v1/pod.ts";
export {
  PodSpec,
  PodSchedulingGroup,
  PodResourceClaim,
  PodSchedulingGate,
  PodOS,
  PodReadinessGate,
  PodDNSConfig,
  PodDNSConfigOption,
  HostAlias,
  PodSecurityContext,
  Sysctl,
} from "./core/v1/podspec.ts";
export { PodAttachOptions } from "./core/v1/podattachoptions.ts";
export { PodExecOptions } from "./core/v1/podexecoptions.ts";
export { PodLogOptions } from "./core/v1/podlogoptions.ts";
export { validateLogQuestion } from "./core/v1/podlogoptions.validate.ts";
export { PodPortForwardOptions } from "./core/v1/podportforwardoptions.ts";
export { PodProxyOptions } from "./core/v1/podproxyoptions.ts";
export { PodTemplateSpec } from "./core/v1/podtemplatespec.ts";
export {
  SecretReference,
  ObjectReference,
  TypedObjectReference,
  TypedLocalObjectReference,
  LocalObjectReference,
} from "./core/v1/references.ts";
export { Secret } from "./core/v1/secret.ts";
export {
  ServiceStatus,
  LoadBalancerStatus,
  LoadBalancerIngress,
  PortStatus,
  ServiceSpec,
  SessionAffinityConfig,
  ClientIPConfig,
  ServicePort,
  Service,
} from "./core/v1/service.ts";
export { ServiceAccount } from "./core/v1/serviceaccount.ts";
export { ServiceProxyOptions } from "./core/v1/serviceproxyoptions.ts";
export {
  PersistentVolumeSource,
  CSIPersistentVolumeSource,
  StorageOSPersistentVolumeSource,
  LocalVolumeSource,
  ScaleIOPersistentVolumeSource,
  AzureFilePersistentVolumeSource,
  FlexPersistentVolumeSource,
  CephFSPersistentVolumeSource,
  CinderPersistentVolumeSource,
  ISCSIPersistentVolumeSource,
  RBDPersistentVolumeSource,
  GlusterfsPersistentVolumeSource,
  Volume,
  VolumeSource,
  ImageVolumeSource,
  EphemeralVolumeSource,
  PersistentVolumeClaimTemplate,
  PersistentVolumeClaimSpec,
  VolumeResourceRequirements,
  CSIVolumeSource,
  StorageOSVolumeSource,
  ScaleIOVolumeSource,
  PortworxVolumeSource,
  ProjectedVolumeSource,
  VolumeProjection,
  PodCertificateProjection,
  ClusterTrustBundleProjection,
  ServiceAccountTokenProjection,
  ConfigMapProjection,
  DownwardAPIProjection,
  SecretProjection,
  PhotonPersistentDiskVolumeSource,
  AzureDiskVolumeSource,
  QuobyteVolumeSource,
  VsphereVirtualDiskVolumeSource,
  ConfigMapVolumeSource,
  AzureFileVolumeSource,
  FCVolumeSource,
  DownwardAPIVolumeSource,
  DownwardAPIVolumeFile,
  ResourceFieldSelector,
  ObjectFieldSelector,
  FlockerVolumeSource,
  CephFSVolumeSource,
  CinderVolumeSource,
  FlexVolumeSource,
  RBDVolumeSource,
  PersistentVolumeClaimVolumeSource,
  GlusterfsVolumeSource,
  ISCSIVolumeSource,
  NFSVolumeSource,
  SecretVolumeSource,
  KeyToPath,
  GitRepoVolumeSource,
  AWSElasticBlockStoreVolumeSource,
  GCEPersistentDiskVolumeSource,
  EmptyDirVolumeSource,
  HostPathVolumeSource,
} from "./core/v1/volume.ts";
export {
  DeploymentStatus,
  DeploymentCondition,
  DeploymentSpec,
  DeploymentStrategy,
  RollingUpdateDeployment,
  Deployment,
} from "./apps/v1/deployment.ts";
export { ReplicaSetStatus, ReplicaSetCondition, ReplicaSetSpec, ReplicaSet } from "./apps/v1/replicaset.ts";
export { JobStatus, UncountedTerminatedPods, JobCondition, Job } from "./batch/v1/job.ts";
export {
  JobSpec,
  SuccessPolicy,
  SuccessPolicyRule,
  PodFailurePolicy,
  PodFailurePolicyRule,
  PodFailurePolicyOnPodConditionsPattern,
  PodFailurePolicyOnExitCodesRequirement,
} from "./batch/v1/jobspec.ts";
export {
  EndpointPort as DiscoveryEndpointPort,
  Endpoint,
  EndpointHints,
  ForNode,
  ForZone,
  EndpointConditions,
  EndpointSlice,
} from "./discovery/v1/endpointslice.ts";
export { LeaseSpec, Lease } from "./coordination/v1/lease.ts";
export { AggregationRule, ClusterRole } from "./rbac/v1/clusterrole.ts";
export { ClusterRoleBinding } from "./rbac/v1/clusterrolebinding.ts";
export { PolicyRule, Role } from "./rbac/v1/role.ts";
export { RoleRef, Subject, RoleBinding } from "./rbac/v1/rolebinding.ts";
export { RuntimeClass } from "./node/v1/runtimeclass.ts";
export { PriorityClass } from "./scheduling/v1/priorityclass.ts";
export { PodGroup } from "./scheduling/v1alpha2/podgroup.ts";
export { Workload } from "./scheduling/v1alpha2/workload.ts";
export { Eviction } from "./policy/v1/eviction.ts";
export {
  PodDisruptionBudgetStatus,
  PodDisruptionBudgetSpec,
  PodDisruptionBudget,
} from "./policy/v1/poddisruptionbudget.ts";
export { SelfSubjectReviewStatus, SelfSubjectReview } from "./authentication/v1/selfsubjectreview.ts";
export {
  TokenRequest,
  TokenRequestStatus,
  TokenRequestSpec,
  BoundObjectReference,
} from "./authentication/v1/tokenrequest.ts";
export { TokenReviewStatus, UserInfo, TokenReviewSpec, TokenReview } from "./authentication/v1/tokenreview.ts";
export { LocalSubjectAccessReview } from "./authorization/v1/localsubjectaccessreview.ts";
export { SelfSubjectAccessReviewSpec, SelfSubjectAccessReview } from "./authorization/v1/selfsubjectaccessreview.ts";
export {
  SubjectRulesReviewStatus,
  NonResourceRule,
  ResourceRule,
  SelfSubjectRulesReviewSpec,
  SelfSubjectRulesReview,
} from "./authorization/v1/selfsubjectrulesreview.ts";
export {
  SubjectAccessReviewStatus,
  SubjectAccessReviewSpec,
  NonResourceAttributes,
  ResourceAttributes,
  LabelSelectorAttributes,
  FieldSelectorAttributes,
  SubjectAccessReview,
} from "./authorization/v1/subjectaccessreview.ts";
export { Scale, ScaleStatus, ScaleSpec } from "./autoscaling/v1/scale.ts";
export { AdmissionResponse, AdmissionReview } from "./admission/v1/admissionreview.ts";
export { typeNameOf } from "./typenames.ts";
export * from "./validation/index.ts";
export { Ingress } from "./networking/v1/ingress.ts";
export { IngressClass } from "./networking/v1/ingressclass.ts";
export { IPAddress } from "./networking/v1/ipaddress.ts";
export { NetworkPolicy } from "./networking/v1/networkpolicy.ts";
export { ServiceCIDR } from "./networking/v1/servicecidr.ts";
export {
  ReplicationControllerStatus,
  ReplicationControllerCondition,
  ReplicationControllerSpec,
  ReplicationController,
} from "./core/v1/replicationcontroller.ts";
export {
  ResourceQuotaStatus,
  ResourceQuotaSpec,
  ScopeSelector,
  ScopedResourceSelectorRequirement,
  ResourceQuota,
} from "./core/v1/resourcequota.ts";
export { LimitRangeSpec, LimitRangeItem, LimitRange } from "./core/v1/limitrange.ts";
export { PodTemplate } from "./core/v1/podtemplate.ts";
export {
  StatefulSetStatus,
  StatefulSetCondition,
  StatefulSetSpec,
  StatefulSetOrdinals,
  StatefulSetPersistentVolumeClaimRetentionPolicy,
  StatefulSetUpdateStrategy,
  RollingUpdateStatefulSetStrategy,
  StatefulSet,
} from "./apps/v1/statefulset.ts";
export {
  DaemonSetStatus,
  DaemonSetCondition,
  DaemonSetSpec,
  DaemonSetUpdateStrategy,
  RollingUpdateDaemonSet,
  DaemonSet,
} from "./apps/v1/daemonset.ts";
export { ControllerRevision } from "./apps/v1/controllerrevision.ts";
export { CronJobStatus, CronJobSpec, JobTemplateSpec, CronJob } from "./batch/v1/cronjob.ts";
export {
  HorizontalPodAutoscalerStatus,
  HorizontalPodAutoscalerCondition,
  MetricStatus,
  ExternalMetricStatus,
  ContainerResourceMetricStatus,
  ResourceMetricStatus,
  PodsMetricStatus,
  ObjectMetricStatus,
  MetricValueStatus,
  HorizontalPodAutoscalerSpec,
  HorizontalPodAutoscalerBehavior,
  HPAScalingRules,
  HPAScalingPolicy,
  MetricSpec,
  ExternalMetricSource,
  ContainerResourceMetricSource,
  ResourceMetricSource,
  PodsMetricSource,
  ObjectMetricSource,
  MetricIdentifier,
  MetricTarget,
  CrossVersionObjectReference,
  HorizontalPodAutoscaler,
} from "./autoscaling/v2/horizontalpodautoscaler.ts";
export {
  CertificateSigningRequestStatus,
  CertificateSigningRequestCondition,
  CertificateSigningRequestSpec,
  CertificateSigningRequest,
} from "./certificates/v1/certificatesigningrequest.ts";
export { signingRequestProblem } from "./certificates/v1/certificatesigningrequest.behavior.ts";
export { StorageClass } from "./storage/v1/storageclass.ts";
export { CSINodeSpec, CSINodeDriver, VolumeNodeResources, CSINode } from "./storage/v1/csinode.ts";
export { CSIDriverSpec, CSIDriver } from "./storage/v1/csidriver.ts";
export { CSIStorageCapacity } from "./storage/v1/csistoragecapacity.ts";
export {
  VolumeAttachmentStatus,
  VolumeError,
  VolumeAttachmentSpec,
  VolumeAttachmentSource,
  VolumeAttachment,
} from "./storage/v1/volumeattachment.ts";
export {
  ResourceClaimStatus,
  AllocatedDeviceStatus,
  NetworkDeviceData,
  ResourceClaimConsumerReference,
  AllocationResult,
  DeviceAllocationResult,
  DeviceAllocationConfiguration,
  DeviceRequestAllocationResult,
  ResourceClaimSpec,
  DeviceClaim,
  DeviceClaimConfiguration,
  DeviceConstraint,
  DeviceRequest,
  DeviceSubRequest,
  ExactDeviceRequest,
  CapacityRequirements,
  DeviceToleration,
} from "./resource/v1/resourceclaim.ts";
export { ResourceClaimTemplateSpec, ResourceClaimTemplate } from "./resource/v1/resourceclaimtemplate.ts";
export {
  ResourceSliceSpec,
  CounterSet,
  Device,
  NodeAllocatableResourceMapping,
  DeviceTaint,
  DeviceCounterConsumption,
  Counter,
  DeviceCapacity,
  CapacityRequestPolicy,
  CapacityRequestPolicyRange,
  DeviceAttribute,
  ResourcePool,
  ResourceSlice,
} from "./resource/v1/resourceslice.ts";
export {
  DeviceClassSpec,
  DeviceClassConfiguration,
  DeviceConfiguration,
  OpaqueDeviceConfiguration,
  DeviceSelector,
  CELDeviceSelector,
  DeviceClass,
} from "./resource/v1/deviceclass.ts";
export { type TypeWarning, typeWarnings } from "./admissionregistration/v1/policy.expressions.ts";
export { typeOfPublished, typeOfStruct } from "./admissionregistration/v1/policy.types-of.ts";
export { compileDeviceSelector, DEVICE_COST_MAX } from "./resource/v1/selectors.expressions.ts";
export { ServiceCIDRStatus, ServiceCIDRSpec } from "./networking/v1/servicecidr.ts";
export { IPAddressSpec, ParentReference } from "./networking/v1/ipaddress.ts";
export {
  ValidatingAdmissionPolicyStatus,
  TypeChecking,
  ExpressionWarning,
  ValidatingAdmissionPolicySpec,
  AuditAnnotation,
  Validation,
  ValidatingAdmissionPolicy,
} from "./admissionregistration/v1/validatingadmissionpolicy.ts";
export { Scheduling, Overhead } from "./node/v1/runtimeclass.ts";
export { needsHealthCheckPort, needsNodePorts, usesNodePorts } from "./core/v1/service.needs.ts";
export { validateClusterIPs } from "./core/v1/service.clusterips.validate.ts";
export { prepareServiceUpdate } from "./core/v1/service.prepare.ts";
export { qosClass, type QosClass } from "./core/v1/pod/qos.ts";
export * from "./quota/index.ts";
export { isDefaultClass } from "./storage/v1/defaultclass.ts";
export { CLASS_ANNOTATION as VOLUME_CLASS_ANNOTATION } from "./core/v1/volumetext.ts";
export { LOCAL_AVAILABLE } from "./apiregistration/v1/apiservice.behavior.ts";
export { APIService } from "./apiregistration/v1/apiservice.ts";
export { FlowSchema } from "./flowcontrol/v1/flowschema.ts";
export { PriorityLevelConfiguration } from "./flowcontrol/v1/prioritylevelconfiguration.ts";
export { ComponentStatus } from "./core/v1/componentstatus.ts";
/** The core group has a type of this name, too: the part of a container that names a claim. */
export { ResourceClaim as DynamicResourceClaim } from "./resource/v1/resourceclaim.ts";

/** What is said of all types in OpenAPI; loads the text, see `doc.ts`, when it is first called. */
export function apiDocs(): Promise<typeof import("./docs.ts")> {
  return import("./docs.ts");
}
