import { CONDITION, doc, kindDocs, type StructDoc } from "../../doc.ts";
import {
  FlowSchemaStatus,
  FlowSchemaCondition,
  FlowSchemaSpec,
  PolicyRulesWithSubjects,
  NonResourcePolicyRule,
  ResourcePolicyRule,
  Subject,
  ServiceAccountSubject,
  GroupSubject,
  UserSubject,
  FlowDistinguisherMethod,
  PriorityLevelConfigurationReference,
  FlowSchema,
} from "./flowschema.ts";

export const flowschemaDocs: readonly StructDoc[] = [
  doc(FlowSchemaStatus, "State of a flow schema.", {
    conditions: "Aspects of its state; Dangling says whether its priority level is missing.",
  }),
  doc(FlowSchemaCondition, "One aspect of a flow schema's state.", {
    ...CONDITION,
  }),
  doc(FlowSchemaSpec, "Which requests go to which priority level.", {
    priorityLevelConfiguration: "Priority level of the requests; while there is none, the schema has no effect.",
    matchingPrecedence: "Schemas with lower numbers are tried first, 1 to 10000; default 1000.",
    distinguisherMethod:
      "How requests are told apart within the schema, so that none crowds out the others; default not at all.",
    rules: "Requests that the schema is for; one rule must match.",
  }),
  doc(PolicyRulesWithSubjects, "Requests of somebody for something.", {
    subjects: "Who sends them; one must match.",
    resourceRules: "Which resources, and with which verbs; either these or nonResourceRules are needed.",
    nonResourceRules: "Which other paths, and with which verbs.",
  }),
  doc(NonResourcePolicyRule, "Requests for paths that are no resources.", {
    verbs: "HTTP methods in small letters; * for all.",
    nonResourceURLs: "Paths; /* at the end stands for the rest, * for all.",
  }),
  doc(ResourcePolicyRule, "Requests for resources.", {
    verbs: "Verbs such as get or watch; * for all.",
    apiGroups: "API groups of the resources; * for all.",
    resources: "Resources, or subresources as pods/log; * for all.",
    clusterScope: "Whether requests without a namespace match; default false.",
    namespaces: "Namespaces of the requests; * for all.",
  }),
  doc(Subject, "Somebody who sends requests; the member that kind names is set.", {
    kind: "User, Group or ServiceAccount.",
    user: "The user, with kind User.",
    group: "The group, with kind Group.",
    serviceAccount: "The account, with kind ServiceAccount.",
  }),
  doc(ServiceAccountSubject, "A service account.", {
    namespace: "Namespace of the account.",
    name: "Name of the account; * for all.",
  }),
  doc(GroupSubject, "A group.", {
    name: "Name of the group; * for all.",
  }),
  doc(UserSubject, "A user.", {
    name: "Name of the user; * for all.",
  }),
  doc(FlowDistinguisherMethod, "How requests are told apart.", {
    type: "ByUser or ByNamespace.",
  }),
  doc(PriorityLevelConfigurationReference, "A priority level.", {
    name: "Name of the priority level.",
  }),
  ...kindDocs(FlowSchema, "Says which requests to the API server share a priority level.", {
    spec: "Which requests, and which level.",
    status: "State of the schema.",
  }),
];
