import { doc, kindDocs, type StructDoc } from "../../doc.ts";
import {
  ResourceQuota,
  ResourceQuotaStatus,
  ResourceQuotaSpec,
  ScopeSelector,
  ScopedResourceSelectorRequirement,
} from "./resourcequota.ts";

export const resourcequotaDocs: readonly StructDoc[] = [
  ...kindDocs(ResourceQuota, "How much all objects of a namespace may use together.", {
    spec: "The quota.",
    status: "The quota that is in force, and what is used of it.",
  }),
  doc(ResourceQuotaStatus, "Use of a quota.", {
    hard: "Limits that are in force.",
    used: "What is used of each.",
  }),
  doc(ResourceQuotaSpec, "Limits of a namespace, and what counts against them.", {
    hard: "Limit of each resource, such as requests.cpu, pods or count/deployments.apps.",
    scopes:
      "Which objects count, if not all: Terminating, NotTerminating, BestEffort, NotBestEffort, PriorityClass and so on; all must hold.",
    scopeSelector: "Further conditions on what counts, such as some priority classes.",
  }),
  doc(ScopeSelector, "Conditions on scopes, which must all hold.", {
    matchExpressions: "The conditions.",
  }),
  doc(ScopedResourceSelectorRequirement, "A condition on one scope.", {
    scopeName:
      "Scope, as in spec.scopes; only PriorityClass and VolumeAttributesClass take values, the others need Exists.",
    operator: "In, NotIn, Exists or DoesNotExist.",
    values: "Values to compare with: some for In and NotIn, none for Exists and DoesNotExist.",
  }),
];
