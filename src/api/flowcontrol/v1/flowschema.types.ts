import { boolean, int32, list, ref, scalar, string, struct, time, type Infer } from "../../../schema/index.ts";

export const FlowSchemaStatus = struct("io.k8s.api.flowcontrol.v1.FlowSchemaStatus", () => ({
  conditions: list(1, FlowSchemaCondition, { list: "map", keys: ["type"], patch: ["merge"], mergeKey: "type" }),
}));
export interface FlowSchemaStatus extends Infer<typeof FlowSchemaStatus> {}

export const FlowSchemaCondition = struct("io.k8s.api.flowcontrol.v1.FlowSchemaCondition", () => ({
  type: string(1),
  status: string(2),
  lastTransitionTime: time(3),
  reason: string(4),
  message: string(5),
}));
export interface FlowSchemaCondition extends Infer<typeof FlowSchemaCondition> {}

export const FlowSchemaSpec = struct("io.k8s.api.flowcontrol.v1.FlowSchemaSpec", () => ({
  priorityLevelConfiguration: ref(1, PriorityLevelConfigurationReference, { required: true }),
  matchingPrecedence: int32(2, { always: true }),
  distinguisherMethod: ref(3, FlowDistinguisherMethod, { ptr: true }),
  rules: list(4, PolicyRulesWithSubjects, { list: "atomic" }),
}));
export interface FlowSchemaSpec extends Infer<typeof FlowSchemaSpec> {}

export const PolicyRulesWithSubjects = struct("io.k8s.api.flowcontrol.v1.PolicyRulesWithSubjects", () => ({
  subjects: list(1, Subject, { always: true, required: true, list: "atomic" }),
  resourceRules: list(2, ResourcePolicyRule, { list: "atomic" }),
  nonResourceRules: list(3, NonResourcePolicyRule, { list: "atomic" }),
}));
export interface PolicyRulesWithSubjects extends Infer<typeof PolicyRulesWithSubjects> {}

export const NonResourcePolicyRule = struct("io.k8s.api.flowcontrol.v1.NonResourcePolicyRule", () => ({
  verbs: list(1, scalar.string, { always: true, required: true, list: "set" }),
  nonResourceURLs: list(6, scalar.string, { always: true, required: true, list: "set" }),
}));
export interface NonResourcePolicyRule extends Infer<typeof NonResourcePolicyRule> {}

export const ResourcePolicyRule = struct("io.k8s.api.flowcontrol.v1.ResourcePolicyRule", () => ({
  verbs: list(1, scalar.string, { always: true, required: true, list: "set" }),
  apiGroups: list(2, scalar.string, { always: true, required: true, list: "set" }),
  resources: list(3, scalar.string, { always: true, required: true, list: "set" }),
  clusterScope: boolean(4),
  namespaces: list(5, scalar.string, { always: true, list: "set" }),
}));
export interface ResourcePolicyRule extends Infer<typeof ResourcePolicyRule> {}

export const Subject = struct(
  "io.k8s.api.flowcontrol.v1.Subject",
  () => ({
    kind: string(1, { always: true, required: true, rules: ["unionDiscriminator"] }),
    user: ref(2, UserSubject, { ptr: true }),
    group: ref(3, GroupSubject, { ptr: true }),
    serviceAccount: ref(4, ServiceAccountSubject, { ptr: true }),
  }),
  {
    unions: [
      {
        discriminator: "kind",
        "fields-to-discriminateBy": { group: "Group", serviceAccount: "ServiceAccount", user: "User" },
      },
    ],
  },
);
export interface Subject extends Infer<typeof Subject> {}

export const ServiceAccountSubject = struct("io.k8s.api.flowcontrol.v1.ServiceAccountSubject", () => ({
  namespace: string(1, { always: true, required: true }),
  name: string(2, { always: true, required: true }),
}));
export interface ServiceAccountSubject extends Infer<typeof ServiceAccountSubject> {}

export const GroupSubject = struct("io.k8s.api.flowcontrol.v1.GroupSubject", () => ({
  name: string(1, { always: true, required: true }),
}));
export interface GroupSubject extends Infer<typeof GroupSubject> {}

export const UserSubject = struct("io.k8s.api.flowcontrol.v1.UserSubject", () => ({
  name: string(1, { always: true, required: true }),
}));
export interface UserSubject extends Infer<typeof UserSubject> {}

export const FlowDistinguisherMethod = struct("io.k8s.api.flowcontrol.v1.FlowDistinguisherMethod", () => ({
  type: string(1, { always: true, required: true }),
}));
export interface FlowDistinguisherMethod extends Infer<typeof FlowDistinguisherMethod> {}

export const PriorityLevelConfigurationReference = struct(
  "io.k8s.api.flowcontrol.v1.PriorityLevelConfigurationReference",
  () => ({
    name: string(1, { always: true, required: true }),
  }),
);
export interface PriorityLevelConfigurationReference extends Infer<typeof PriorityLevelConfigurationReference> {}
