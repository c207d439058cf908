import { own } from "../../../base/index.ts";
import type { FieldError, KindBehavior, Mutable } from "../../kind.ts";
import { compareQuantities, roundAmounts } from "../../quantity.ts";
import {
  invalidValue,
  isHugePages,
  required,
  sortedEntries,
  validateResourceAmount,
  validateResourceName,
} from "../../validation/index.ts";
import type { ResourceQuota, ResourceQuotaSpec, ScopedResourceSelectorRequirement } from "./resourcequota.ts";

const POD_COUNT = ["pods"];
const POD_RESOURCES = [...POD_COUNT, "cpu", "memory", "limits.cpu", "limits.memory", "requests.cpu", "requests.memory"];
const COMPUTE = ["cpu", "memory", "ephemeral-storage"];
const COUNTED = [
  "pods",
  "services",
  "replicationcontrollers",
  "resourcequotas",
  "secrets",
  "configmaps",
  "persistentvolumeclaims",
  "services.nodeports",
  "services.loadbalancers",
];
const QUOTA_RESOURCES = [
  ...COMPUTE,
  ...COMPUTE.flatMap((name) => [`requests.${name}`, `limits.${name}`]),
  "requests.storage",
  ...COUNTED,
];
const CLAIM_RESOURCES = ["persistentvolumeclaims", "requests.storage"];

/** Which short names each scope may be combined with. */
const SCOPES: Readonly<Record<string, readonly string[]>> = {
  Terminating: POD_RESOURCES,
  NotTerminating: POD_RESOURCES,
  BestEffort: POD_COUNT,
  NotBestEffort: POD_RESOURCES,
  PriorityClass: POD_RESOURCES,
  CrossNamespacePodAffinity: POD_RESOURCES,
  VolumeAttributesClass: CLAIM_RESOURCES,
};
const CONFLICTS = [
  ["BestEffort", "NotBestEffort"],
  ["Terminating", "NotTerminating"],
] as const;
const EXISTS_ONLY = ["BestEffort", "NotBestEffort", "Terminating", "NotTerminating", "CrossNamespacePodAffinity"];

export const resourceQuotaBehavior: KindBehavior<ResourceQuota> = {
  generation: false,
  setDefaults({ spec, status }) {
    for (const amounts of [spec.hard, status?.hard, status?.used]) roundAmounts(amounts);
  },
  prepareCreate(quota) {
    quota.status = {} as Mutable<ResourceQuota>["status"];
  },
  validate: ({ spec }) => validateSpec(spec),
  validateUpdate: ({ spec }, old) => [...validateSpec(spec), ...validateSameScopes(spec, old.spec)],
  validateStatusUpdate: ({ status }) => [
    ...validateAmounts("status.hard", status.hard),
    ...validateAmounts("status.used", status.used),
  ],
  warnings: ({ spec }, old) => (old ? [] : warningsOf(spec)),
};

/** Warns of requests that are allowed to be more than limits. */
function warningsOf({ hard = {} }: ResourceQuotaSpec): string[] {
  return COMPUTE.flatMap((name) => {
    // Short names mean requests.
    const names = [`requests.${name}`, ...(name === "ephemeral-storage" ? [] : [name])];
    const request = names.find((one) => hard[one] !== undefined);
    const limit = hard[`limits.${name}`];
    if (request === undefined || limit === undefined || compareQuantities(hard[request]!, limit) <= 0) return [];
    return [`ResourceQuota ${request} (${hard[request]}) should be less than limits.${name} (${limit})`];
  });
}

function validateSpec(spec: ResourceQuotaSpec): FieldError[] {
  return [...validateAmounts("spec.hard", spec.hard), ...validateScopes(spec), ...validateSelector(spec)];
}

function validateAmounts(path: string, amounts: Readonly<Record<string, string>> | undefined): FieldError[] {
  return sortedEntries(amounts).flatMap(([name, value]) => {
    const at = `${path}[${name}]`;
    const errors = validateResourceName(at, name);
    if (!name.includes("/") && !isQuotaResource(name))
      errors.push(invalidValue(at, name, "must be a standard resource for quota"));
    return [...errors, ...validateResourceAmount(at, name, value)];
  });
}

/** Whether a quota may count it by this short name. */
function isQuotaResource(name: string): boolean {
  return QUOTA_RESOURCES.includes(name) || isHugePages(name.replace(/^requests\./, ""));
}

function validateScopes(spec: ResourceQuotaSpec): FieldError[] {
  const { scopes = [] } = spec;
  const wrong = (detail: string) => invalidValue("spec.scopes", scopes, detail);
  return [
    ...scopes.flatMap((scope) => [
      ...(Object.hasOwn(SCOPES, scope) ? [] : [wrong("unsupported scope")]),
      ...unfitting(spec, scope).map(() => wrong("unsupported scope applied to resource")),
    ]),
    ...CONFLICTS.filter((pair) => pair.every((one) => scopes.includes(one))).map(() => wrong("conflicting scopes")),
  ];
}

/** The resources of a quota that a scope says nothing about. */
function unfitting({ hard = {} }: ResourceQuotaSpec, scope: string): string[] {
  const fitting = own(SCOPES, scope);
  return Object.keys(hard).filter((name) => isQuotaResource(name) && fitting !== undefined && !fitting.includes(name));
}

function validateSelector(spec: ResourceQuotaSpec): FieldError[] {
  const path = "spec.scopeSelector.matchExpressions";
  const requirements = spec.scopeSelector?.matchExpressions ?? [];
  const names = requirements.map(({ scopeName }) => scopeName);
  return [
    ...requirements.flatMap((requirement) => [
      ...(Object.hasOwn(SCOPES, requirement.scopeName)
        ? []
        : [invalidValue(`${path}.scopeName`, requirement.scopeName, "unsupported scope")]),
      ...unfitting(spec, requirement.scopeName).map(() =>
        invalidValue(path, shown(requirements), "unsupported scope applied to resource"),
      ),
      ...validateRequirement(path, requirement),
    ]),
    ...CONFLICTS.filter((pair) => pair.every((one) => names.includes(one))).map(() =>
      invalidValue(path, spec.scopes ?? null, "conflicting scopes"),
    ),
  ];
}

/** A selector as messages show it. */
function shown(requirements: readonly ScopedResourceSelectorRequirement[]): unknown {
  return {
    MatchExpressions: requirements.map(({ scopeName, operator, values }) => ({
      ScopeName: scopeName,
      Operator: operator,
      Values: values ?? null,
    })),
  };
}

function validateRequirement(
  path: string,
  { scopeName, operator, values = [] }: ScopedResourceSelectorRequirement,
): FieldError[] {
  const errors: FieldError[] = [];
  if (EXISTS_ONLY.includes(scopeName) && operator !== "Exists") {
    const detail =
      "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity";
    errors.push(invalidValue(`${path}.operator`, operator, detail));
  }
  if (operator === "In" || operator === "NotIn") {
    const detail = "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector";
    if (values.length === 0) errors.push(required(`${path}.values`, detail));
  } else if (operator === "Exists" || operator === "DoesNotExist") {
    const detail = "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector";
    if (values.length > 0) errors.push(invalidValue(`${path}.values`, values, detail));
  } else errors.push(invalidValue(`${path}.operator`, operator, "not a valid selector operator"));
  return errors;
}

function validateSameScopes({ scopes = [] }: ResourceQuotaSpec, old: ResourceQuotaSpec): FieldError[] {
  const before = new Set(old.scopes);
  const now = new Set(scopes);
  const same = before.size === now.size && [...now].every((scope) => before.has(scope));
  return same ? [] : [invalidValue("spec.scopes", scopes.length > 0 ? scopes : null, "field is immutable")];
}
