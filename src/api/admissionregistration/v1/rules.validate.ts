import type { FieldError, Mutable } from "../../kind.ts";
import {
  duplicateValue,
  forbiddenField,
  invalidValue,
  notSupported,
  problemsAt,
  required,
  tooMany,
} from "../../validation/errors.ts";
import { validateLabelSelector } from "../../validation/labels.ts";
import { dnsLabel1035Problems, pathSegmentProblems, qualifiedNameProblems } from "../../validation/names.ts";
import type {
  MatchCondition,
  MatchResources,
  NamedRuleWithOperations,
  ParamKind,
  RuleWithOperations,
  Variable,
} from "./mutatingadmissionpolicy.types.ts";
import type { ParamRef } from "./mutatingadmissionpolicybinding.types.ts";

const CONDITIONS_MAX = 64;
const OPERATIONS = ["*", "CONNECT", "CREATE", "DELETE", "UPDATE"];

/** A pattern that says everything stands alone. */
function lonelyStar(path: string, values: readonly string[] | undefined, what: string): FieldError[] {
  const all = values ?? [];
  if (all.length === 0) return [required(path)];
  if (all.length === 1 || !all.includes("*")) return [];
  return [invalidValue(path, all, `if '*' is present, must not specify other ${what}`)];
}

/** Everything wrong with what a webhook or policy is called for. */
export function validateRule(rule: RuleWithOperations, path: string): FieldError[] {
  const { operations = [], apiGroups, apiVersions = [], resources, scope } = rule;
  const errors = lonelyStar(`${path}.operations`, operations, "operations");
  operations.forEach((operation, index) => {
    if (!OPERATIONS.includes(operation))
      errors.push(notSupported(`${path}.operations[${index}]`, operation, OPERATIONS));
  });
  errors.push(...lonelyStar(`${path}.apiGroups`, apiGroups, "API groups"));
  errors.push(...lonelyStar(`${path}.apiVersions`, apiVersions, "API versions"));
  apiVersions.forEach((version, index) => {
    if (version === "") errors.push(required(`${path}.apiVersions[${index}]`));
  });
  errors.push(...validateResources(`${path}.resources`, resources ?? []));
  if (scope !== undefined && !["*", "Cluster", "Namespaced"].includes(scope))
    errors.push(notSupported(`${path}.scope`, scope, ["*", "Cluster", "Namespaced"]));
  return errors;
}

/** Resources with or without subresources; what a pattern covers may not be said again. */
function validateResources(path: string, resources: readonly string[]): FieldError[] {
  if (resources.length === 0) return [required(path)];
  const errors: FieldError[] = [];
  const wholeResources = new Set<string>();
  const wholeSubresources = new Set<string>();
  let last = "";
  resources.forEach((resource, index) => {
    const at = `${path}[${index}]`;
    if (resource === "") {
      errors.push(required(at));
      return;
    }
    const slash = resource.indexOf("/");
    if (slash < 0) {
      last = resource;
      return;
    }
    const [name, sub] = [resource.slice(0, slash), resource.slice(slash + 1)];
    const covered = (pattern: string) =>
      errors.push(invalidValue(at, resource, `if '${pattern}' is present, must not specify ${resource}`));
    if (wholeResources.has(name)) covered(`${name}/*`);
    if (wholeSubresources.has(sub)) covered(`*/${sub}`);
    if (sub === "*") wholeResources.add(name);
    if (name === "*") wholeSubresources.add(sub);
  });
  if (resources.length > 1 && resources.includes("*/*"))
    errors.push(invalidValue(path, resources, "if '*/*' is present, must not specify other resources"));
  if (resources.includes("*") && last !== "" && last !== "*") {
    const detail = "if '*' is present, must not specify other resources without subresources";
    errors.push(invalidValue(path, resources, detail));
  }
  return errors;
}

/** Conditions under which a webhook or policy is called; each has a name. */
export function validateMatchConditions(path: string, conditions: readonly MatchCondition[] | undefined): FieldError[] {
  const all = conditions ?? [];
  const errors = all.length > CONDITIONS_MAX ? [tooMany(path, all.length, CONDITIONS_MAX)] : [];
  all.forEach(({ name, expression }, index) => {
    const at = `${path}[${index}]`;
    if (expression.trim() === "") errors.push(required(`${at}.expression`));
    if (name === "") errors.push(required(`${at}.name`));
    else {
      errors.push(...problemsAt(`${at}.name`, name, qualifiedNameProblems(name)));
      if (all.findIndex((one) => one.name === name) < index) errors.push(duplicateValue(`${at}.name`, name));
    }
  });
  return errors;
}

/** What a policy or binding matches. */
export function validateMatchResources(path: string, match: MatchResources): FieldError[] {
  const { matchPolicy, namespaceSelector, objectSelector, resourceRules = [], excludeResourceRules = [] } = match;
  const errors: FieldError[] = [];
  if (matchPolicy !== undefined && !["Equivalent", "Exact"].includes(matchPolicy))
    errors.push(notSupported(`${path}.matchPolicy`, matchPolicy, ["Equivalent", "Exact"]));
  if (namespaceSelector) errors.push(...validateLabelSelector(`${path}.namespaceSelector`, namespaceSelector));
  if (objectSelector) errors.push(...validateLabelSelector(`${path}.objectSelector`, objectSelector));
  resourceRules.forEach((rule, index) => {
    errors.push(...validateNamedRule(rule, `${path}.resourceRules[${index}]`));
  });
  excludeResourceRules.forEach((rule, index) => {
    errors.push(...validateNamedRule(rule, `${path}.excludeResourceRules[${index}]`));
  });
  return errors;
}

function validateNamedRule(rule: NamedRuleWithOperations, path: string): FieldError[] {
  const names = rule.resourceNames ?? [];
  const errors = names.flatMap((name, index) => {
    const at = `${path}.resourceNames[${index}]`;
    const twice = names.indexOf(name) < index ? [duplicateValue(at, name)] : [];
    return [...twice, ...problemsAt(at, name, pathSegmentProblems(name))];
  });
  return [...errors, ...validateRule(rule, path)];
}

/** Matches that say nothing about it are of everything equivalent, in any scope. */
export function setMatchDefaults(match: Mutable<MatchResources> | undefined): void {
  if (!match) return;
  match.matchPolicy ??= "Equivalent";
  match.namespaceSelector ??= {};
  match.objectSelector ??= {};
  for (const rule of [...(match.resourceRules ?? []), ...(match.excludeResourceRules ?? [])]) rule.scope ??= "*";
}

/** The type of a policy's parameters. */
export function validateParamKind(path: string, { apiVersion = "", kind = "" }: ParamKind): FieldError[] {
  const errors: FieldError[] = [];
  const parts = apiVersion.split("/");
  if (apiVersion === "") errors.push(required(`${path}.apiVersion`));
  else if (parts.length > 2)
    errors.push(invalidValue(`${path}.apiVersion`, apiVersion, `unexpected GroupVersion string: ${apiVersion}`));
  else errors.push(...problemsAt(`${path}.apiVersion`, parts.at(-1), dnsLabel1035Problems(parts.at(-1)!)));
  if (kind === "") return [...errors, required(`${path}.kind`)];
  const problems = dnsLabel1035Problems(kind.toLowerCase());
  if (problems.length === 0) return errors;
  const detail = `may have mixed case, but should otherwise match: ${problems.join(",")}`;
  return [...errors, invalidValue(`${path}.kind`, kind, detail)];
}

const RESERVED = new Set(
  "true false null in as break const continue else for function if import let loop package namespace return var void while".split(
    " ",
  ),
);

/** Values that a policy's expressions share. */
export function validateVariables(path: string, variables: readonly Variable[] | undefined): FieldError[] {
  const all = variables ?? [];
  return all.flatMap(({ name, expression }, index) => {
    const at = `${path}[${index}]`;
    const errors: FieldError[] = [];
    if (name.trim() === "") errors.push(required(`${at}.name`, "name is not specified"));
    else if (!/^[_a-zA-Z][_a-zA-Z0-9]*$/.test(name) || RESERVED.has(name))
      errors.push(invalidValue(`${at}.name`, name, "must be a valid CEL identifier"));
    if (expression.trim() === "") errors.push(required(`${at}.expression`, "expression is not specified"));
    return errors;
  });
}

/** Which parameters a binding uses. */
export function validateParamRef(path: string, ref: ParamRef | undefined): FieldError[] {
  if (!ref) return [];
  const { name, selector, parameterNotFoundAction } = ref;
  const errors: FieldError[] = [];
  const both = (field: string) =>
    name && selector ? [forbiddenField(`${path}.${field}`, "name and selector are mutually exclusive")] : [];
  if (name) errors.push(...problemsAt(`${path}.name`, name, pathSegmentProblems(name)), ...both("name"));
  if (selector) errors.push(...validateLabelSelector(`${path}.selector`, selector), ...both("selector"));
  if (!name && !selector) errors.push(required(path, "one of name or selector must be specified"));
  const at = `${path}.parameterNotFoundAction`;
  if (!parameterNotFoundAction) errors.push(required(at));
  else if (!["Deny", "Allow"].includes(parameterNotFoundAction))
    errors.push(notSupported(at, parameterNotFoundAction, ["Deny", "Allow"]));
  return errors;
}

/** What becomes of a request when the policy or webhook can't tell. */
export function validateFailurePolicy(path: string, policy: string | undefined): FieldError[] {
  if (policy === undefined || policy === "Fail" || policy === "Ignore") return [];
  return [notSupported(path, policy, ["Fail", "Ignore"])];
}
