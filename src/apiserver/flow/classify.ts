import { coversName } from "../authz/covers-name.ts";
import type { FlowSchema, PriorityLevelConfiguration } from "../../api/index.ts";
import type { UserInfo } from "../../net/message.ts";
import type { RequestInfo } from "../contracts.ts";

/** Where a request belongs. */
export interface Flow {
  readonly schema: FlowSchema;
  readonly level: PriorityLevelConfiguration;
}

type Rule = NonNullable<FlowSchema["spec"]["rules"]>[number];
type Subject = NonNullable<Rule["subjects"]>[number];
type ResourceRule = NonNullable<Rule["resourceRules"]>[number];
type PathRule = NonNullable<Rule["nonResourceRules"]>[number];

/** Schemas whose level is there, in the order in which they are tried. */
export function flowsOf(
  schemas: readonly FlowSchema[],
  levels: readonly PriorityLevelConfiguration[],
): readonly Flow[] {
  const byName = new Map(levels.map((level) => [level.metadata.name, level]));
  return schemas
    .flatMap((schema) => {
      const level = byName.get(schema.spec.priorityLevelConfiguration.name);
      return level ? [{ schema, level }] : [];
    })
    .sort((a, b) => precedence(a) - precedence(b) || (a.schema.metadata.name < b.schema.metadata.name ? -1 : 1));
}

function precedence({ schema }: Flow): number {
  return schema.spec.matchingPrecedence ?? 0;
}

/** A rule by which requests come into a flow. */
export interface FlowRule {
  readonly flow: Flow;
  readonly rule: Rule;
}

/** The rules that are about a user, in the order in which they are tried. */
export function rulesAbout(flows: readonly Flow[], user: UserInfo): readonly FlowRule[] {
  return flows.flatMap((flow) =>
    (flow.schema.spec.rules ?? [])
      .filter(({ subjects }) => subjects?.some((subject) => isSubject(subject, user)))
      .map((rule) => ({ flow, rule })),
  );
}

/** The first flow that a request belongs to, by the rules about its user. */
export function flowOf(rules: readonly FlowRule[], info: RequestInfo): Flow | undefined {
  return rules.find(({ rule }) => covers(rule, info))?.flow;
}

function covers({ resourceRules, nonResourceRules }: Rule, info: RequestInfo): boolean {
  return info.isResource
    ? Boolean(resourceRules?.some((rule) => allowsResource(rule, info)))
    : Boolean(nonResourceRules?.some((rule) => allowsPath(rule, info)));
}

function isSubject({ kind, user: one, group, serviceAccount }: Subject, user: UserInfo): boolean {
  switch (kind) {
    case "User":
      return one?.name === "*" || one?.name === user.name;
    case "Group":
      return group?.name === "*" || user.groups.includes(group?.name ?? "");
    case "ServiceAccount": {
      const prefix = `system:serviceaccount:${serviceAccount?.namespace}:`;
      return serviceAccount?.name === "*"
        ? user.name.startsWith(prefix)
        : user.name === `${prefix}${serviceAccount?.name ?? ""}`;
    }
    default:
      return false;
  }
}

function allowsResource(rule: ResourceRule, { verb, group, resource, subresource, namespace }: RequestInfo): boolean {
  const what = subresource === "" ? resource : `${resource}/${subresource}`;
  return (
    coversName(rule.verbs, verb) &&
    coversName(rule.apiGroups, group) &&
    coversName(rule.resources, what) &&
    (namespace === "" ? rule.clusterScope === true : coversName(rule.namespaces, namespace))
  );
}

function allowsPath({ verbs, nonResourceURLs }: PathRule, { verb, path }: RequestInfo): boolean {
  return (
    coversName(verbs, verb) &&
    (nonResourceURLs ?? []).some(
      (url) => url === "*" || url === path || (url.endsWith("/*") && path.startsWith(url.slice(0, -1))),
    )
  );
}
