import { list, map, ref, scalar, string, struct, type Infer } from "../../../schema/index.ts";
import { kind, type InferKind } from "../../kind.ts";

export const ResourceQuotaStatus = struct("io.k8s.api.core.v1.ResourceQuotaStatus", () => ({
  hard: map(1, scalar.quantity),
  used: map(2, scalar.quantity),
}));
export interface ResourceQuotaStatus extends Infer<typeof ResourceQuotaStatus> {}

export const ResourceQuotaSpec = struct("io.k8s.api.core.v1.ResourceQuotaSpec", () => ({
  hard: map(1, scalar.quantity),
  scopes: list(2, scalar.string, {
    list: "atomic",
    element: {
      enum: [
        "BestEffort",
        "CrossNamespacePodAffinity",
        "NotBestEffort",
        "NotTerminating",
        "PriorityClass",
        "Terminating",
        "VolumeAttributesClass",
      ],
    },
  }),
  scopeSelector: ref(3, ScopeSelector, { ptr: true }),
}));
export interface ResourceQuotaSpec extends Infer<typeof ResourceQuotaSpec> {}

export const ScopeSelector = struct(
  "io.k8s.api.core.v1.ScopeSelector",
  () => ({
    matchExpressions: list(1, ScopedResourceSelectorRequirement, { list: "atomic" }),
  }),
  { atomic: true },
);
export interface ScopeSelector extends Infer<typeof ScopeSelector> {}

export const ScopedResourceSelectorRequirement = struct("io.k8s.api.core.v1.ScopedResourceSelectorRequirement", () => ({
  scopeName: string(1, {
    always: true,
    required: true,
    enum: [
      "BestEffort",
      "CrossNamespacePodAffinity",
      "NotBestEffort",
      "NotTerminating",
      "PriorityClass",
      "Terminating",
      "VolumeAttributesClass",
    ],
  }),
  operator: string(2, { always: true, required: true, enum: ["DoesNotExist", "Exists", "In", "NotIn"] }),
  values: list(3, scalar.string, { list: "atomic" }),
}));
export interface ScopedResourceSelectorRequirement extends Infer<typeof ScopedResourceSelectorRequirement> {}

export const ResourceQuota = kind({
  name: "io.k8s.api.core.v1.ResourceQuota",
  group: "",
  version: "v1",
  kind: "ResourceQuota",
  plural: "resourcequotas",
  rules: { returnsDeleted: true },
  shortNames: ["quota"],
  scope: "Namespaced",
  subresources: [{ name: "status", verbs: ["get", "patch", "update"] }],
  fields: () => ({
    spec: ref(2, ResourceQuotaSpec),
    status: ref(3, ResourceQuotaStatus),
  }),
});
export interface ResourceQuota extends InferKind<typeof ResourceQuota> {}
