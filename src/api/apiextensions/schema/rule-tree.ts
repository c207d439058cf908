import type { JSONSchemaProps } from "../v1/customresourcedefinition.types.ts";
import { escapedName, isRecord } from "./cel-types.ts";
import { type Declaring, elementsDeclaring, fieldDeclaring, isDeclaring, isEmbedded } from "./declared.ts";

/** The parts of a schema that lead to rules. */
export interface RuleTree {
  readonly schema: JSONSchemaProps;
  readonly isRoot: boolean;
  readonly declaring: Declaring;
  readonly items: RuleTree | undefined;
  readonly values: RuleTree | undefined;
  readonly properties: ReadonlyMap<string, RuleTree>;
}

const withRules = new WeakMap<JSONSchemaProps, boolean>();

/** Whether there are rules here or below. */
export function hasRules(schema: JSONSchemaProps): boolean {
  let known = withRules.get(schema);
  if (known === undefined) {
    const { items, additionalProperties: values, properties = {} } = schema;
    const below = [...Object.values(properties), items, values].filter(isRecord);
    known = (schema["x-kubernetes-validations"]?.length ?? 0) > 0 || below.some(hasRules);
    withRules.set(schema, known);
  }
  return known;
}

const trees = new WeakMap<JSONSchemaProps, RuleTree>();

/** The tree of a schema whose own type counts, prepared once; undefined when there are no rules. */
export function ruleTree(schema: JSONSchemaProps, isRoot: boolean): RuleTree | undefined {
  const known = trees.get(schema);
  if (known?.isRoot === isRoot) return known;
  const tree = treeOf(schema, isDeclaring(schema, isRoot) ? schema : undefined, isRoot);
  if (tree) trees.set(schema, tree);
  return tree;
}

function treeOf(schema: JSONSchemaProps, declaring: Declaring, isRoot: boolean): RuleTree | undefined {
  if (!hasRules(schema)) return undefined;
  const { items, additionalProperties: values, properties = {} } = schema;
  const elements = elementsDeclaring(declaring);
  const below = (one: unknown) => (isRecord(one) ? treeOf(one, elements, isEmbedded(one)) : undefined);
  const found = Object.entries(properties).flatMap(([name, property]) => {
    const tree = hasRules(property) ? propertyTree(name, property, { declaring, isRoot }) : undefined;
    return tree ? [[name, tree] as const] : [];
  });
  return { schema, isRoot, declaring, items: below(items), values: below(values), properties: new Map(found) };
}

/** Of a field that expressions don't see nothing is looked at; one whose name they can't write is looked at by itself. */
function propertyTree(
  name: string,
  property: JSONSchemaProps,
  { declaring, isRoot }: { readonly declaring: Declaring; readonly isRoot: boolean },
): RuleTree | undefined {
  const isEmbeddedProperty = isEmbedded(property);
  const field =
    escapedName(name) === undefined
      ? isDeclaring(property, isEmbeddedProperty) && property
      : fieldDeclaring(declaring, name, isRoot);
  return field ? treeOf(property, field, isEmbeddedProperty) : undefined;
}
