import { jsonEqual } from "../../base/index.ts";
import { ClusterRole, forbidden, notFound, type PolicyRule, Role, type RoleBinding } from "../../api/index.ts";
import type { AdmissionPlugin, AdmissionRequest, Attributes, Authorizer } from "../contracts.ts";
import { decide } from "./decide.ts";
import { coversRule, rulesFor, rulesOfRole } from "./rbac.ts";

const MASTERS = "system:masters";
const GROUP = "rbac.authorization.k8s.io";

/** Nobody grants what they don't have: roles and bindings may give only what their writer may do, unless they may escalate or bind. */
export function noEscalation(authorizers: readonly Authorizer[]): AdmissionPlugin {
  const checks: Readonly<Record<string, Check>> = {
    [`${GROUP}/roles`]: checkRole,
    [`${GROUP}/clusterroles`]: checkRole,
    [`${GROUP}/rolebindings`]: checkBinding,
    [`${GROUP}/clusterrolebindings`]: checkBinding,
  };
  return {
    name: "NoEscalation",
    resources: Object.keys(checks),
    async validate(request) {
      const check = checks[`${request.kind.group}/${request.kind.plural}`];
      if (!check || request.object === undefined || request.user.groups.includes(MASTERS)) return;
      await check(request, authorizers);
    },
  };
}

type Check = (request: AdmissionRequest, authorizers: readonly Authorizer[]) => Promise<void>;

async function checkRole(request: AdmissionRequest, authorizers: readonly Authorizer[]): Promise<void> {
  const { kind, namespace, name, user, reads } = request;
  const role = request.object as unknown as ClusterRole;
  const old = request.oldObject as ClusterRole | undefined;
  const unchanged = old && jsonEqual(old.rules ?? [], role.rules ?? []);
  if (unchanged && jsonEqual(old.aggregationRule ?? null, role.aggregationRule ?? null)) return;
  if (await allowed(request, authorizers, { resource: kind.plural, verb: "escalate" })) return;
  const own = rulesFor(reads, user, namespace);
  if (role.aggregationRule && !own.some((rule) => coversRule(rule, EVERYTHING)))
    throw forbidden(kind, name, "must have cluster-admin privileges to use the aggregationRule");
  refuseMissing(request, own, role.rules ?? []);
}

const EVERYTHING: PolicyRule = { apiGroups: ["*"], resources: ["*"], verbs: ["*"] };

async function checkBinding(request: AdmissionRequest, authorizers: readonly Authorizer[]): Promise<void> {
  const { kind, namespace, user, reads } = request;
  const binding = request.object as unknown as RoleBinding;
  const old = request.oldObject as RoleBinding | undefined;
  if (old && jsonEqual(old.roleRef, binding.roleRef) && jsonEqual(old.subjects ?? [], binding.subjects ?? [])) return;
  const { roleRef } = binding;
  const resource = roleRef.kind === "Role" ? Role.plural : ClusterRole.plural;
  if (await allowed(request, authorizers, { resource, name: roleRef.name, verb: "bind" })) return;
  const rules = rulesOfRole(reads, roleRef, namespace);
  if (!rules) throw notFound(kind, roleRef.name);
  refuseMissing(request, rulesFor(reads, user, namespace), rules);
}

async function allowed(
  { namespace, name, user }: AdmissionRequest,
  authorizers: readonly Authorizer[],
  part: Pick<Attributes, "resource" | "verb"> & Partial<Attributes>,
): Promise<boolean> {
  const attributes: Attributes = {
    isResource: true,
    path: "",
    group: GROUP,
    version: "v1",
    subresource: "",
    rest: "",
    namespace,
    name,
    user,
    ...part,
  };
  return (await decide(attributes, authorizers)).isAllowed;
}

function refuseMissing(
  { kind, name, user }: AdmissionRequest,
  own: readonly PolicyRule[],
  granted: readonly PolicyRule[],
): void {
  const missing = compacted(granted.flatMap(unitsOf).filter((unit) => !own.some((rule) => coversRule(rule, unit))));
  if (missing.length === 0) return;
  const groups = `(groups=[${user.groups.map((group) => JSON.stringify(group)).join(" ")}])`;
  const list = missing.map(ruleText).sort().join("\n");
  throw forbidden(
    kind,
    name,
    `user ${JSON.stringify(user.name)} ${groups} is attempting to grant RBAC permissions not currently held:\n${list}`,
  );
}

/** A rule as rules of one verb on one thing each. */
function unitsOf({ verbs, apiGroups, resources, resourceNames, nonResourceURLs }: PolicyRule): PolicyRule[] {
  const names = resourceNames?.length ? resourceNames.map((name) => [name]) : [undefined];
  const things: Partial<PolicyRule>[] = [
    ...(apiGroups ?? []).flatMap((group) =>
      (resources ?? []).flatMap((resource) =>
        names.map((name) => ({ apiGroups: [group], resources: [resource], ...(name && { resourceNames: name }) })),
      ),
    ),
    ...(nonResourceURLs ?? []).map((url) => ({ nonResourceURLs: [url] })),
  ];
  return things.flatMap((thing) => (verbs ?? []).map((verb) => ({ ...thing, verbs: [verb] })));
}

/** Rules about the same thing as one. */
function compacted(units: readonly PolicyRule[]): PolicyRule[] {
  const byThing = new Map<string, PolicyRule>();
  for (const { verbs, ...thing } of units) {
    const key = JSON.stringify(thing);
    const known = byThing.get(key);
    byThing.set(key, { ...thing, verbs: [...new Set([...(known?.verbs ?? []), ...(verbs ?? [])])] });
  }
  return [...byThing.values()];
}

function ruleText({ apiGroups, resources, nonResourceURLs, resourceNames, verbs }: PolicyRule): string {
  const parts = {
    APIGroups: apiGroups,
    Resources: resources,
    NonResourceURLs: nonResourceURLs,
    ResourceNames: resourceNames,
    Verbs: verbs,
  };
  const texts = Object.entries(parts)
    .filter(([, list]) => list?.length)
    .map(([name, list]) => `${name}:[${list!.map((one) => JSON.stringify(one)).join(" ")}]`);
  return `{${texts.join(", ")}}`;
}
