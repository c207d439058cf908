/** Every line of documentation of the API's types. A large part of it is text: import it when it is needed, see `doc.ts`. */
import type { StructNode } from "../schema/index.ts";
import type { StructDoc } from "./doc.ts";
import { mutatingadmissionpolicyDocs } from "./admissionregistration/v1/mutatingadmissionpolicy.docs.ts";
import { mutatingadmissionpolicybindingDocs } from "./admissionregistration/v1/mutatingadmissionpolicybinding.docs.ts";
import { mutatingwebhookconfigurationDocs } from "./admissionregistration/v1/mutatingwebhookconfiguration.docs.ts";
import { validatingadmissionpolicyDocs } from "./admissionregistration/v1/validatingadmissionpolicy.docs.ts";
import { validatingadmissionpolicybindingDocs } from "./admissionregistration/v1/validatingadmissionpolicybinding.docs.ts";
import { validatingwebhookconfigurationDocs } from "./admissionregistration/v1/validatingwebhookconfiguration.docs.ts";
import { customresourcedefinitionDocs } from "./apiextensions/v1/customresourcedefinition.docs.ts";
import { apiserviceDocs } from "./apiregistration/v1/apiservice.docs.ts";
import { storageversionDocs } from "./apiserverinternal/v1alpha1/storageversion.docs.ts";
import { controllerrevisionDocs } from "./apps/v1/controllerrevision.docs.ts";
import { daemonsetDocs } from "./apps/v1/daemonset.docs.ts";
import { deploymentDocs } from "./apps/v1/deployment.docs.ts";
import { replicasetDocs } from "./apps/v1/replicaset.docs.ts";
import { statefulsetDocs } from "./apps/v1/statefulset.docs.ts";
import { selfsubjectreviewDocs } from "./authentication/v1/selfsubjectreview.docs.ts";
import { tokenrequestDocs } from "./authentication/v1/tokenrequest.docs.ts";
import { tokenreviewDocs } from "./authentication/v1/tokenreview.docs.ts";
import { localsubjectaccessreviewDocs } from "./authorization/v1/localsubjectaccessreview.docs.ts";
import { selfsubjectaccessreviewDocs } from "./authorization/v1/selfsubjectaccessreview.docs.ts";
import { selfsubjectrulesreviewDocs } from "./authorization/v1/selfsubjectrulesreview.docs.ts";
import { subjectaccessreviewDocs } from "./authorization/v1/subjectaccessreview.docs.ts";
import { horizontalpodautoscalerDocs as autoscalingV1HorizontalpodautoscalerDocs } from "./autoscaling/v1/horizontalpodautoscaler.docs.ts";
import { scaleDocs } from "./autoscaling/v1/scale.docs.ts";
import { horizontalpodautoscalerDocs as autoscalingV2HorizontalpodautoscalerDocs } from "./autoscaling/v2/horizontalpodautoscaler.docs.ts";
import { cronjobDocs } from "./batch/v1/cronjob.docs.ts";
import { jobDocs } from "./batch/v1/job.docs.ts";
import { jobspecDocs } from "./batch/v1/jobspec.docs.ts";
import { certificatesigningrequestDocs } from "./certificates/v1/certificatesigningrequest.docs.ts";
import { clustertrustbundleDocs } from "./certificates/v1beta1/clustertrustbundle.docs.ts";
import { podcertificaterequestDocs } from "./certificates/v1beta1/podcertificaterequest.docs.ts";
import { leaseDocs } from "./coordination/v1/lease.docs.ts";
import { leasecandidateDocs } from "./coordination/v1beta1/leasecandidate.docs.ts";
import { affinityDocs } from "./core/v1/affinity.docs.ts";
import { bindingDocs } from "./core/v1/binding.docs.ts";
import { componentstatusDocs } from "./core/v1/componentstatus.docs.ts";
import { configmapDocs } from "./core/v1/configmap.docs.ts";
import { containerDocs } from "./core/v1/container.docs.ts";
import { containerstatusDocs } from "./core/v1/containerstatus.docs.ts";
import { endpointsDocs } from "./core/v1/endpoints.docs.ts";
import { eventDocs as coreV1EventDocs } from "./core/v1/event.docs.ts";
import { limitrangeDocs } from "./core/v1/limitrange.docs.ts";
import { namespaceDocs } from "./core/v1/namespace.docs.ts";
import { nodeDocs } from "./core/v1/node.docs.ts";
import { nodeproxyoptionsDocs } from "./core/v1/nodeproxyoptions.docs.ts";
import { persistentvolumeDocs } from "./core/v1/persistentvolume.docs.ts";
import { persistentvolumeclaimDocs } from "./core/v1/persistentvolumeclaim.docs.ts";
import { podDocs } from "./core/v1/pod.docs.ts";
import { podattachoptionsDocs } from "./core/v1/podattachoptions.docs.ts";
import { podexecoptionsDocs } from "./core/v1/podexecoptions.docs.ts";
import { podlogoptionsDocs } from "./core/v1/podlogoptions.docs.ts";
import { podportforwardoptionsDocs } from "./core/v1/podportforwardoptions.docs.ts";
import { podproxyoptionsDocs } from "./core/v1/podproxyoptions.docs.ts";
import { podspecDocs } from "./core/v1/podspec.docs.ts";
import { podtemplateDocs } from "./core/v1/podtemplate.docs.ts";
import { podtemplatespecDocs } from "./core/v1/podtemplatespec.docs.ts";
import { referencesDocs } from "./core/v1/references.docs.ts";
import { replicationcontrollerDocs } from "./core/v1/replicationcontroller.docs.ts";
import { resourcequotaDocs } from "./core/v1/resourcequota.docs.ts";
import { secretDocs } from "./core/v1/secret.docs.ts";
import { serviceDocs } from "./core/v1/service.docs.ts";
import { serviceaccountDocs } from "./core/v1/serviceaccount.docs.ts";
import { serviceproxyoptionsDocs } from "./core/v1/serviceproxyoptions.docs.ts";
import { topologyselectortermDocs } from "./core/v1/topologyselectorterm.docs.ts";
import { volumeDocs } from "./core/v1/volume.docs.ts";
import { endpointsliceDocs } from "./discovery/v1/endpointslice.docs.ts";
import { eventDocs as eventsV1EventDocs } from "./events/v1/event.docs.ts";
import { flowschemaDocs } from "./flowcontrol/v1/flowschema.docs.ts";
import { prioritylevelconfigurationDocs } from "./flowcontrol/v1/prioritylevelconfiguration.docs.ts";
import { apigroupDocs } from "./meta/v1/apigroup.docs.ts";
import { apigroupdiscoverylistDocs } from "./apidiscovery/v2/apigroupdiscoverylist.docs.ts";
import { apigrouplistDocs } from "./meta/v1/apigrouplist.docs.ts";
import { apiresourcelistDocs } from "./meta/v1/apiresourcelist.docs.ts";
import { apiversionsDocs } from "./meta/v1/apiversions.docs.ts";
import { conditionDocs } from "./meta/v1/condition.docs.ts";
import { createoptionsDocs } from "./meta/v1/createoptions.docs.ts";
import { deleteoptionsDocs } from "./meta/v1/deleteoptions.docs.ts";
import { fieldselectorrequirementDocs } from "./meta/v1/fieldselectorrequirement.docs.ts";
import { getoptionsDocs } from "./meta/v1/getoptions.docs.ts";
import { groupresourceDocs } from "./meta/v1/groupresource.docs.ts";
import { labelselectorDocs } from "./meta/v1/labelselector.docs.ts";
import { listmetaDocs } from "./meta/v1/listmeta.docs.ts";
import { listoptionsDocs } from "./meta/v1/listoptions.docs.ts";
import { objectmetaDocs } from "./meta/v1/objectmeta.docs.ts";
import { partialobjectmetadataDocs } from "./meta/v1/partialobjectmetadata.docs.ts";
import { partialobjectmetadatalistDocs } from "./meta/v1/partialobjectmetadatalist.docs.ts";
import { patchoptionsDocs } from "./meta/v1/patchoptions.docs.ts";
import { statusDocs } from "./meta/v1/status.docs.ts";
import { tableDocs } from "./meta/v1/table.docs.ts";
import { tableoptionsDocs } from "./meta/v1/tableoptions.docs.ts";
import { updateoptionsDocs } from "./meta/v1/updateoptions.docs.ts";
import { watcheventDocs } from "./meta/v1/watchevent.docs.ts";
import { ingressDocs } from "./networking/v1/ingress.docs.ts";
import { ingressclassDocs } from "./networking/v1/ingressclass.docs.ts";
import { ipaddressDocs } from "./networking/v1/ipaddress.docs.ts";
import { networkpolicyDocs } from "./networking/v1/networkpolicy.docs.ts";
import { servicecidrDocs } from "./networking/v1/servicecidr.docs.ts";
import { runtimeclassDocs } from "./node/v1/runtimeclass.docs.ts";
import { evictionDocs } from "./policy/v1/eviction.docs.ts";
import { poddisruptionbudgetDocs } from "./policy/v1/poddisruptionbudget.docs.ts";
import { clusterroleDocs } from "./rbac/v1/clusterrole.docs.ts";
import { clusterrolebindingDocs } from "./rbac/v1/clusterrolebinding.docs.ts";
import { roleDocs } from "./rbac/v1/role.docs.ts";
import { rolebindingDocs } from "./rbac/v1/rolebinding.docs.ts";
import { deviceclassDocs } from "./resource/v1/deviceclass.docs.ts";
import { resourceclaimDocs as resourceV1ResourceclaimDocs } from "./resource/v1/resourceclaim.docs.ts";
import { resourceclaimtemplateDocs } from "./resource/v1/resourceclaimtemplate.docs.ts";
import { resourcesliceDocs as resourceV1ResourcesliceDocs } from "./resource/v1/resourceslice.docs.ts";
import { resourcepoolstatusrequestDocs } from "./resource/v1alpha3/resourcepoolstatusrequest.docs.ts";
import { resourceclaimDocs as resourceV1beta1ResourceclaimDocs } from "./resource/v1beta1/resourceclaim.docs.ts";
import { resourcesliceDocs as resourceV1beta1ResourcesliceDocs } from "./resource/v1beta1/resourceslice.docs.ts";
import { devicetaintruleDocs } from "./resource/v1beta2/devicetaintrule.docs.ts";
import { priorityclassDocs } from "./scheduling/v1/priorityclass.docs.ts";
import { podgroupDocs } from "./scheduling/v1alpha2/podgroup.docs.ts";
import { workloadDocs } from "./scheduling/v1alpha2/workload.docs.ts";
import { csidriverDocs } from "./storage/v1/csidriver.docs.ts";
import { csinodeDocs } from "./storage/v1/csinode.docs.ts";
import { csistoragecapacityDocs } from "./storage/v1/csistoragecapacity.docs.ts";
import { storageclassDocs } from "./storage/v1/storageclass.docs.ts";
import { volumeattachmentDocs } from "./storage/v1/volumeattachment.docs.ts";
import { volumeattributesclassDocs } from "./storage/v1/volumeattributesclass.docs.ts";
import { storageversionmigrationDocs } from "./storagemigration/v1beta1/storageversionmigration.docs.ts";

const tables: readonly (readonly StructDoc[])[] = [
  mutatingadmissionpolicyDocs,
  mutatingadmissionpolicybindingDocs,
  mutatingwebhookconfigurationDocs,
  validatingadmissionpolicyDocs,
  validatingadmissionpolicybindingDocs,
  validatingwebhookconfigurationDocs,
  customresourcedefinitionDocs,
  apiserviceDocs,
  storageversionDocs,
  controllerrevisionDocs,
  daemonsetDocs,
  deploymentDocs,
  replicasetDocs,
  statefulsetDocs,
  selfsubjectreviewDocs,
  tokenrequestDocs,
  tokenreviewDocs,
  localsubjectaccessreviewDocs,
  selfsubjectaccessreviewDocs,
  selfsubjectrulesreviewDocs,
  subjectaccessreviewDocs,
  autoscalingV1HorizontalpodautoscalerDocs,
  scaleDocs,
  autoscalingV2HorizontalpodautoscalerDocs,
  cronjobDocs,
  jobDocs,
  jobspecDocs,
  certificatesigningrequestDocs,
  clustertrustbundleDocs,
  podcertificaterequestDocs,
  leaseDocs,
  leasecandidateDocs,
  affinityDocs,
  bindingDocs,
  componentstatusDocs,
  configmapDocs,
  containerDocs,
  containerstatusDocs,
  endpointsDocs,
  coreV1EventDocs,
  limitrangeDocs,
  namespaceDocs,
  nodeDocs,
  nodeproxyoptionsDocs,
  persistentvolumeDocs,
  persistentvolumeclaimDocs,
  podDocs,
  podattachoptionsDocs,
  podexecoptionsDocs,
  podlogoptionsDocs,
  podportforwardoptionsDocs,
  podproxyoptionsDocs,
  podspecDocs,
  podtemplateDocs,
  podtemplatespecDocs,
  referencesDocs,
  replicationcontrollerDocs,
  resourcequotaDocs,
  secretDocs,
  serviceDocs,
  serviceaccountDocs,
  serviceproxyoptionsDocs,
  topologyselectortermDocs,
  volumeDocs,
  endpointsliceDocs,
  eventsV1EventDocs,
  flowschemaDocs,
  prioritylevelconfigurationDocs,
  apigroupDocs,
  apigroupdiscoverylistDocs,
  apigrouplistDocs,
  apiresourcelistDocs,
  apiversionsDocs,
  conditionDocs,
  createoptionsDocs,
  deleteoptionsDocs,
  fieldselectorrequirementDocs,
  getoptionsDocs,
  groupresourceDocs,
  labelselectorDocs,
  listmetaDocs,
  listoptionsDocs,
  objectmetaDocs,
  partialobjectmetadataDocs,
  partialobjectmetadatalistDocs,
  patchoptionsDocs,
  statusDocs,
  tableDocs,
  tableoptionsDocs,
  updateoptionsDocs,
  watcheventDocs,
  ingressDocs,
  ingressclassDocs,
  ipaddressDocs,
  networkpolicyDocs,
  servicecidrDocs,
  runtimeclassDocs,
  evictionDocs,
  poddisruptionbudgetDocs,
  clusterroleDocs,
  clusterrolebindingDocs,
  roleDocs,
  rolebindingDocs,
  deviceclassDocs,
  resourceV1ResourceclaimDocs,
  resourceclaimtemplateDocs,
  resourceV1ResourcesliceDocs,
  resourcepoolstatusrequestDocs,
  resourceV1beta1ResourceclaimDocs,
  resourceV1beta1ResourcesliceDocs,
  devicetaintruleDocs,
  priorityclassDocs,
  podgroupDocs,
  workloadDocs,
  csidriverDocs,
  csinodeDocs,
  csistoragecapacityDocs,
  storageclassDocs,
  volumeattachmentDocs,
  volumeattributesclassDocs,
  storageversionmigrationDocs,
];
const all = tables.flat();
const byName = new Map(all.map((one) => [one.name, one]));
// The stable version stands before the others, and so the last word is its.
const byType = new Map(all.toReversed().map((one) => [withoutVersion(one.name), one]));

/**
 * What is said of a type and of its fields; undefined for types that nothing is said of. A version that is worded nowhere
 * has the words of another one of its group: most betas are what the stable version is.
 */
export function structDoc({ name }: Pick<StructNode, "name">): StructDoc | undefined {
  return byName.get(name) ?? byType.get(withoutVersion(name));
}

function withoutVersion(name: string): string {
  return name.replace(/\.v\d+(?:(?:alpha|beta)\d+)?\./, ".");
}

/** Names of the types that something is said of, for the tests. */
export const documentedTypes: readonly string[] = all.map(({ name }) => name);
