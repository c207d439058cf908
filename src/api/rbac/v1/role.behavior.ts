import type { FieldError, KindBehavior } from "../../kind.ts";
import { invalidValue, required, validateLabelSelector } from "../../validation/index.ts";
import type { ClusterRole } from "./clusterrole.ts";
import type { Role } from "./role.ts";
import { validateClusterRules, validateNamespacedRules } from "./rules.validate.ts";

export const roleBehavior: KindBehavior<Role> = {
  metadataLooks: "placed",
  nameRule: "pathSegment",
  validate: ({ rules }) => validateNamespacedRules(rules),
  validateUpdate: ({ rules }, _, metadata) => [
    ...metadata.whole,
    ...validateNamespacedRules(rules),
    ...metadata.change,
  ],
};

export const clusterRoleBehavior: KindBehavior<ClusterRole> = {
  metadataLooks: "placed",
  nameRule: "pathSegment",
  validate: validateClusterRole,
  validateUpdate: (role, _, metadata) => [...metadata.whole, ...validateClusterRole(role), ...metadata.change],
};

function validateClusterRole(role: ClusterRole): FieldError[] {
  return [...validateClusterRules(role.rules), ...validateAggregation(role)];
}

function validateAggregation({ aggregationRule }: ClusterRole): FieldError[] {
  if (!aggregationRule) return [];
  const path = "aggregationRule.clusterRoleSelectors";
  const selectors = aggregationRule.clusterRoleSelectors ?? [];
  if (selectors.length === 0)
    return [required(path, "at least one clusterRoleSelector required if aggregationRule is non-nil")];
  return selectors.flatMap((selector, index) => {
    const errors = validateLabelSelector(`${path}[${index}]`, selector);
    return errors.length === 0 ? [] : [...errors, invalidValue(`${path}[${index}]`, null, "invalid label selector.")];
  });
}
