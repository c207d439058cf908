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
  const others = match.matchPolicy === "Exact" ? [] : versions.filter((version) => version !== own);
  const named = (rules: readonly Rule[]) => versionIn(rules, request, { own, others });
  if (named(excludeResourceRules)) return undefined;
  const found = resourceRules.length > 0 ? named(resourceRules) : own;
  if (!found) return undefined;
  if (namespaceSelector && labels && !labelSelectorMatches(namespaceSelector, labels)) return undefined;
  if (!objectSelector) return found;
  const isSelected = [request.object, request.oldObject].some((object) => isSelectedBy(objectSelector, object));
  return isSelected ? found : undefined;
}

/** What has no metadata (how someone wants to be connected, say) can't be selected. */
function isSelectedBy(selector: LabelSelector, object: unknown): boolean {
  const { metadata } = (object ?? {}) as { metadata?: { labels?: Record<string, string> } };
  return (
    (!isSelective(selector) && Boolean(object)) ||
    (metadata !== undefined && labelSelectorMatches(selector, metadata.labels ?? {}))
  );
}

function isSelective({ matchLabels = {}, matchExpressions = [] }: LabelSelector): boolean {
  return matchExpressions.length > 0 || Object.keys(matchLabels).length > 0;
}

interface Candidates {
  readonly own: KindDefinition;
  readonly others: readonly KindDefinition[];
}

/** The request's own version where any rule names it, else the first that the first of the rules names. */
function versionIn(
  rules: readonly Rule[],
  request: AdmissionRequest,
  { own, others }: Candidates,
): KindDefinition | undefined {
  if (rules.some((rule) => ruleMatches(rule, request, own))) return own;
  for (const rule of rules) {
    const found = others.find((version) => ruleMatches(rule, request, version));
    if (found) return found;
  }
  return undefined;
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
