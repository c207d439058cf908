import {
  type Amounts,
  type Evaluator,
  type ResourceQuota,
  type ScopedResourceSelectorRequirement,
  withoutZeros,
} from "../../../api/index.ts";
import { type ConfigObject, ConfigReader } from "../../configuration.ts";

/** What may only be had where a quota gives it out. */
export interface LimitedResource {
  readonly group: string;
  readonly plural: string;
  /** Parts of names of amounts, such as "requests.storage". */
  readonly matchContains: readonly string[];
  readonly matchScopes: readonly ScopedResourceSelectorRequirement[];
}

const API_VERSIONS = [
  "apiserver.config.k8s.io/v1",
  ...["v1", "v1beta1", "v1alpha1"].map((version) => `resourcequota.admission.k8s.io/${version}`),
];

/** Reads a ResourceQuotaConfiguration; without one nothing is limited by itself. */
export function readLimitedResources(configuration: ConfigObject | undefined): readonly LimitedResource[] {
  if (!configuration) return [];
  const reader = new ConfigReader("configuration of ResourceQuota", configuration);
  const { kind } = configuration;
  reader.mustBe(kind === "Configuration" ? kind : "ResourceQuotaConfiguration", API_VERSIONS);
  reader.allow(["limitedResources"]);
  return reader.objects("limitedResources").map((one) => {
    one.allow(["apiGroup", "resource", "matchContains", "matchScopes"]);
    return {
      group: one.text("apiGroup") ?? "",
      plural: one.text("resource") ?? "",
      matchContains: one.texts("matchContains"),
      matchScopes: one.objects("matchScopes").map(readScope),
    };
  });
}

function readScope(reader: ConfigReader): ScopedResourceSelectorRequirement {
  reader.allow(["scopeName", "operator", "values"]);
  const [scopeName, operator] = [reader.text("scopeName"), reader.text("operator")];
  if (!scopeName) throw reader.wrong("scopeName", "is missing");
  if (!operator) throw reader.wrong("operator", "is missing");
  return { scopeName, operator, values: [...reader.texts("values")] } as ScopedResourceSelectorRequirement;
}

/** What is asked for of limited resources, by its names. */
export function limitedNames(limited: readonly LimitedResource[], usage: Amounts): readonly string[] {
  const parts = limited.flatMap(({ matchContains }) => matchContains);
  return Object.keys(withoutZeros(usage)).filter((name) => parts.some((part) => name.includes(part)));
}

/** Limited scopes that an object is in, and no quota is there for. */
export function uncoveredScopes<T>(
  limited: readonly LimitedResource[],
  object: T,
  { evaluator, quotas }: { readonly evaluator: Evaluator<T>; readonly quotas: readonly ResourceQuota[] },
): readonly ScopedResourceSelectorRequirement[] {
  const isIn = (scope: ScopedResourceSelectorRequirement) => evaluator.inScope?.(object, scope) ?? false;
  const covered = quotas
    .flatMap(({ spec }) => spec.scopeSelector?.matchExpressions ?? [])
    .filter(isIn)
    .map(({ scopeName }) => scopeName);
  return limited
    .flatMap(({ matchScopes }) => matchScopes)
    .filter((scope) => isIn(scope) && !covered.includes(scope.scopeName));
}

/** Scopes as messages have them. */
export function scopesText(scopes: readonly ScopedResourceSelectorRequirement[]): string {
  const texts = scopes.map(
    ({ scopeName, operator, values = [] }) => `{${scopeName} ${operator} [${values.join(" ")}]}`,
  );
  return `[${texts.join(" ")}]`;
}
