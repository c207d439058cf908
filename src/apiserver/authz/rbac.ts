import { coversName } from "./covers-name.ts";
import {
  ClusterRole,
  ClusterRoleBinding,
  type KindDefinition,
  type PolicyRule,
  Role,
  RoleBinding,
  type Subject as RbacSubject,
} from "../../api/index.ts";
import type { UserInfo } from "../../net/message.ts";
import type { Attributes, Authorization, Authorizer, Reads } from "../contracts.ts";

const NO_OPINION: Authorization = { decision: "noOpinion", reason: "" };
const MASTERS = "system:masters";

/** Members of system:masters may do everything. */
export const masters: Authorizer = async ({ user }) =>
  user.groups.includes(MASTERS) ? { decision: "allow", reason: "" } : NO_OPINION;

/** Everything is allowed. */
export const alwaysAllow: Authorizer = async () => ({ decision: "allow", reason: "" });
export const alwaysDeny: Authorizer = async () => ({ decision: "noOpinion", reason: "Everything is forbidden." });

/** What a binding gives a user whom it names. */
interface Grant {
  readonly binding: RoleBinding | ClusterRoleBinding;
  readonly subject: RbacSubject;
  readonly rules: readonly PolicyRule[];
}

/** All that bindings of one scope give a user, in their order. */
interface Grants {
  readonly grants: readonly Grant[];
  /** Roles that aren't there, as reasons name them. */
  readonly missing: readonly string[];
}

/** Roles and bindings decide; what no rule allows is nobody's opinion. */
export function rbac(reads: Reads): Authorizer {
  const clusterRoles = kept(
    () => reads.version(ClusterRole as never),
    () => clusterRolesOf(reads),
  );
  const clusterBindings = kept(
    () => reads.version(ClusterRoleBinding as never),
    () => new BindingsBySubject(reads.cached(ClusterRoleBinding)),
  );
  const grantsIn = keptGrants(reads, (user, namespace) => {
    const roles = new RoleLookup(reads, clusterRoles);
    const bindings = namespace === "" ? clusterBindings().of(user) : reads.cached(RoleBinding, namespace);
    const grants = bindings.flatMap((binding): Grant[] => {
      const subject = subjectAmong(binding.subjects, user, namespace);
      return subject ? [{ binding, subject, rules: roles.rules(binding.roleRef, namespace) }] : [];
    });
    return { grants, missing: roles.missing };
  });
  return async (attributes) => {
    const { user, namespace } = attributes;
    const everywhere = grantsIn(user, "");
    for (const { binding, subject, rules } of everywhere.grants)
      if (allows(rules, attributes))
        return allowed(`ClusterRoleBinding ${JSON.stringify(binding.metadata.name)}`, binding.roleRef, subject);
    const here = namespace === "" ? NO_GRANTS : grantsIn(user, namespace);
    for (const { binding, subject, rules } of here.grants) {
      if (!allows(rules, attributes)) continue;
      const name = JSON.stringify(`${binding.metadata.name}/${namespace}`);
      return allowed(`RoleBinding ${name}`, binding.roleRef, subject);
    }
    const missing = [...everywhere.missing, ...here.missing];
    return missing.length === 0 ? NO_OPINION : withoutRoles(missing);
  };
}

const NO_GRANTS: Grants = { grants: [], missing: [] };
const DECIDING = [ClusterRoleBinding, ClusterRole, RoleBinding, Role] as unknown as readonly KindDefinition[];
/** Namespaces of one user whose grants are kept. */
const NAMESPACES_MAX = 1000;

/**
 * Grants of a user, kept until any role or binding has changed: every request of the user asks for them. Users are told
 * apart as objects, which authenticators keep for as long as somebody's credentials are in use.
 */
function keptGrants(
  reads: Reads,
  work: (user: UserInfo, namespace: string) => Grants,
): (user: UserInfo, namespace: string) => Grants {
  const versions = new Array<number>(DECIDING.length).fill(-1);
  let byUser = new WeakMap<UserInfo, Map<string, Grants>>();
  return (user, namespace) => {
    for (const [index, kind] of DECIDING.entries()) {
      const version = reads.version(kind);
      if (versions[index] === version) continue;
      versions[index] = version;
      byUser = new WeakMap();
    }
    let known = byUser.get(user);
    if (!known || known.size >= NAMESPACES_MAX) byUser.set(user, (known = new Map()));
    let grants = known.get(namespace);
    if (!grants) known.set(namespace, (grants = work(user, namespace)));
    return grants;
  };
}

function allowed(
  binding: string,
  role: { readonly kind: string; readonly name: string },
  { kind, name, namespace }: RbacSubject,
): Authorization {
  const who = kind === "ServiceAccount" ? `${name}/${namespace ?? ""}` : name;
  const reason = `RBAC: allowed by ${binding} of ${role.kind} ${JSON.stringify(role.name)} to ${kind} ${JSON.stringify(who)}`;
  return { decision: "allow", reason };
}

/** Bindings to roles that aren't there may be why nothing allows it. */
function withoutRoles(missing: readonly string[]): Authorization {
  return { decision: "noOpinion", reason: `RBAC: ${asOne(missing)}` };
}

/** Several problems in one text, each once. */
export function asOne(problems: readonly string[]): string {
  const texts = [...new Set(problems)];
  return texts.length === 1 ? texts[0]! : `[${texts.join(", ")}]`;
}

/** Finds the bindings of a cluster that may name a user: each user would otherwise look through all of them. */
class BindingsBySubject {
  readonly #bindings: readonly ClusterRoleBinding[];
  readonly #bySubject = new Map<string, number[]>();

  constructor(bindings: readonly ClusterRoleBinding[]) {
    this.#bindings = bindings;
    for (const [index, { subjects = [] }] of bindings.entries()) {
      for (const subject of subjects) {
        const key = subjectKey(subject);
        const known = this.#bySubject.get(key);
        if (known) known.push(index);
        else this.#bySubject.set(key, [index]);
      }
    }
  }

  /** In their order. */
  of({ name, groups }: UserInfo): readonly ClusterRoleBinding[] {
    const found = new Set<number>();
    for (const key of [`User ${name}`, ...groups.map((group) => `Group ${group}`)])
      for (const index of this.#bySubject.get(key) ?? []) found.add(index);
    return [...found].sort((a, b) => a - b).map((index) => this.#bindings[index]!);
  }
}

/** A service account is a user with a name of its own. */
function subjectKey({ kind, name, namespace = "" }: RbacSubject): string {
  return kind === "ServiceAccount" ? `User system:serviceaccount:${namespace}:${name}` : `${kind} ${name}`;
}

type ClusterRules = ReadonlyMap<string, readonly PolicyRule[]>;

function clusterRolesOf(reads: Reads): ClusterRules {
  return new Map(reads.cached(ClusterRole).map((role) => [role.metadata.name, role.rules ?? []]));
}

/** A value that is worked out again only when its version has changed. */
function kept<T>(version: () => number, work: () => T): () => T {
  let last: { readonly version: number; readonly value: T } | undefined;
  return () => {
    const now = version();
    if (last?.version !== now) last = { version: now, value: work() };
    return last.value;
  };
}

/** Finds the rules of roles, and notes those that aren't there. */
class RoleLookup {
  readonly #reads: Reads;
  readonly #clusterRoles: () => ClusterRules;

  constructor(reads: Reads, clusterRoles = () => clusterRolesOf(reads)) {
    this.#reads = reads;
    this.#clusterRoles = clusterRoles;
  }

  /** What was asked for and isn't there, as reasons name it. */
  readonly missing: string[] = [];

  rules(role: RoleName, namespace: string): readonly PolicyRule[] {
    const found = this.find(role, namespace);
    if (!found)
      this.missing.push(`${role.kind.toLowerCase()}.rbac.authorization.k8s.io ${JSON.stringify(role.name)} not found`);
    return found ?? [];
  }

  find({ kind, name }: RoleName, namespace: string): readonly PolicyRule[] | undefined {
    if (kind === "Role") {
      const role = this.#reads.cached(Role, namespace).find(({ metadata }) => metadata.name === name);
      return role && (role.rules ?? []);
    }
    return this.#clusterRoles().get(name);
  }
}

interface RoleName {
  readonly kind: string;
  readonly name: string;
}

/** The rules of a role; undefined when it isn't there. */
export function rulesOfRole(reads: Reads, role: RoleName, namespace: string): readonly PolicyRule[] | undefined {
  return new RoleLookup(reads).find(role, namespace);
}

/** Whether a rule gives all that a rule of one verb on one thing gives. */
export function coversRule(own: PolicyRule, unit: PolicyRule): boolean {
  if (!(unit.verbs ?? []).every((verb) => coversName(own.verbs, verb))) return false;
  const { resources = [], resourceNames = [] } = own;
  if (unit.nonResourceURLs?.length)
    return unit.nonResourceURLs.every((path) => matchesPath(own.nonResourceURLs ?? [], path));
  return (
    (unit.apiGroups ?? []).every((group) => coversName(own.apiGroups ?? [], group)) &&
    (unit.resources ?? []).every(
      (resource) => coversName(resources, resource) || resources.includes(`*/${resource.split("/")[1] ?? ""}`),
    ) &&
    (resourceNames.length === 0 ||
      (Boolean(unit.resourceNames?.length) && unit.resourceNames!.every((name) => resourceNames.includes(name))))
  );
}

function matchesPath(urls: readonly string[], path: string): boolean {
  return urls.some((url) => url === "*" || url === path || (url.endsWith("*") && path.startsWith(url.slice(0, -1))));
}

/** The rules that a user's bindings give, cluster-wide and in one namespace. */
export function rulesFor(reads: Reads, user: UserInfo, namespace: string): readonly PolicyRule[] {
  return grantedTo(reads, user, namespace).rules;
}

/** The same, with the roles that bindings name and that aren't there. */
export function grantedTo(reads: Reads, user: UserInfo, namespace: string) {
  const roles = new RoleLookup(reads);
  const everywhere = reads
    .cached(ClusterRoleBinding)
    .filter(({ subjects }) => appliesTo(subjects, user, ""))
    .flatMap(({ roleRef }) => roles.rules(roleRef, ""));
  const here = reads
    .cached(RoleBinding, namespace)
    .filter(({ subjects }) => appliesTo(subjects, user, namespace))
    .flatMap(({ roleRef }) => roles.rules(roleRef, namespace));
  return { rules: [...everywhere, ...here], missing: roles.missing };
}

/** Whether one of a binding's subjects is this user. */
function appliesTo(subjects: readonly RbacSubject[] | undefined, user: UserInfo, namespace: string): boolean {
  return subjectAmong(subjects, user, namespace) !== undefined;
}

/** The first of a binding's subjects that is this user. */
function subjectAmong(
  subjects: readonly RbacSubject[] | undefined,
  user: UserInfo,
  namespace: string,
): RbacSubject | undefined {
  return (subjects ?? []).find((subject) => {
    switch (subject.kind) {
      case "User":
        return subject.name === user.name;
      case "Group":
        return user.groups.includes(subject.name);
      case "ServiceAccount":
        return user.name === `system:serviceaccount:${subject.namespace || namespace}:${subject.name}`;
      default:
        return false;
    }
  });
}

/** Whether any of the rules allows the request. */
export function allows(rules: readonly PolicyRule[], attributes: Attributes): boolean {
  return rules.some((rule) =>
    attributes.isResource ? allowsResource(rule, attributes) : allowsPath(rule, attributes),
  );
}

function allowsResource(rule: PolicyRule, { verb, group, resource, subresource, name }: Attributes): boolean {
  const what = subresource ? `${resource}/${subresource}` : resource;
  const { resources = [], resourceNames = [] } = rule;
  return (
    coversName(rule.verbs, verb) &&
    coversName(rule.apiGroups ?? [], group) &&
    (coversName(resources, what) || (subresource !== "" && resources.includes(`*/${subresource}`))) &&
    (resourceNames.length === 0 || resourceNames.includes(name))
  );
}

function allowsPath(rule: PolicyRule, { verb, path }: Attributes): boolean {
  return coversName(rule.verbs, verb) && matchesPath(rule.nonResourceURLs ?? [], path);
}
