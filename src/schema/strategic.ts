import { jsonEqual } from "./equal.ts";
import type { Field, Node, StructNode } from "./dsl.ts";
import { isObject } from "./merge.ts";
import { setOwn } from "./parse.ts";

type Json = Record<string, unknown>;

/** A patch whose directives make no sense; the message is what Kubernetes says. */
export class PatchError extends Error {
  override readonly name = "PatchError";
}

const PATCH = "$patch";
const RETAIN_KEYS = "$retainKeys";
const DELETE_PRIMITIVES = "$deleteFromPrimitiveList/";
const ELEMENT_ORDER = "$setElementOrder/";

/** Strategic merge patch of a whole object. Neither argument is changed. */
export function strategicMerge(struct: StructNode, target: Json, patch: Json): Json {
  return mergeMap(struct, target, patch) ?? {};
}

/** undefined when the patch deletes the whole. */
function mergeMap(node: Node | undefined, target: Json, patch: Json): Json | undefined {
  const directive = patch[PATCH];
  if (directive === "replace") return withoutKeys(patch, [PATCH]);
  if (directive === "delete") return undefined;
  if (directive !== undefined && directive !== "merge") throw new PatchError(`unrecognized type: ${String(directive)}`);
  const result: Json = {};
  for (const [key, value] of Object.entries(target)) setOwn(result, key, value);
  retainKeys(result, patch);
  const orders = new Map<string, unknown[]>();
  for (const [key, value] of Object.entries(patch)) {
    if (key === PATCH || key === RETAIN_KEYS) continue;
    if (key.startsWith(ELEMENT_ORDER)) {
      orders.set(key.slice(ELEMENT_ORDER.length), value as unknown[]);
    } else if (key.startsWith(DELETE_PRIMITIVES)) {
      deletePrimitives(result, key.slice(DELETE_PRIMITIVES.length), value);
    } else if (value === null) {
      delete result[key];
    } else {
      setOwn(result, key, mergeField({ node: childOf(node, key), current: result[key], value }));
      if (result[key] === undefined) delete result[key];
    }
  }
  for (const [key, order] of orders)
    if (Array.isArray(result[key])) result[key] = reorder(result[key], order, childOf(node, key)?.options.mergeKey);
  return result;
}

interface FieldMerge {
  readonly node: Field | undefined;
  readonly current: unknown;
  readonly value: unknown;
}

function mergeField({ node: field, current, value }: FieldMerge): unknown {
  const strategies = field?.options.patch ?? [];
  if (isObject(value)) {
    const inner = field?.node;
    const replace = strategies.includes("replace");
    if (replace && value[PATCH] === undefined) return clean(value);
    return mergeMap(inner?.kind === "map" ? undefined : inner, isObject(current) ? current : {}, value);
  }
  if (!Array.isArray(value)) return value;
  if (!strategies.includes("merge") || field?.node.kind !== "list") return value.map(clean);
  const existing = Array.isArray(current) ? current : [];
  const { element } = field.node;
  if (element.kind === "scalar") return mergePrimitives(existing, value);
  return mergeObjects({ element, key: field.options.mergeKey ?? "", existing, patch: value as Json[] });
}

function mergePrimitives(existing: readonly unknown[], patch: readonly unknown[]): unknown[] {
  return [...existing, ...patch.filter((value) => !existing.includes(value))];
}

interface ListMerge {
  readonly element: Node;
  readonly key: string;
  readonly existing: readonly unknown[];
  readonly patch: readonly Json[];
}

function mergeObjects({ element, key, existing, patch }: ListMerge): unknown[] {
  if (patch.some((one) => isObject(one) && one[PATCH] === "replace" && one[key] === undefined)) {
    return patch.filter((one) => one[PATCH] !== "replace").map(clean);
  }
  let result = [...existing];
  for (const one of patch) {
    if (!isObject(one))
      throw new PatchError(`unable to find api field in struct for a list element of type ${typeof one}`);
    const mergeValue = one[key];
    if (mergeValue === undefined)
      throw new PatchError(`map: ${describe(one)} does not contain declared merge key: ${key}`);
    const matches = (other: unknown) => isObject(other) && jsonEqual(other[key], mergeValue);
    if (one[PATCH] === "delete") {
      result = result.filter((other) => !matches(other));
      continue;
    }
    const index = result.findIndex(matches);
    if (index < 0) result.push(clean(mergeMap(element, {}, one)));
    else result[index] = mergeMap(element, result[index] as Json, one);
  }
  return result;
}

function describe(value: Json): string {
  return `map[${Object.keys(value)
    .sort()
    .map((key) => `${key}:${isObject(value[key]) ? describe(value[key]) : String(value[key])}`)
    .join(" ")}]`;
}

function childOf(node: Node | undefined, key: string): Field | undefined {
  if (node?.kind !== "struct") return undefined;
  const own = node.fields.get(key);
  if (own && !own.options.inline) return own;
  for (const field of node.fields.values()) {
    const inner = field.options.inline ? childOf(field.node, key) : undefined;
    if (inner) return inner;
  }
  return undefined;
}

function retainKeys(result: Json, patch: Json): void {
  const retained = patch[RETAIN_KEYS];
  if (retained === undefined) return;
  if (!Array.isArray(retained)) throw new PatchError("invalid use of retainKeys patch directive");
  for (const key of Object.keys(patch)) {
    if (!key.startsWith("$") && patch[key] !== null && !retained.includes(key))
      throw new PatchError("$retainKeys directive doesn't contain all the fields present in the patch");
  }
  for (const key of Object.keys(result)) if (!retained.includes(key)) delete result[key];
}

function deletePrimitives(result: Json, key: string, doomed: unknown): void {
  if (!Array.isArray(doomed)) throw new PatchError("invalid use of deleteFromPrimitiveList patch directive");
  const current = result[key];
  if (Array.isArray(current)) result[key] = current.filter((value) => !doomed.includes(value));
}

/** Elements named in the order come in that order; the others keep their place relative to what they followed. */
function reorder(list: readonly unknown[], order: readonly unknown[], mergeKey: string | undefined): unknown[] {
  const keyOf = (element: unknown) => (mergeKey && isObject(element) ? element[mergeKey] : element);
  const wanted = order.map(keyOf);
  const positionOf = (element: unknown) => wanted.findIndex((one) => jsonEqual(one, keyOf(element)));
  const named = list.filter((element) => positionOf(element) >= 0).sort((a, b) => positionOf(a) - positionOf(b));
  const result: unknown[] = [];
  let next = 0;
  for (const element of list) {
    if (positionOf(element) < 0) result.push(element);
    else result.push(named[next++]!);
  }
  return result;
}

/** Without directives, at every depth. */
function clean(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((one) => !(isObject(one) && one[PATCH] === "delete")).map(clean);
  if (!isObject(value)) return value;
  const result: Json = {};
  for (const [key, inner] of Object.entries(value)) {
    if (
      key === PATCH ||
      key === RETAIN_KEYS ||
      key.startsWith(ELEMENT_ORDER) ||
      key.startsWith(DELETE_PRIMITIVES) ||
      inner === null
    )
      continue;
    setOwn(result, key, clean(inner));
  }
  return result;
}

function withoutKeys(value: Json, keys: readonly string[]): Json {
  return Object.fromEntries(Object.entries(value).filter(([key]) => !keys.includes(key)));
}
