import type { KindDefinition } from "./kind.ts";
import { Binding } from "./core/v1/binding.ts";
import { ConfigMap } from "./core/v1/configmap.ts";
import { Endpoints } from "./core/v1/endpoints.ts";
import { Event } from "./core/v1/event.ts";
import { Namespace } from "./core/v1/namespace.ts";
import { Node } from "./core/v1/node.ts";
import { PersistentVolume } from "./core/v1/persistentvolume.ts";
import { PersistentVolumeClaim } from "./core/v1/persistentvolumeclaim.ts";
import { Pod } from "./core/v1/pod.ts";
import { Secret } from "./core/v1/secret.ts";
import { Service } from "./core/v1/service.ts";
import { ServiceAccount } from "./core/v1/serviceaccount.ts";
import { Deployment } from "./apps/v1/deployment.ts";
import { ReplicaSet } from "./apps/v1/replicaset.ts";
import { Job } from "./batch/v1/job.ts";
import { EndpointSlice } from "./discovery/v1/endpointslice.ts";
import { Lease } from "./coordination/v1/lease.ts";
import { ClusterRole } from "./rbac/v1/clusterrole.ts";
import { ClusterRoleBinding } from "./rbac/v1/clusterrolebinding.ts";
import { Role } from "./rbac/v1/role.ts";
import { RoleBinding } from "./rbac/v1/rolebinding.ts";
import { PriorityClass } from "./scheduling/v1/priorityclass.ts";
import { PodDisruptionBudget } from "./policy/v1/poddisruptionbudget.ts";
import { SelfSubjectReview } from "./authentication/v1/selfsubjectreview.ts";
import { TokenReview } from "./authentication/v1/tokenreview.ts";
import { LocalSubjectAccessReview } from "./authorization/v1/localsubjectaccessreview.ts";
import { SelfSubjectAccessReview } from "./authorization/v1/selfsubjectaccessreview.ts";
import { SelfSubjectRulesReview } from "./authorization/v1/selfsubjectrulesreview.ts";
import { SubjectAccessReview } from "./authorization/v1/subjectaccessreview.ts";

/** Every kind that is served, in the order of discovery. */
export const kinds: readonly KindDefinition[] = [
  Binding,
  ConfigMap,
  Endpoints,
  Event,
  Namespace,
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  Secret,
  Service,
  ServiceAccount,
  Deployment,
  ReplicaSet,
  Job,
  EndpointSlice,
  Lease,
  ClusterRole,
  ClusterRoleBinding,
  Role,
  RoleBinding,
  PriorityClass,
  PodDisruptionBudget,
  SelfSubjectReview,
  TokenReview,
  LocalSubjectAccessReview,
  SelfSubjectAccessReview,
  SelfSubjectRulesReview,
  SubjectAccessReview,
] as readonly KindDefinition<never>[] as readonly KindDefinition[];

const byKind = new Map(kinds.map((kind) => [`${kind.group}/${kind.version}/${kind.kind}`, kind]));
const byResource = new Map(kinds.map((kind) => [`${kind.group}/${kind.version}/${kind.plural}`, kind]));

/** The kind of a group, version and kind; undefined when it isn't served. */
export function kindFor(of: {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}): KindDefinition | undefined {
  return byKind.get(`${of.group}/${of.version}/${of.kind}`);
}

/** The kind behind a resource path; undefined when it isn't served. */
export function kindForResource(of: {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
}): KindDefinition | undefined {
  return byResource.get(`${of.group}/${of.version}/${of.plural}`);
}
