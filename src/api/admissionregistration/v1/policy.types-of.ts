import { celTypes, type Type } from "../../../cel/index.ts";
import type { Node, ScalarType, StructNode } from "../../../schema/index.ts";
import { isRecord, typeOfSchema, writtenNames } from "../../apiextensions/schema/cel-types.ts";

const { BOOL, BYTES, DOUBLE, DYN, INT, STRING, TIMESTAMP, listOf, mapOf, structOf } = celTypes;

/** What an expression may take a value for that has several forms is not known before it is there. */
const SCALARS: Readonly<Record<ScalarType, Type>> = {
  string: STRING,
  boolean: BOOL,
  int32: INT,
  int64: INT,
  float64: DOUBLE,
  bytes: BYTES,
  quantity: STRING,
  intOrString: DYN,
  time: TIMESTAMP,
  microTime: TIMESTAMP,
  duration: STRING,
  raw: DYN,
  any: DYN,
  deduced: DYN,
};

const known = new WeakMap<StructNode, Type>();

/** The type of a declared struct's values as expressions see them. */
export function typeOfStruct(node: StructNode): Type {
  let type = known.get(node);
  if (!type) known.set(node, (type = structOf(node.name, () => new Map(fieldsOf(node)))));
  return type;
}

function* fieldsOf({ fields }: StructNode): Generator<[string, Type]> {
  for (const [name, { node, options }] of fields) {
    if (options.inline) yield* fieldsOf(node as StructNode);
    else for (const written of writtenNames(name)) yield [written, typeOf(node)];
  }
}

function typeOf(node: Node): Type {
  switch (node.kind) {
    case "scalar":
      return SCALARS[node.type];
    case "struct":
      return typeOfStruct(node);
    case "list":
      return listOf(typeOf(node.element));
    case "map":
      return mapOf(STRING, typeOf(node.value));
    default:
      return node satisfies never;
  }
}

interface OpenApiDocument {
  readonly components?: { readonly schemas?: Readonly<Record<string, unknown>> };
}

/** The type of a kind in an OpenAPI v3 document; undefined when it isn't there, or expressions can't handle it. */
export function typeOfPublished(
  document: OpenApiDocument,
  { group, version, kind }: { readonly group: string; readonly version: string; readonly kind: string },
): Type | undefined {
  const found = Object.values(document.components?.schemas ?? {}).find((schema) => {
    const says = (schema as { "x-kubernetes-group-version-kind"?: readonly Record<string, string>[] })[
      "x-kubernetes-group-version-kind"
    ];
    return says?.some((one) => one.group === group && one.version === version && one.kind === kind);
  });
  return isRecord(found) ? typeOfSchema(found, `${group}/${version}.${kind}`, true) : undefined;
}
