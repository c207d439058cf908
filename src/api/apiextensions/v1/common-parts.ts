import { jsonEqual } from "../../../base/index.ts";
import type {
  CustomResourceColumnDefinition,
  CustomResourceDefinitionSpec,
  CustomResourceDefinitionVersion,
  CustomResourceSubresources,
  JSONSchemaProps,
  SelectableField,
} from "./customresourcedefinition.types.ts";

/**
 * What all versions of a definition say alike. Kubernetes keeps it once, above the versions, and its messages name it
 * there: "spec.validation" instead of "spec.versions[0].schema".
 */
export interface SharedParts {
  readonly schema: JSONSchemaProps | undefined;
  readonly subresources: CustomResourceSubresources | undefined;
  readonly columns: readonly CustomResourceColumnDefinition[] | undefined;
  readonly selectableFields: readonly SelectableField[] | undefined;
  /** Which parts are said alike, be it by saying nothing. */
  readonly has: Readonly<Record<"schema" | "subresources" | "columns" | "selectableFields", boolean>>;
  /** Some version has a status of its own. */
  readonly anyStatus: boolean;
  /** A version with what is its own only. */
  without(version: CustomResourceDefinitionVersion): Partial<CustomResourceDefinitionVersion>;
}

export function commonParts({ versions }: CustomResourceDefinitionSpec): SharedParts {
  const all = versions ?? [];
  const first = all[0];
  const isShared = (name: keyof CustomResourceDefinitionVersion) =>
    all.every((version) => jsonEqual(version[name] ?? null, first?.[name] ?? null));
  const has = {
    schema: isShared("schema"),
    subresources: isShared("subresources"),
    columns: isShared("additionalPrinterColumns"),
    selectableFields: isShared("selectableFields"),
  };
  return {
    has,
    schema: has.schema ? (first?.schema?.openAPIV3Schema as JSONSchemaProps | undefined) : undefined,
    subresources: has.subresources ? first?.subresources : undefined,
    columns: has.columns ? first?.additionalPrinterColumns : undefined,
    selectableFields: has.selectableFields ? first?.selectableFields : undefined,
    anyStatus: all.some(({ subresources }) => subresources?.status !== undefined),
    without: ({ schema, subresources, additionalPrinterColumns, selectableFields, ...version }) => ({
      ...version,
      ...(!has.schema && { schema }),
      ...(!has.subresources && { subresources }),
      ...(!has.columns && { additionalPrinterColumns }),
      ...(!has.selectableFields && { selectableFields }),
    }),
  };
}
