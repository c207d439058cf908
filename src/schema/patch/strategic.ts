import { jsonEqual, own } from "../../base/index.ts";
import { copyJson } from "../copy.ts";
import type { Field, Node, StructNode } from "../dsl.ts";
import { isMap, isObject } from "./merge.ts";
import { rawDigits, setOwn } from "../json/parse.ts";

type Json = Record<string, unknown>;

/** A patch whose directives make no sense; the message is what Kubernetes says. */
export class PatchError extends Error {
  override readonly name = "PatchError";
  /** Whose fault it is to the original: a bad request, something it can't process, or an error of its own. */
  readonly fault: "badRequest" | "unprocessable" | "internal";

  constructor(fault: PatchError["fault"], message: string) {
    super(message);
    this.fault = fault;
  }
}

const PATCH = "$patch";
const RETAIN_KEYS = "$retainKeys";
const DELETE_PRIMITIVES = "$deleteFromPrimitiveList/";
const ELEMENT_ORDER = "$setElementOrder/";

export interface StrategicResult {
  readonly merged: Json;
  /** The patch without the directives that were carried out, as messages about it show it. */
  readonly rest: Json;
}

/** Strategic merge patch of a whole object. Neither argument is changed; the result shares parts of the target. */
export function strategicMerge(struct: StructNode, target: Json, patch: Json): StrategicResult {
  const rest = copyJson(patch) as Json;
  return { merged: mergeMap({ node: struct, name: "struct" }, target, rest), rest };
}

/** The type of a value, and what kind of type that is to the original. */
interface Type {
  readonly node: Node;
  readonly name: string;
}

/** Takes the directives out of the patch as it carries them out. */
function mergeMap(type: Type, target: Json, patch: Json): Json {
  if (Object.hasOwn(patch, PATCH)) return wholeMap(patch);
  const result: Json = {};
  for (const [key, value] of Object.entries(target)) setOwn(result, key, value);
  retainKeys(result, patch);
  mergeOrdered(type, result, patch);
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith(DELETE_PRIMITIVES))
      deletePrimitives(type, result, { key: key.slice(DELETE_PRIMITIVES.length), doomed: value });
    else if (value === null) delete result[key];
    else mergeKey(type, result, { key, value });
  }
  return result;
}

/** A map whose patch says what becomes of it as a whole. */
function wholeMap(patch: Json): Json {
  const directive = patch[PATCH];
  if (directive === "delete") return {};
  if (directive !== "replace") throw unknownDirective(patch);
  delete patch[PATCH];
  return patch;
}

function unknownDirective(patch: Json): PatchError {
  const directive = patch[PATCH];
  const shown = typeof directive === "string" ? directive : `%!s(${goTypeOf(directive)}=${goText(directive)})`;
  return new PatchError("internal", `unknown patch type: ${shown} in map: ${goText(patch)}`);
}

interface Change {
  readonly key: string;
  readonly value: unknown;
}

function mergeKey(type: Type, result: Json, { key, value }: Change): void {
  const isThere = Object.hasOwn(result, key);
  if (!isThere || goTypeOf(result[key]) !== goTypeOf(value)) {
    dropNulls(value);
    const taken = withoutDirectives(value);
    if (taken === undefined) delete result[key];
    else setOwn(result, key, taken);
  } else if (isMap(value)) setOwn(result, key, mergeMapField(fieldAt(type, key), result[key] as Json, value));
  else if (Array.isArray(value))
    setOwn(result, key, mergeListField(listAt(type, key), result[key] as unknown[], value));
  else setOwn(result, key, value);
}

function mergeMapField(field: Field, current: Json, patch: Json): Json {
  return field.options.patch?.includes("replace") ? patch : mergeMap(typeOf(field), current, patch);
}

function mergeListField(field: ListField, current: readonly unknown[], patch: readonly unknown[]): readonly unknown[] {
  return field.options.patch?.includes("merge") ? mergeList(field, current, patch) : patch;
}

function mergeList(field: ListField, current: readonly unknown[], patch: readonly unknown[]): readonly unknown[] {
  if (current.length === 0 && patch.length === 0) return current;
  const key = field.options.mergeKey ?? "";
  if (!elementsAreMaps(current, patch)) {
    const merged = [...new Set([...current, ...patch])];
    return inOrder({ merged, order: patch, existing: current, key });
  }
  return mergeMaps(field, current, patch);
}

function mergeMaps(
  { element, options: { mergeKey: key = "" } }: ListField,
  current: readonly unknown[],
  patch: readonly unknown[],
) {
  if (key === "") throw new PatchError("internal", `cannot merge lists without merge key for ${element.name}`);
  const { existing, changes } = withoutSpecial(current as Json[], patch as Json[], key);
  const merged = mergeElements({ element, key, existing, changes });
  return inOrder({ merged, order: changes, existing, key });
}

/** Whether elements are maps; they must all be of one type. */
function elementsAreMaps(...lists: readonly (readonly unknown[])[]): boolean {
  const all = lists.flat(1);
  if (all.length === 0) throw new PatchError("internal", "no elements in any of the given slices");
  if (Array.isArray(all[0])) throw new PatchError("unprocessable", "lists of lists are not supported");
  if (new Set(all.map(goTypeOf)).size > 1)
    throw new PatchError("internal", `list element types are not identical: ${goText(lists)}`);
  return isMap(all[0]);
}

/** Carries out the elements of a patch that say what becomes of others. */
function withoutSpecial(
  current: readonly Json[],
  patch: readonly Json[],
  key: string,
): { existing: readonly Json[]; changes: readonly Json[] } {
  let existing = current;
  let isReplaced = false;
  const changes: Json[] = [];
  for (const one of patch) {
    if (!Object.hasOwn(one, PATCH)) changes.push(one);
    else if (one[PATCH] === "replace") isReplaced = true;
    else if (one[PATCH] === "delete") {
      const doomed = keyOf(one, key);
      existing = existing.filter((other) => !jsonEqual(other[key], doomed));
    } else if (one[PATCH] === "merge")
      throw new PatchError("internal", "merging lists cannot yet be specified in the patch");
    else throw unknownDirective(one);
  }
  return isReplaced ? { existing: changes, changes: [] } : { existing, changes };
}

interface ElementMerge {
  readonly element: Type;
  readonly key: string;
  readonly existing: readonly Json[];
  readonly changes: readonly Json[];
}

function mergeElements({ element, key, existing, changes }: ElementMerge): Json[] {
  const result = [...existing];
  for (const change of changes) {
    const wanted = keyOf(change, key);
    const index = result.findIndex((other) => Object.hasOwn(other, key) && jsonEqual(other[key], wanted));
    if (index < 0) result.push(change);
    else result[index] = mergeMap(element, result[index]!, change);
  }
  return result;
}

/** What tells an element from others: the value of its key, or all of it where there is none. */
function keyOf(element: unknown, key: string): unknown {
  if (key === "") return element;
  if (!isMap(element)) throw wrongType("map[string]interface {}", element);
  if (Object.hasOwn(element, key)) return element[key];
  throw new PatchError("internal", `map: ${goText(element)} does not contain declared merge key: ${key}`);
}

function wrongType(wanted: string, value: unknown): PatchError {
  return new PatchError("internal", `expected a ${wanted}, but received a ${goTypeOf(value)}`);
}

interface Ordering {
  readonly merged: readonly unknown[];
  /** How the elements that it holds are to follow each other. */
  readonly order: readonly unknown[];
  /** How the others do. */
  readonly existing: readonly unknown[];
  /** Of maps; empty for plain values. */
  readonly key: string;
}

/**
 * Elements named in the order follow each other as it says, the others as before. Where both meet, what stood in front
 * before stays in front; what is new comes first.
 */
function inOrder({ merged, order, existing, key }: Ordering): unknown[] {
  const positions = (list: readonly unknown[]) => {
    const keys = list.map((one) => keyOf(one, key));
    return (element: unknown) => keys.findIndex((one) => jsonEqual(one, keyOf(element, key)));
  };
  const inPatch = positions(order);
  const before = positions(existing);
  const named = merged.filter((one) => inPatch(one) >= 0).sort((a, b) => inPatch(a) - inPatch(b));
  const others = merged.filter((one) => inPatch(one) < 0).sort((a, b) => before(a) - before(b));
  const result: unknown[] = [];
  let next = 0;
  for (const other of others) {
    while (next < named.length && !(before(named[next]) >= 0 && before(other) < before(named[next])))
      result.push(named[next++]);
    result.push(other);
  }
  return [...result, ...named.slice(next)];
}

/** Merges the lists whose order the patch gives, and takes them out of the patch. */
function mergeOrdered(type: Type, result: Json, patch: Json): void {
  for (const [directive, order] of Object.entries(patch)) {
    if (!directive.startsWith(ELEMENT_ORDER)) continue;
    delete patch[directive];
    const key = directive.slice(ELEMENT_ORDER.length);
    const [existing, change] = [result[key], patch[key]];
    for (const one of [order, ...(Object.hasOwn(result, key) ? [existing] : []), ...(key in patch ? [change] : [])])
      if (!Array.isArray(one)) throw wrongType("[]interface {}", one);
    const field = listAt(type, key);
    const merged = orderedList(field, { order: order as unknown[], existing, change } as Ordered);
    if (!merged) continue;
    setOwn(result, key, merged);
    delete patch[key];
  }
}

interface Ordered {
  readonly order: readonly unknown[];
  readonly existing: readonly unknown[] | undefined;
  readonly change: readonly unknown[] | undefined;
}

/** The merged list in the order that the patch gives; undefined where there is neither a list nor a patch of it. */
function orderedList(field: ListField, { order, existing, change }: Ordered): unknown[] | undefined {
  const key = field.options.mergeKey ?? "";
  if (change) checkOrder(change, order, key);
  // Beside no list of the patch, what is to be ordered is looked at by its first element.
  else if (key !== "" && order.length > 0 && !order.some(isMap))
    throw new PatchError("internal", "value for key 0 is not a map");
  if (!existing && !change) return undefined;
  const merged = !change
    ? existing!
    : existing
      ? mergeListField(field, existing, change)
      : (withoutDirectives(change) as unknown[]);
  const ordered = inOrder({ merged, order, existing: existing ?? [], key });
  elementsAreMaps(existing ?? [], change ?? []);
  return ordered;
}

/** Elements of the patch must come in the order that it gives itself. */
function checkOrder(change: readonly unknown[], order: readonly unknown[], key: string): void {
  if (order.length === 0 || change.length === 0) return;
  for (const one of key === "" ? [] : change) if (!isMap(one)) throw wrongType("map[string]interface {}", one);
  const kept = key === "" ? change : change.filter((one) => !Object.hasOwn(one as Json, PATCH));
  let next = 0;
  for (const one of order) if (next < kept.length && jsonEqual(keyOf(kept[next], key), keyOf(one, key))) next++;
  if (next === kept.length) return;
  throw new PatchError(
    "internal",
    `The order in patch list:\n${goText(change)}\n doesn't match ${ELEMENT_ORDER.slice(0, -1)} list:\n${goText(order)}\n`,
  );
}

type ListField = Pick<Field, "options"> & { readonly element: Type };

/** The declaration of a list by its name; throws for what is none. */
function listAt(type: Type, key: string): ListField {
  const { node, options } = fieldAt(type, key);
  const name = options.element?.ptr ? "ptr" : goKindOf(node.kind === "list" ? node.element : node);
  if (node.kind === "list") return { options, element: { node: node.element, name } };
  if (options.ptr) return { options, element: { node, name } };
  throw new PatchError("internal", `expected slice or array type, but got: ${type.name}`);
}

function typeOf({ node, options }: Field): Type {
  return { node, name: options.ptr ? "ptr" : goKindOf(node) };
}

/** The declaration of a field by its name, whose case does not matter; throws for what is not declared. */
function fieldAt({ node }: Type, key: string): Field {
  if (node.kind === "map" || node.kind === "list")
    throw new PatchError(
      "internal",
      `merging an object in json but data type is not struct, instead is: ${goKindOf(node)}`,
    );
  const field = node.kind === "struct" ? (childOf(node, (name) => name === key) ?? looselyNamed(node, key)) : undefined;
  if (field) return field;
  const message = `unable to find api field in struct ${structName(node)} for the json field ${JSON.stringify(key)}`;
  throw new PatchError("internal", message);
}

function looselyNamed(node: StructNode, key: string): Field | undefined {
  const wanted = key.toLowerCase();
  return childOf(node, (name) => name.toLowerCase() === wanted);
}

function childOf(node: StructNode, isWanted: (name: string) => boolean): Field | undefined {
  for (const [name, field] of node.fields) {
    const found = field.options.inline ? childOf(field.node as StructNode, isWanted) : isWanted(name) && field;
    if (found) return found;
  }
  return undefined;
}

/** What the original calls a type whose fields can be looked up. */
function structName(node: Node): string {
  if (node.kind === "struct") return node.name.slice(node.name.lastIndexOf(".") + 1);
  return node.kind === "scalar" && node.type === "any" ? "JSON" : "RawExtension";
}

/** The kind of a type in the original. */
function goKindOf(node: Node): string {
  switch (node.kind) {
    case "map":
      return "map";
    case "list":
      return "slice";
    case "struct":
      return "struct";
    case "scalar":
      return own(SCALAR_KINDS, node.type) ?? "struct";
    default:
      return node satisfies never;
  }
}

const SCALAR_KINDS: Readonly<Record<string, string>> = {
  string: "string",
  boolean: "bool",
  int32: "int32",
  int64: "int64",
  float64: "float64",
  bytes: "slice",
};

function retainKeys(result: Json, patch: Json): void {
  if (!Object.hasOwn(patch, RETAIN_KEYS)) return;
  const retained = patch[RETAIN_KEYS];
  delete patch[RETAIN_KEYS];
  const isFree = (key: string) =>
    patch[key] === null || key.startsWith(DELETE_PRIMITIVES) || key.startsWith(ELEMENT_ORDER);
  if (!Array.isArray(retained) || Object.keys(patch).some((key) => !isFree(key) && !retained.includes(key)))
    throw new PatchError("badRequest", "invalid patch format of retainKeys");
  for (const key of Object.keys(result)) if (!retained.includes(key)) delete result[key];
}

function deletePrimitives(type: Type, result: Json, { key, doomed }: { key: string; doomed: unknown }): void {
  const current = result[key];
  if (doomed === null) delete result[key];
  if (!Array.isArray(current) || !Array.isArray(doomed)) return;
  const field = listAt(type, key);
  if (current.length === 0 && doomed.length === 0) return;
  if (elementsAreMaps(current, doomed)) result[key] = mergeMaps(field, current, doomed);
  else result[key] = current.filter((value) => !doomed.includes(value));
}

/** Takes nulls out of maps at every depth, in place. */
function dropNulls(value: unknown): void {
  if (Array.isArray(value)) value.forEach(dropNulls);
  if (!isMap(value)) return;
  for (const [key, inner] of Object.entries(value)) {
    if (inner === null) delete value[key];
    else dropNulls(inner);
  }
}

/** Without the maps that are directives, at every depth, in place; undefined for one. */
function withoutDirectives(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutDirectives).filter((one) => one !== undefined);
  if (!isMap(value)) return value;
  if (Object.hasOwn(value, PATCH)) return undefined;
  for (const [key, inner] of Object.entries(value)) {
    const kept = withoutDirectives(inner);
    if (kept === undefined) delete value[key];
    else setOwn(value, key, kept);
  }
  return value;
}

/** The name of a value's type in the original. */
function goTypeOf(value: unknown): string {
  if (value === null || value === undefined) return "%!s(<nil>)";
  if (typeof value === "string") return "string";
  if (typeof value === "boolean") return "bool";
  const digits = rawDigits(value);
  if (digits !== undefined) return /^-?\d+$/.test(digits) ? "int64" : "float64";
  if (typeof value === "number") return Number.isInteger(value) ? "int64" : "float64";
  return Array.isArray(value) ? "[]interface {}" : "map[string]interface {}";
}

/** A number as messages of the original print it: a whole one that 64 bits can't hold is a double there. */
export function goNumber(number: number | string): string {
  if (typeof number === "number" && !Number.isInteger(number)) return String(number);
  const given = BigInt(number);
  return given === BigInt.asIntN(64, given) ? String(given) : Number(number).toExponential();
}

/** A JSON value as messages of the original print it. */
export function goText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(goText).join(" ")}]`;
  if (value === null || value === undefined) return "<nil>";
  const number = typeof value === "number" ? value : rawDigits(value);
  if (number !== undefined) return goNumber(number);
  if (!isObject(value)) return String(value);
  const entries = Object.keys(value)
    .sort()
    .map((key) => `${key}:${goText(value[key])}`);
  return `map[${entries.join(" ")}]`;
}
