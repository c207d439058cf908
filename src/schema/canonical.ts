import { canonicalMicroTime, canonicalTime, checkBase64, type DecodeOptions, isPlain, keep } from "./decode.ts";
import type { Field, Node, ScalarNode, StructNode } from "./dsl.ts";
import { isObject } from "./patch/merge.ts";

/**
 * Whether a value is as {@link decodeJson} would leave it, to the order of its fields, so that it needn't be decoded again:
 * looking costs a fraction of that. May say no where it is; then decoding changes nothing.
 */
export function isCanonical(struct: StructNode, value: unknown, { quantity }: DecodeOptions): boolean {
  try {
    return isCanonicalStruct(struct, value, quantity);
  } catch (error) {
    if (error instanceof Error) return false;
    throw error;
  }
}

type Quantity = DecodeOptions["quantity"];

interface Slot {
  readonly name: string;
  readonly field: Field;
  /** Decoding writes something when it isn't given. */
  readonly isWritten: boolean;
}

const slots = new WeakMap<StructNode, readonly Slot[]>();

/** The fields in the order in which they are decoded, embedded ones at their place. */
function slotsOf(struct: StructNode): readonly Slot[] {
  let found = slots.get(struct);
  if (!found) {
    found = [...struct.fields].flatMap(([name, field]): readonly Slot[] =>
      field.options.inline
        ? slotsOf(field.node as StructNode)
        : [{ name, field, isWritten: keep(field, undefined) !== undefined }],
    );
    slots.set(struct, found);
  }
  return found;
}

function isCanonicalStruct(struct: StructNode, value: unknown, quantity: Quantity): boolean {
  if (struct.options.custom || !isObject(value)) return false;
  const fields = slotsOf(struct);
  let at = 0;
  for (const name in value) {
    let slot = fields[at++];
    for (; slot && slot.name !== name; slot = fields[at++]) if (slot.isWritten) return false;
    if (!slot || !isKept(slot.field, value[name], quantity)) return false;
  }
  for (; at < fields.length; at++) if (fields[at]!.isWritten) return false;
  return true;
}

/** Null counts as not given. */
function isKept(field: Field, value: unknown, quantity: Quantity): boolean {
  if (value === undefined) return false;
  if (value === null) return keep(field, undefined) === null;
  if (field.node.kind !== "map") return isCanonicalValue(field.node, value, quantity) && keep(field, value) === value;
  const count = isObject(value) ? canonicalEntries(field.node.value, value, quantity) : undefined;
  return count !== undefined && (count > 0 || keep(field, value) === value);
}

function isCanonicalValue(node: Node, value: unknown, quantity: Quantity): boolean {
  switch (node.kind) {
    case "scalar":
      return isPlain(node, value) || isCanonicalScalar(node, value, quantity);
    case "struct":
      return isCanonicalStruct(node, value, quantity);
    case "list":
      return (
        Array.isArray(value) &&
        value.every((element) => element !== null && isCanonicalValue(node.element, element, quantity))
      );
    case "map":
      return isObject(value) && canonicalEntries(node.value, value, quantity) !== undefined;
    default:
      return node satisfies never;
  }
}

/** How many entries a map has; undefined if one isn't canonical. */
function canonicalEntries(node: Node, value: Record<string, unknown>, quantity: Quantity): number | undefined {
  let last = "";
  let count = 0;
  for (const key in value) {
    const element = value[key];
    if (key < last || element === null || !isCanonicalValue(node, element, quantity)) return undefined;
    last = key;
    count++;
  }
  return count;
}

function isCanonicalScalar({ type }: ScalarNode, value: unknown, quantity: Quantity): boolean {
  switch (type) {
    case "raw":
    case "any":
    case "deduced":
      return true;
    case "float64":
      return typeof value === "number";
    case "intOrString":
      return typeof value === "string" || (typeof value === "number" && (value | 0) === value);
    case "string":
    case "boolean":
    case "int32":
    case "int64":
      return false;
    case "duration":
      return typeof value === "string";
    case "bytes":
      return typeof value === "string" && checkBase64(value) === value;
    case "quantity":
      return typeof value === "string" && quantity(value) === value;
    case "time":
      return typeof value === "string" && canonicalTime(value) === value;
    case "microTime":
      return typeof value === "string" && canonicalMicroTime(value) === value;
    default:
      return type satisfies never;
  }
}
