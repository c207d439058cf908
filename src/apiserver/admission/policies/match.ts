import { labelSelectorMatches, type LabelSelector } from "../../../api/index.ts";
import type { AdmissionRequest } from "../../contracts.ts";

interface Rule {
  readonly apiGroups?: readonly string[];
  readonly apiVersions?: readonly string[];
  readonly operations?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly scope?: string;
}

/** What a policy or a binding looks at. */
export interface MatchResources {
  readonly namespaceSelector?: LabelSelector;
  readonly objectSelector?: LabelSelector;
  readonly resourceRules?: readonly Rule[];
  readonly excludeResourceRules?: readonly Rule[];
  readonly matchPolicy?: string;
}

/** Labels of the namespace of a request; undefined outside of namespaces. */
export type NamespaceLabels = Readonly<Record<string, string>> | undefined;

/** Whether a request is one that is to be looked at. */
export function matches(
  match: MatchResources | undefined,
  request: AdmissionRequest,
  labels: NamespaceLabels,
): boolean {
  if (!match) return true;
  const { resourceRules = [], excludeResourceRules = [], namespaceSelector, objectSelector } = match;
  const isExact = match.matchPolicy === "Exact";
  if (excludeResourceRules.some((rule) => ruleMatches(rule, request, isExact))) return false;
  if (resourceRules.length > 0 && !resourceRules.some((rule) => ruleMatches(rule, request, isExact))) return false;
  if (namespaceSelector && labels && !labelSelectorMatches(namespaceSelector, labels)) return false;
  if (!objectSelector) return true;
  return [request.object, request.oldObject].some(
    (object) => object !== undefined && object !== null && labelSelectorMatches(objectSelector, labelsOf(object)),
  );
}

function labelsOf(object: unknown): Readonly<Record<string, string>> {
  return (object as { metadata?: { labels?: Record<string, string> } }).metadata?.labels ?? {};
}

const holds = (list: readonly string[] | undefined, value: string): boolean =>
  (list ?? []).includes("*") || (list ?? []).includes(value);

function ruleMatches(rule: Rule, request: AdmissionRequest, isExact: boolean): boolean {
  const { kind, operation, name, namespace } = request;
  if (!holds(rule.operations, operation) || !holds(rule.apiGroups, kind.group)) return false;
  // Another version of the same kind is an equivalent of it.
  if (isExact && !holds(rule.apiVersions, kind.version)) return false;
  if (!resourceMatches(rule.resources ?? [], request)) return false;
  const { resourceNames = [], scope = "*" } = rule;
  if (resourceNames.length > 0 && !resourceNames.includes(name)) return false;
  const isNamespaced = namespace !== "" && kind.plural !== "namespaces";
  return scope === "*" || (scope === "Namespaced") === isNamespaced;
}

function resourceMatches(resources: readonly string[], { kind, subresource }: AdmissionRequest): boolean {
  return resources.some((pattern) => {
    const [resource = "", sub = ""] = pattern.split("/");
    if (resource !== "*" && resource !== kind.plural) return false;
    if (!pattern.includes("/")) return subresource === "";
    return sub === "*" || sub === subresource;
  });
}
