import { jsonEqual, own } from "../../../base/index.ts";
import type { FieldError, KindBehavior } from "../../kind.ts";
import {
  duplicateValue,
  forbiddenField,
  invalidValue,
  notSupported,
  problemsAt,
  required,
} from "../../validation/errors.ts";
import { internalValue } from "../../validation/internal.ts";
import { dnsLabelProblems, dnsSubdomainProblems } from "../../validation/names.ts";
import type { FlowSchema } from "./flowschema.ts";
import {
  FlowDistinguisherMethod,
  FlowSchemaSpec,
  type FlowSchemaStatus,
  type NonResourcePolicyRule,
  type PolicyRulesWithSubjects,
  type ResourcePolicyRule,
  type Subject,
} from "./flowschema.types.ts";

const PRECEDENCE_DEFAULT = 1_000;
const PRECEDENCE_MAX = 10_000;
const VERBS = ["create", "delete", "deletecollection", "get", "list", "patch", "proxy", "update", "watch"];

/** Schemas that have to stay as they are, so that there is always one that matches. */
const FIXED: Readonly<Record<string, unknown>> = {
  exempt: fixedSpec("exempt", 1, [{ kind: "Group", group: { name: "system:masters" } }]),
  "catch-all": fixedSpec("catch-all", 10_000, [
    { kind: "Group", group: { name: "system:unauthenticated" } },
    { kind: "Group", group: { name: "system:authenticated" } },
  ]),
};

function fixedSpec(level: string, matchingPrecedence: number, subjects: readonly unknown[]): unknown {
  return {
    priorityLevelConfiguration: { name: level },
    matchingPrecedence,
    ...(level === "catch-all" && { distinguisherMethod: { type: "ByUser" } }),
    rules: [
      {
        subjects,
        resourceRules: [{ verbs: ["*"], apiGroups: ["*"], resources: ["*"], clusterScope: true, namespaces: ["*"] }],
        nonResourceRules: [{ verbs: ["*"], nonResourceURLs: ["*"] }],
      },
    ],
  };
}

/** What a schema's declaration can't say. */
export const flowSchemaBehavior: KindBehavior<FlowSchema> = {
  metadataLooks: ["whole"],
  setDefaults({ spec }) {
    spec.matchingPrecedence ||= PRECEDENCE_DEFAULT;
  },
  validate: ({ metadata, spec, status }) => [
    ...validateSpec(metadata.name, spec),
    ...validateFixed(metadata.name, spec),
    ...validateConditions(status),
  ],
  validateStatusUpdate: ({ status }) => validateConditions(status),
};

function validateFixed(name: string, spec: FlowSchemaSpec): FieldError[] {
  const wanted = own(FIXED, name);
  if (wanted === undefined || jsonEqual(wanted, spec)) return [];
  return [invalidValue("spec", internalValue(FlowSchemaSpec, spec), `spec of '${name}' must equal the fixed value`)];
}

function validateSpec(
  schema: string,
  { matchingPrecedence = 0, priorityLevelConfiguration, distinguisherMethod, rules = [] }: FlowSchemaSpec,
): FieldError[] {
  const errors: FieldError[] = [];
  if (matchingPrecedence <= 0)
    errors.push(invalidValue("spec.matchingPrecedence", matchingPrecedence, "must be a positive value"));
  if (matchingPrecedence > PRECEDENCE_MAX)
    errors.push(
      invalidValue("spec.matchingPrecedence", matchingPrecedence, `must not be greater than ${PRECEDENCE_MAX}`),
    );
  if (schema !== "exempt" && matchingPrecedence === 1) {
    const detail = "only the schema named 'exempt' may have matchingPrecedence 1";
    errors.push(invalidValue("spec.matchingPrecedence", 1, detail));
  }
  if (distinguisherMethod && !["ByNamespace", "ByUser"].includes(distinguisherMethod.type))
    errors.push(
      notSupported("spec.distinguisherMethod.type", internalValue(FlowDistinguisherMethod, distinguisherMethod), [
        "ByNamespace",
        "ByUser",
      ]),
    );
  const path = "spec.priorityLevelConfiguration.name";
  const { name } = priorityLevelConfiguration;
  if (!name) errors.push(required(path, "must reference a priority level"));
  else errors.push(...problemsAt(path, name, dnsSubdomainProblems(name)));
  return [...errors, ...rules.flatMap((rule, index) => validateRule(rule, `spec.rules[${index}]`))];
}

function validateRule(
  { subjects, resourceRules = [], nonResourceRules = [] }: PolicyRulesWithSubjects,
  path: string,
): FieldError[] {
  const errors: FieldError[] = [];
  if (!subjects || subjects.length === 0)
    errors.push(required(`${path}.subjects`, "subjects must contain at least one value"));
  errors.push(...(subjects ?? []).flatMap((one, index) => validateSubject(one, `${path}.subjects[${index}]`)));
  if (resourceRules.length === 0 && nonResourceRules.length === 0)
    errors.push(required(path, "at least one of resourceRules and nonResourceRules has to be non-empty"));
  return [
    ...errors,
    ...resourceRules.flatMap((one, index) => validateResourceRule(one, `${path}.resourceRules[${index}]`)),
    ...nonResourceRules.flatMap((one, index) => validateUrlRule(one, `${path}.nonResourceRules[${index}]`)),
  ];
}

const SUBJECTS = { ServiceAccount: "serviceAccount", User: "user", Group: "group" } as const;

function validateSubject(subject: Subject, path: string): FieldError[] {
  const { kind } = subject;
  if (!Object.hasOwn(SUBJECTS, kind)) return [notSupported(`${path}.kind`, kind, ["Group", "ServiceAccount", "User"])];
  const order = ["serviceAccount", "user", "group"] as const;
  const own = SUBJECTS[kind as keyof typeof SUBJECTS];
  return [own, ...order.filter((one) => one !== own)].flatMap((name) => {
    const at = `${path}.${name}`;
    const what = Object.keys(SUBJECTS).find((one) => SUBJECTS[one as keyof typeof SUBJECTS] === name)!;
    if (name !== own)
      return subject[name] ? [forbiddenField(at, `${name} is forbidden when subject kind is not '${what}'`)] : [];
    if (!subject[name]) return [required(at, `${name} is required when subject kind is '${what}'`)];
    return name === "serviceAccount" ? validateAccount(subject.serviceAccount!, at) : validateName(subject[name]!, at);
  });
}

function validateName({ name }: { readonly name: string }, path: string): FieldError[] {
  return name ? [] : [required(`${path}.name`)];
}

function validateAccount({ name, namespace }: NonNullable<Subject["serviceAccount"]>, path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (!name) errors.push(required(`${path}.name`));
  else if (name !== "*") errors.push(...problemsAt(`${path}.name`, name, dnsSubdomainProblems(name)));
  if (!namespace) errors.push(required(`${path}.namespace`, "must specify namespace for service account"));
  else errors.push(...problemsAt(`${path}.namespace`, namespace, dnsLabelProblems(namespace)));
  return errors;
}

function validateVerbs(verbs: readonly string[] | null | undefined, path: string): FieldError[] {
  if (!verbs || verbs.length === 0) return [required(path, "verbs must contain at least one value")];
  if (verbs.includes("*"))
    return verbs.length > 1 ? [invalidValue(path, verbs, "if '*' is present, must not specify other verbs")] : [];
  return verbs.every((verb) => VERBS.includes(verb)) ? [] : [notSupported(path, verbs, VERBS)];
}

function validateResourceRule(rule: ResourcePolicyRule, path: string): FieldError[] {
  const { verbs, apiGroups, resources, clusterScope } = rule;
  const namespaces = rule.namespaces ?? [];
  const errors = validateVerbs(verbs, `${path}.verbs`);
  const lonelyStar = (values: readonly string[] | null | undefined, name: string, what: string, others: string) => {
    const at = `${path}.${name}`;
    if (!values || values.length === 0) errors.push(required(at, `resource rules must supply at least one ${what}`));
    else if (values.includes("*") && values.length > 1)
      errors.push(invalidValue(at, values, `if '*' is present, must not specify other ${others}`));
  };
  lonelyStar(apiGroups, "apiGroups", "api group", "api groups");
  lonelyStar(resources, "resources", "resource", "resources");
  const at = `${path}.namespaces`;
  if (namespaces.length === 0 && !clusterScope)
    errors.push(required(at, "resource rules that are not cluster scoped must supply at least one namespace"));
  if (namespaces.includes("*")) {
    if (namespaces.length > 1)
      errors.push(invalidValue(at, namespaces, "if '*' is present, must not specify other namespaces"));
    return errors;
  }
  namespaces.forEach((namespace, index) => {
    for (const problem of dnsLabelProblems(namespace))
      errors.push(
        invalidValue(
          `${at}[${index}]`,
          namespace,
          `each member of this list must be '*' or a DNS-1123 label; ${problem}`,
        ),
      );
  });
  return errors;
}

function validateUrlRule({ verbs, nonResourceURLs }: NonResourcePolicyRule, path: string): FieldError[] {
  const errors = validateVerbs(verbs, `${path}.verbs`);
  const at = `${path}.nonResourceURLs`;
  if (!nonResourceURLs || nonResourceURLs.length === 0)
    return [...errors, required(at, "nonResourceURLs must contain at least one value")];
  if (nonResourceURLs.includes("*"))
    return nonResourceURLs.length > 1
      ? [...errors, invalidValue(at, nonResourceURLs, "if '*' is present, must not specify other non-resource URLs")]
      : errors;
  nonResourceURLs.forEach((url, index) => errors.push(...validateUrl(url, `${at}[${index}]`)));
  return errors;
}

function validateUrl(url: string, path: string): FieldError[] {
  if (url === "") return [required(path, "must not be empty")];
  if (url === "/") return [];
  const wrong = (detail: string) => [invalidValue(path, url, detail)];
  if (!url.startsWith("/")) return wrong("must start with slash");
  if (url.includes(" ")) return wrong("must not contain white-space");
  if (url.includes("//")) return wrong("must not contain double slash");
  if (url.includes("*") && url.indexOf("*") < url.length - 1) return wrong("wildcard can only do suffix matching");
  if (url.endsWith("*") && !url.endsWith("/*")) return wrong("wildcard can only do suffix matching");
  return [];
}

/** The conditions of a status, by type. */
export function validateConditions({ conditions = [] }: FlowSchemaStatus): FieldError[] {
  const seen = new Set<string>();
  return (conditions ?? []).flatMap(({ type }, index) => {
    const path = `status.conditions[${index}].type`;
    if (!type) return [required(path)];
    const twice = seen.has(type);
    seen.add(type);
    return twice ? [duplicateValue(path, type)] : [];
  });
}
