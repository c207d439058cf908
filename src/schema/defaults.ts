import { defaultCustom, type Nulls } from "./custom.ts";
import type { Field, Node, StructNode } from "./dsl.ts";

type Value = Record<string, unknown>;

/** Fills in declared defaults, in place, at every depth; of custom types says what becomes of null. */
export function applyDefaults(struct: StructNode, value: Value, nulls: Nulls = "drop"): void {
  if (struct.options.custom) {
    defaultCustom(struct, value, nulls);
    return;
  }
  for (const known of fieldsWithDefaults(struct)) {
    const { name, field } = known;
    if (field.options.inline) {
      applyDefaults(field.node as StructNode, value, nulls);
      continue;
    }
    const { default: fallback } = field.options;
    if (isFilledIn(field.options) && (value[name] === undefined || value[name] === ""))
      value[name] = typeof fallback === "object" ? structuredClone(fallback) : fallback;
    if (value[name] === undefined || value[name] === null) continue;
    known.isDeep ??= hasDefaults(field.node, new Set([struct]));
    if (known.isDeep) descend(field.node, value[name], nulls);
  }
}

interface MaybeDefaulted {
  readonly name: string;
  readonly field: Field;
  /** Whether something in it has a default; looked for when it is first given: most fields of most kinds never are. */
  isDeep: boolean | undefined;
}

const relevant = new WeakMap<StructNode, readonly MaybeDefaulted[]>();

/** The fields that have a default, or may have something in them that has. */
function fieldsWithDefaults(struct: StructNode): readonly MaybeDefaulted[] {
  let fields = relevant.get(struct);
  if (!fields) {
    fields = [...struct.fields].flatMap(([name, field]) =>
      isFilledIn(field.options) || holdsStructs(field.node) ? [{ name, field, isDeep: undefined }] : [],
    );
    relevant.set(struct, fields);
  }
  return fields;
}

function holdsStructs(node: Node): boolean {
  if (node.kind === "list") return holdsStructs(node.element);
  return node.kind === "map" ? holdsStructs(node.value) : node.kind === "struct";
}

/** An empty text is what there is without it, too: only who asks for the key of a list's element needs to know of that default. */
function isFilledIn({ default: fallback }: Field["options"]): boolean {
  return fallback !== undefined && fallback !== "";
}

/** `above` are the structs that are being looked into: one that holds itself has what is found elsewhere in it. */
function hasDefaults(node: Node, above: Set<StructNode>): boolean {
  switch (node.kind) {
    case "scalar":
      return false;
    case "list":
      return hasDefaults(node.element, above);
    case "map":
      return hasDefaults(node.value, above);
    case "struct": {
      if (node.options.custom) return true;
      if (above.has(node)) return false;
      above.add(node);
      const found = node.fields.values().some(({ options, node: inner }) => {
        return isFilledIn(options) || hasDefaults(inner, above);
      });
      above.delete(node);
      return found;
    }
    default:
      return node satisfies never;
  }
}

function descend(node: Node, value: unknown, nulls: Nulls): void {
  switch (node.kind) {
    case "struct":
      return applyDefaults(node, value as Value, nulls);
    case "list":
      if (node.element.kind !== "scalar")
        for (const element of value as unknown[]) descend(node.element, element, nulls);
      return;
    case "map":
      if (node.value.kind !== "scalar")
        for (const element of Object.values(value as Value)) descend(node.value, element, nulls);
      return;
    case "scalar":
      return;
  }
}
