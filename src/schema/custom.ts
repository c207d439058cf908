import { joinPath } from "./path.ts";
import type { Field, FieldOptions, Node, StructNode } from "./dsl.ts";
import { isMap, isObject } from "./patch/merge.ts";
import { setOwn } from "./json/parse.ts";

type Json = Record<string, unknown>;

interface Place {
  readonly path: string;
  /** Paths of dropped fields. */
  readonly unknown: string[];
  /** Reads a struct of the API inside a custom one. */
  readonly typed: (struct: StructNode, value: Json, path: string) => Json;
}

/** A value of a custom type with its fields in order; what the type does not declare is dropped or kept, as it says. */
export function decodeCustom(struct: StructNode, value: Json, place: Place): Json {
  const result: Json = {};
  for (const [name, field] of struct.fields) {
    if (!Object.hasOwn(value, name)) continue;
    setOwn(result, name, decodeValue(field.node, value[name], { ...place, path: joinPath(place.path, name) }));
  }
  for (const name of Object.keys(value).sort()) {
    if (struct.fields.has(name)) continue;
    if (struct.options.preserve) setOwn(result, name, value[name]);
    else place.unknown.push(joinPath(place.path, name));
  }
  return result;
}

function decodeValue(node: Node, value: unknown, place: Place): unknown {
  switch (node.kind) {
    case "scalar":
      return node.type === "deduced" && !node.bare ? value : withoutFields(value, place);
    case "struct":
      if (!isMap(value)) return node.options.custom ? withoutFields(value, place) : value;
      return node.options.custom ? decodeCustom(node, value, place) : place.typed(node, value, place.path);
    case "list":
      if (!Array.isArray(value)) return withoutFields(value, place);
      return value.map((one, index) => decodeValue(node.element, one, { ...place, path: `${place.path}[${index}]` }));
    case "map": {
      if (!isMap(value)) return withoutFields(value, place);
      const result: Json = {};
      for (const key of Object.keys(value).sort())
        setOwn(result, key, decodeValue(node.value, value[key], { ...place, path: joinPath(place.path, key) }));
      return result;
    }
  }
}

/** What has no fields at all has none of these, and neither have elements of what should be no list. */
function withoutFields(value: unknown, place: Place): unknown {
  const { path, unknown } = place;
  if (Array.isArray(value))
    return value.map((one, index) => withoutFields(one, { ...place, path: `${path}[${index}]` }));
  if (!isMap(value)) return value;
  for (const name of Object.keys(value).sort()) unknown.push(joinPath(path, name));
  return {};
}

/** What becomes of null where it is no value and nothing stands in for it. */
export type Nulls = "drop" | "keep";

/** Fills in declared defaults at every depth, in place. */
export function defaultCustom(struct: StructNode, value: Json, nulls: Nulls): void {
  for (const [name, field] of struct.fields) {
    if (isMissing(value, name, field.options) && field.options.default !== undefined)
      setOwn(value, name, structuredClone(field.options.default));
    if (!Object.hasOwn(value, name)) continue;
    if (value[name] === null && nulls === "drop" && !isApiType(field) && !field.options.acceptsNull) delete value[name];
    else descend(field.node, value[name], nulls);
  }
}

/** Leaves out, in place, each null that is no value and that nothing stands in for. */
export function dropNulls(struct: StructNode, value: Json): void {
  for (const [name, field] of struct.fields) {
    if (!Object.hasOwn(value, name) || isApiType(field)) continue;
    if (value[name] === null && isNoNull(field.options)) delete value[name];
    else dropNullsBelow(field.node, value[name]);
  }
}

const isNoNull = (options: FieldOptions | undefined) => !options?.acceptsNull && options?.default === undefined;

function dropNullsBelow(node: Node, value: unknown): void {
  if (node.kind === "struct" && node.options.custom && isMap(value)) dropNulls(node, value);
  if (node.kind === "list" && Array.isArray(value)) for (const one of value) dropNullsBelow(node.element, one);
  if (node.kind !== "map" || !isMap(value)) return;
  for (const key of Object.keys(value)) {
    if (value[key] === null && isNoNull(node.options)) delete value[key];
    else dropNullsBelow(node.value, value[key]);
  }
}

function isApiType({ node }: Field): boolean {
  return node.kind === "struct" && !node.options.custom;
}

function isMissing(value: Json, name: string, options: FieldOptions): boolean {
  return !Object.hasOwn(value, name) || (value[name] === null && !options.acceptsNull);
}

function descend(node: Node, value: unknown, nulls: Nulls): void {
  switch (node.kind) {
    case "struct":
      if (node.options.custom && isObject(value)) defaultCustom(node, value, nulls);
      return;
    case "list":
      if (Array.isArray(value))
        value.forEach((one, index) => {
          value[index] = withDefault(one, node.options);
          descend(node.element, value[index], nulls);
        });
      return;
    case "map":
      if (!isObject(value)) return;
      for (const key of Object.keys(value)) {
        value[key] = withDefault(value[key], node.options);
        if (value[key] === null && nulls === "drop" && !node.options?.acceptsNull) delete value[key];
        else descend(node.value, value[key], nulls);
      }
      return;
    case "scalar":
      return;
  }
}

function withDefault(value: unknown, options: FieldOptions | undefined): unknown {
  if (value !== null || options?.acceptsNull || options?.default === undefined) return value;
  return structuredClone(options.default);
}
