import { type KindDefinition, labelSelectorMatches, type LabelSelector } from "../../../api/index.ts";
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

/** A request, and what about it the matching needs beside. */
export interface Matching {
  readonly request: AdmissionRequest;
  readonly labels: NamespaceLabels;
  /** In which the request could have been made; the one in which it was comes first. */
  readonly versions: readonly KindDefinition[];
}

/**
 * In which version a request is to be looked at; undefined when it isn't. That is the request's own where a rule names it,
 * or else another one that a rule names: an equivalent of it.
 */
export function matchedVersion(match: MatchResources | undefined, matching: Matching): KindDefinition | undefined {
  const { request, labels, versions } = matching;
  const [own = request.kind] = versions;
  if (!match) return own;
  const { resourceRules = [], excludeResourceRules = [], namespaceSelector, objectSelector } = match;
  const candidates = match.matchPolicy === "Exact" ? [own] : versions;
  const named = (rules: readonly Rule[]) =>
    candidates.find((version) => rules.some((rule) => ruleMatches(rule, request, version)));
  if (named(excludeResourceRules)) return undefined;
  const found = resourceRules.length > 0 ? named(resourceRules) : own;
  if (!found) return undefined;
  if (namespaceSelector && labels && !labelSelectorMatches(namespaceSelector, labels)) return undefined;
  if (!objectSelector) return found;
  const isSelected = [request.object, request.oldObject].some(
    (object) => object !== undefined && object !== null && labelSelectorMatches(objectSelector, labelsOf(object)),
  );
  return isSelected ? found : undefined;
}

function labelsOf(object: unknown): Readonly<Record<string, string>> {
  return (object as { metadata?: { labels?: Record<string, string> } }).metadata?.labels ?? {};
}

const holds = (list: readonly string[] | undefined, value: string): boolean =>
  (list ?? []).includes("*") || (list ?? []).includes(value);

function ruleMatches(rule: Rule, request: AdmissionRequest, kind: KindDefinition): boolean {
  const { operation, name, namespace, subresource } = request;
  if (!holds(rule.operations, operation) || !holds(rule.apiGroups, kind.group)) return false;
  if (!holds(rule.apiVersions, kind.version)) return false;
  if (!resourceMatches(rule.resources ?? [], { kind, subresource })) return false;
  const { resourceNames = [], scope = "*" } = rule;
  if (resourceNames.length > 0 && !resourceNames.includes(name)) return false;
  const isNamespaced = namespace !== "" && kind.plural !== "namespaces";
  return scope === "*" || (scope === "Namespaced") === isNamespaced;
}

function resourceMatches(
  resources: readonly string[],
  { kind, subresource }: Pick<AdmissionRequest, "kind" | "subresource">,
): boolean {
  return resources.some((pattern) => {
    const [resource = "", sub = ""] = pattern.split("/");
    if (resource !== "*" && resource !== kind.plural) return false;
    if (!pattern.includes("/")) return subresource === "";
    return sub === "*" || sub === subresource;
  });
}
