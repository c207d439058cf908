import type { UserInfo } from "../../net/message.ts";
import type { RequestInfo } from "../contracts.ts";

/** How much is written of a request. */
export const LEVELS = ["None", "Metadata", "Request", "RequestResponse"] as const;
export type Level = (typeof LEVELS)[number];

/** When something is written of it. Nothing here panics, so that the last one never comes. */
export const STAGES = ["RequestReceived", "ResponseStarted", "ResponseComplete", "Panic"] as const;
export type Stage = (typeof STAGES)[number];

export interface GroupResources {
  readonly group?: string;
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
}

export interface PolicyRule {
  readonly level: Level;
  readonly users?: readonly string[];
  readonly userGroups?: readonly string[];
  readonly verbs?: readonly string[];
  readonly resources?: readonly GroupResources[];
  readonly namespaces?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
  readonly omitStages?: readonly Stage[];
  readonly omitManagedFields?: boolean;
}

/** audit.k8s.io/v1 Policy. */
export interface AuditPolicy {
  readonly rules: readonly PolicyRule[];
  readonly omitStages?: readonly Stage[];
  readonly omitManagedFields?: boolean;
}

/** What is to be written of one request. */
export interface Ruling {
  readonly level: Level;
  readonly omitStages: readonly Stage[];
  readonly omitManagedFields: boolean;
}

const NOTHING: Ruling = { level: "None", omitStages: [], omitManagedFields: false };

/** By the first rule that is for a request; nothing when there is none. The user is undefined when nobody knows who calls. */
export function rulingFor(policy: AuditPolicy, info: RequestInfo, user: UserInfo | undefined): Ruling {
  const rule = policy.rules.find((one) => isFor(one, info, user));
  if (!rule) return NOTHING;
  return {
    level: rule.level,
    omitStages: [...(policy.omitStages ?? []), ...(rule.omitStages ?? [])],
    omitManagedFields: rule.omitManagedFields ?? policy.omitManagedFields ?? false,
  };
}

function isFor(rule: PolicyRule, info: RequestInfo, user: UserInfo | undefined): boolean {
  const { users = [], userGroups = [], verbs = [], namespaces = [], resources = [], nonResourceURLs = [] } = rule;
  if (users.length > 0 && !(user && users.includes(user.name))) return false;
  if (userGroups.length > 0 && !user?.groups.some((group) => userGroups.includes(group))) return false;
  if (verbs.length > 0 && !verbs.includes(info.verb)) return false;
  if (namespaces.length > 0 || resources.length > 0) return isForResource(rule, info);
  return (
    nonResourceURLs.length === 0 || (!info.isResource && nonResourceURLs.some((url) => coversPath(url, info.path)))
  );
}

function isForResource({ namespaces = [], resources = [] }: PolicyRule, info: RequestInfo): boolean {
  if (!info.isResource) return false;
  if (namespaces.length > 0 && !namespaces.includes(info.namespace)) return false;
  return resources.length === 0 || resources.some((one) => coversResource(one, info));
}

function coversResource(
  { group: wanted = "", resources = [], resourceNames = [] }: GroupResources,
  { group, resource, subresource, name }: RequestInfo,
): boolean {
  if (wanted !== group) return false;
  if (resources.length === 0) return true;
  if (resourceNames.length > 0 && !resourceNames.includes(name)) return false;
  const whole = subresource ? `${resource}/${subresource}` : resource;
  return resources.some(
    (one) =>
      one === whole || one === "*" || (subresource !== "" && one === `*/${subresource}`) || one === `${resource}/*`,
  );
}

function coversPath(url: string, path: string): boolean {
  return url === "*" || url === path || (url.endsWith("*") && path.startsWith(url.slice(0, -1)));
}
