import type { FieldError, KindBehavior } from "../../kind.ts";
import { invalidValue, required, validateLabelSelector } from "../../validation/index.ts";
import type { ClusterRole } from "./clusterrole.ts";
import type { Role } from "./role.ts";
import { validateClusterRules, validateNamespacedRules } from "./rules.validate.ts";

export const roleBehavior: KindBehavior<Role> = {
  metadataChecks: 2,
  nameRule: "pathSegment",
  validate: ({ rules }) => validateNamespacedRules(rules),
  validateBeforeChange: ({ rules }) => validateNamespacedRules(rules),
  validateUpdate: () => [],
};

export const clusterRoleBehavior: KindBehavior<ClusterRole> = {
  metadataChecks: 2,
  nameRule: "pathSegment",
  validate: validateClusterRole,
  validateBeforeChange: validateClusterRole,
  validateUpdate: () => [],
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
