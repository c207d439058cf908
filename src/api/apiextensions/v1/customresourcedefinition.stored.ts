import { jsonEqual } from "../../../base/index.ts";

type Json = Record<string, unknown>;

/** v1beta1: what all versions have in common stands beside them, and some names are others. It is stored, never served. */
export const storedDefinition = {
  version: "v1beta1",
  toStored: ({ spec, ...rest }: Json): Json => ({ ...rest, spec: storedSpec(spec as Json) }),
  fromStored: ({ spec, ...rest }: Json): Json => ({ ...rest, spec: spokenSpec(spec as Json) }),
};

/** Fields of versions, and what they are called beside them. */
const COMMON: readonly (readonly [own: string, common: string])[] = [
  ["schema", "validation"],
  ["subresources", "subresources"],
  ["additionalPrinterColumns", "additionalPrinterColumns"],
  ["selectableFields", "selectableFields"],
];

function storedSpec({ group, names, scope, versions, conversion, preserveUnknownFields }: Json): Json {
  const all = (versions as Json[]).map((version) => withColumns(version, "jsonPath", "JSONPath"));
  const common = COMMON.filter(([own]) => all.every((version) => jsonEqual(version[own], all[0]![own])));
  const shared = Object.fromEntries(common.map(([own, name]) => [name, all[0]?.[own]]));
  return {
    group,
    version: all[0]?.name,
    names,
    scope,
    validation: shared.validation,
    subresources: shared.subresources,
    versions: all.map((version) => without(version, new Set(common.map(([own]) => own)))),
    additionalPrinterColumns: shared.additionalPrinterColumns,
    selectableFields: shared.selectableFields,
    conversion: conversion && storedConversion(conversion as Json),
    preserveUnknownFields: preserveUnknownFields ?? false,
  };
}

function spokenSpec({ version, versions, conversion, preserveUnknownFields = true, ...rest }: Json): Json {
  const given = (versions as Json[] | undefined) ?? [{ name: version, served: true, storage: true }];
  const shared = COMMON.filter(([, common]) => rest[common] !== undefined).map(([own, common]) => [own, rest[common]]);
  return {
    group: rest.group,
    names: rest.names,
    scope: rest.scope,
    versions: given.map((one) => withColumns({ ...one, ...Object.fromEntries(shared) }, "JSONPath", "jsonPath")),
    conversion: spokenConversion((conversion ?? { strategy: "None" }) as Json),
    ...(preserveUnknownFields === true && { preserveUnknownFields }),
  };
}

function withColumns(version: Json, from: string, to: string): Json {
  const columns = version.additionalPrinterColumns as Json[] | undefined;
  if (!columns) return version;
  const additionalPrinterColumns = columns.map(({ [from]: path, ...column }) => ({ ...column, [to]: path }));
  return { ...version, additionalPrinterColumns };
}

function storedConversion({ strategy, webhook }: Json): Json {
  const { clientConfig, conversionReviewVersions } = (webhook ?? {}) as Json;
  return { strategy, webhookClientConfig: clientConfig, conversionReviewVersions };
}

function spokenConversion({ strategy, webhookClientConfig: clientConfig, conversionReviewVersions }: Json): Json {
  if (!clientConfig && !conversionReviewVersions) return { strategy };
  return { strategy, webhook: { ...(clientConfig !== undefined && { clientConfig }), conversionReviewVersions } };
}

function without(object: Json, names: ReadonlySet<string>): Json {
  return Object.fromEntries(Object.entries(object).filter(([name]) => !names.has(name)));
}
