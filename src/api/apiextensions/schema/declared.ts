import { own } from "../../../base/index.ts";
import type { JSONSchemaProps } from "../v1/customresourcedefinition.types.ts";
import { escapedName, isRecord, typeOfSchema, visibleProperties } from "./cel-types.ts";

/**
 * The type that rules see is declared by a schema, which mostly is the one that they stand in. Where a schema says more than
 * its type has, such as the properties of a list, what is below has another's type, or none.
 */
export type Declaring = JSONSchemaProps | undefined;

/** Whether a schema declares a type at all. */
export function isDeclaring(schema: JSONSchemaProps, isRoot: boolean): boolean {
  return typeOfSchema(schema, "object", isRoot) !== undefined;
}

export const isEmbedded = (schema: JSONSchemaProps): boolean => schema["x-kubernetes-embedded-resource"] === true;

/** What declares the type of elements of lists and of values of maps. */
export function elementsDeclaring(declaring: Declaring): Declaring {
  if (!declaring || declaring["x-kubernetes-int-or-string"]) return undefined;
  const { type, items, additionalProperties: values } = declaring;
  const below = type === "array" ? items : type === "object" ? values : undefined;
  return isRecord(below) ? below : undefined;
}

/** What declares the type of a field of a struct; undefined for fields that expressions don't see. */
export function fieldDeclaring(declaring: Declaring, name: string, isRoot: boolean): Declaring {
  if (!declaring || declaring.type !== "object" || declaring["x-kubernetes-int-or-string"]) return undefined;
  if (isRecord(declaring.additionalProperties) || escapedName(name) === undefined) return undefined;
  const property = own(visibleProperties(declaring, isRoot || isEmbedded(declaring)), name);
  return property && isDeclaring(property, isEmbedded(property)) ? property : undefined;
}
