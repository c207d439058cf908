import { doc, kindDocs, type StructDoc } from "../../doc.ts";
import {
  MutatingAdmissionPolicySpec,
  MatchCondition,
  Mutation,
  JSONPatch,
  ApplyConfiguration,
  Variable,
  MatchResources,
  NamedRuleWithOperations,
  RuleWithOperations,
  Rule,
  ParamKind,
  MutatingAdmissionPolicy,
} from "./mutatingadmissionpolicy.ts";

export const mutatingadmissionpolicyDocs: readonly StructDoc[] = [
  doc(MutatingAdmissionPolicySpec, "What a policy changes, and when.", {
    paramKind: "Kind of the objects that bindings give as parameters; absent for none.",
    matchConstraints: "Requests that the policy is for; a must.",
    variables: "Expressions with names, for the others to use as variables.NAME.",
    mutations: "Changes, made in order; a must.",
    failurePolicy: "What happens when the policy fails: Fail (default) refuses the request, Ignore skips the policy.",
    matchConditions: "Expressions that must all be true for the policy to run; at most 64.",
    reinvocationPolicy: "Never (default), or IfNeeded to run again when later plugins changed the object.",
  }),
  doc(MatchCondition, "An expression that must be true.", {
    name: "Name of the condition, unique among them.",
    expression: "CEL that gives a boolean; knows object, oldObject, request, authorizer and params.",
  }),
  doc(Mutation, "A change; the member that patchType names is set.", {
    patchType: "ApplyConfiguration or JSONPatch.",
    applyConfiguration: "Fields to set, merged as server-side apply does.",
    jsonPatch: "A change by a JSON patch.",
  }),
  doc(JSONPatch, "A JSON patch from an expression.", {
    expression: "CEL that gives a list of JSONPatch{...} values.",
  }),
  doc(ApplyConfiguration, "A change by server-side apply.", {
    expression: "CEL that gives an Object{...} with the fields to set; atomic ones can't be changed.",
  }),
  doc(Variable, "An expression with a name.", {
    name: "Name of the variable; a CEL identifier.",
    expression: "CEL for its value, evaluated when it is first used.",
  }),
  doc(MatchResources, "Which requests are meant: of objects in the rules, with the labels, and not excluded.", {
    namespaceSelector: "Labels that the object's namespace must have; default any.",
    objectSelector: "Labels that the object must have, before or after the change; default any.",
    resourceRules: "Operations and resources, of which one must match.",
    excludeResourceRules: "Operations and resources to leave out; these win.",
    matchPolicy: "Equivalent (default) also takes requests for other versions of the resources; Exact doesn't.",
  }),
  doc(NamedRuleWithOperations, "Operations on some resources, maybe on some objects only.", {
    resourceNames: "Names of the objects; empty for all.",
  }),
  doc(RuleWithOperations, "Operations on some resources.", {
    operations: "CREATE, UPDATE, DELETE, CONNECT or * for all.",
  }),
  doc(Rule, "Some resources.", {
    apiGroups: "API groups of the resources; * for all.",
    apiVersions: "Versions of the groups; * for all.",
    resources:
      "Resources such as pods, subresources as pods/status or pods/*; * for all resources, */* with subresources.",
    scope: "Cluster, Namespaced or * (default) for both.",
  }),
  doc(ParamKind, "Kind of parameter objects.", {
    apiVersion: "Group and version of the objects.",
    kind: "Kind of the objects.",
  }),
  ...kindDocs(
    MutatingAdmissionPolicy,
    "Changes objects on their way into the store, by expressions in CEL; needs a binding.",
    {
      spec: "What is changed, and when.",
    },
  ),
];
