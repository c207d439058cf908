import type { FieldError } from "../../kind.ts";
import { invalidValue, required } from "../../validation/index.ts";
import type { PolicyRule } from "./role.ts";

/** The rules of a role in a namespace. */
export function validateNamespacedRules(rules: readonly PolicyRule[] | undefined): FieldError[] {
  return (rules ?? []).flatMap((rule, index) => {
    const path = `rules[${index}]`;
    const urls = rule.nonResourceURLs ?? [];
    const detail = "namespaced rules cannot apply to non-resource URLs";
    const forUrls = urls.length > 0 ? [invalidValue(`${path}.nonResourceURLs`, urls, detail)] : [];
    return [...validateVerbs(path, rule), ...forUrls, ...validateTarget(path, rule)];
  });
}

/** The rules of a role of the cluster. */
export function validateClusterRules(rules: readonly PolicyRule[] | undefined): FieldError[] {
  return (rules ?? []).flatMap((rule, index) => {
    const path = `rules[${index}]`;
    return [...validateVerbs(path, rule), ...validateTarget(path, rule)];
  });
}

function validateVerbs(path: string, { verbs }: PolicyRule): FieldError[] {
  return verbs?.length ? [] : [required(`${path}.verbs`, "verbs must contain at least one value")];
}

/** A rule is about URLs or about resources. */
function validateTarget(
  path: string,
  { nonResourceURLs, apiGroups, resources, resourceNames }: PolicyRule,
): FieldError[] {
  if (nonResourceURLs?.length) {
    if (!apiGroups?.length && !resources?.length && !resourceNames?.length) return [];
    const detail = "rules cannot apply to both regular resources and non-resource URLs";
    return [invalidValue(`${path}.nonResourceURLs`, nonResourceURLs, detail)];
  }
  return [
    ...(apiGroups?.length ? [] : [required(`${path}.apiGroups`, "resource rules must supply at least one api group")]),
    ...(resources?.length ? [] : [required(`${path}.resources`, "resource rules must supply at least one resource")]),
  ];
}
