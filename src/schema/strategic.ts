import { jsonEqual } from "../base/index.ts";
import type { Field, Node, StructNode } from "./dsl.ts";
import { isObject } from "./merge.ts";
import { rawDigits, setOwn } from "./parse.ts";

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

/** Strategic merge patch of a whole object. Neither argument is changed. */
export function strategicMerge(struct: StructNode, target: Json, patch: Json): Json {
  return mergeMap(struct, target, patch);
}

function mergeMap(node: Node | undefined, target: Json, patch: Json): Json {
  if (Object.hasOwn(patch, PATCH)) return wholeMap(patch);
  const result: Json = {};
  for (const [key, value] of Object.entries(target)) setOwn(result, key, value);
  retainKeys(result, patch);
  const ordered = orderLists(node, result, patch);
  for (const [key, value] of Object.entries(patch)) {
    if (key === RETAIN_KEYS || key.startsWith(ELEMENT_ORDER) || ordered.has(key)) continue;
    if (key.startsWith(DELETE_PRIMITIVES)) deletePrimitives(result, key.slice(DELETE_PRIMITIVES.length), value);
    else if (value === null) delete result[key];
    else setOwn(result, key, mergeField(childOf(node, key), result[key], value));
  }
  return result;
}

/** A map whose patch says what becomes of it as a whole. */
function wholeMap(patch: Json): Json {
  const { [PATCH]: directive, ...rest } = patch;
  if (directive === "replace") return rest;
  if (directive === "delete") return {};
  throw unknownDirective(patch);
}

function unknownDirective(patch: Json): PatchError {
  const directive = patch[PATCH];
  const shown = typeof directive === "string" ? directive : `%!s(${goTypeOf(directive)}=${goText(directive)})`;
  return new PatchError("internal", `unknown patch type: ${shown} in map: ${goText(patch)}`);
}

function mergeField(field: Field | undefined, current: unknown, value: unknown): unknown {
  const strategies = field?.options.patch ?? [];
  if (isObject(value)) {
    if (!isObject(current)) return withoutDirectives(value);
    if (strategies.includes("replace")) return value;
    return mergeMap(field?.node.kind === "map" ? undefined : field?.node, current, value);
  }
  if (!Array.isArray(value)) return value;
  if (!Array.isArray(current)) return withoutDirectives(value);
  return mergeList(field, current, value);
}

function mergeList(field: Field | undefined, current: readonly unknown[], patch: readonly unknown[]): unknown {
  if (!field?.options.patch?.includes("merge") || field.node.kind !== "list") return patch;
  if (current.length === 0 && patch.length === 0) return current;
  const key = field.options.mergeKey ?? "";
  const areMaps = elementsAreMaps(current, patch);
  if (!areMaps) {
    const merged = [...new Set([...current, ...patch])];
    return inOrder({ merged, order: patch, existing: current, key: "" });
  }
  if (key === "") throw new PatchError("internal", "cannot merge lists without merge key for field");
  const { existing, changes } = withoutSpecial(current as Json[], patch as Json[], key);
  const merged = mergeElements({ element: field.node.element, key, existing, changes });
  return inOrder({ merged, order: changes, existing, key });
}

/** Whether elements are maps; they must all be of one type. */
function elementsAreMaps(...lists: readonly (readonly unknown[])[]): boolean {
  const all = lists.flat(1);
  if (Array.isArray(all[0])) throw new PatchError("unprocessable", "lists of lists are not supported");
  const types = new Set(all.map((one) => (isObject(one) ? "map" : typeof one)));
  if (types.size > 1) throw new PatchError("internal", `list element types are not identical: ${goText(lists)}`);
  return isObject(all[0]);
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
  readonly element: Node;
  readonly key: string;
  readonly existing: readonly Json[];
  readonly changes: readonly Json[];
}

function mergeElements({ element, key, existing, changes }: ElementMerge): Json[] {
  const result = [...existing];
  for (const change of changes) {
    const wanted = keyOf(change, key);
    const index = result.findIndex((other) => jsonEqual(other[key], wanted));
    if (index < 0) result.push({ ...(withoutDirectives(change) as Json), [key]: wanted });
    else result[index] = mergeMap(element, result[index]!, change);
  }
  return result;
}

function keyOf(element: unknown, key: string): unknown {
  if (key === "") return element;
  if (isObject(element) && Object.hasOwn(element, key)) return element[key];
  throw new PatchError("internal", `map: ${goText(element)} does not contain declared merge key: ${key}`);
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

/** Merges the lists whose order the patch gives; says which fields that were. */
function orderLists(node: Node | undefined, result: Json, patch: Json): Set<string> {
  const done = new Set<string>();
  for (const [directive, order] of Object.entries(patch)) {
    if (!directive.startsWith(ELEMENT_ORDER)) continue;
    const name = directive.slice(ELEMENT_ORDER.length);
    const field = childOf(node, name);
    const key = field?.options.mergeKey ?? "";
    const existing = result[name];
    const change = patch[name];
    if (!Array.isArray(order)) throw badOrder();
    if (Object.hasOwn(patch, name)) checkOrder(change, order, key);
    if (!Array.isArray(existing) && !Array.isArray(change)) continue;
    const merged = Array.isArray(change) ? mergeField(field, existing, change) : existing;
    const previous = Array.isArray(existing) ? existing : [];
    setOwn(result, name, inOrder({ merged: merged as unknown[], order, existing: previous, key }));
    done.add(name);
  }
  return done;
}

function badOrder(): PatchError {
  return new PatchError("badRequest", "invalid patch format of setElementOrder list");
}

/** Elements of the patch must come in the order that it gives itself. */
function checkOrder(change: unknown, order: readonly unknown[], key: string): void {
  if (!Array.isArray(change)) throw badOrder();
  if (order.length === 0 || change.length === 0) return;
  const kept = key === "" ? change : change.filter((one) => !(isObject(one) && one[PATCH] === "delete"));
  let next = 0;
  for (const one of order) if (next < kept.length && jsonEqual(keyOf(kept[next], key), keyOf(one, key))) next++;
  if (next === kept.length) return;
  throw new PatchError(
    "internal",
    `The order in patch list:\n${goText(change)}\n doesn't match ${ELEMENT_ORDER.slice(0, -1)} list:\n${goText(order)}\n`,
  );
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
  if (!Object.hasOwn(patch, RETAIN_KEYS)) return;
  const retained = patch[RETAIN_KEYS];
  const isFree = (key: string) =>
    key === RETAIN_KEYS || patch[key] === null || key.startsWith(DELETE_PRIMITIVES) || key.startsWith(ELEMENT_ORDER);
  if (!Array.isArray(retained) || Object.keys(patch).some((key) => !isFree(key) && !retained.includes(key)))
    throw new PatchError("badRequest", "invalid patch format of retainKeys");
  for (const key of Object.keys(result)) if (!retained.includes(key)) delete result[key];
}

function deletePrimitives(result: Json, key: string, doomed: unknown): void {
  const current = result[key];
  if (!Array.isArray(current)) return;
  if (!Array.isArray(doomed)) throw new PatchError("badRequest", "invalid patch format of primitive list");
  result[key] = current.filter((value) => !doomed.includes(value));
}

/** Without directives and nulls, at every depth. */
function withoutDirectives(value: unknown): unknown {
  if (Array.isArray(value))
    return value.filter((one) => !(isObject(one) && one[PATCH] === "delete")).map(withoutDirectives);
  if (!isObject(value)) return value;
  const result: Json = {};
  for (const [key, inner] of Object.entries(value)) {
    const isDirective =
      key === PATCH || key === RETAIN_KEYS || key.startsWith(ELEMENT_ORDER) || key.startsWith(DELETE_PRIMITIVES);
    if (!isDirective && inner !== null) setOwn(result, key, withoutDirectives(inner));
  }
  return result;
}

function goTypeOf(value: unknown): string {
  if (typeof value === "boolean") return "bool";
  if (typeof value === "number") return Number.isInteger(value) ? "int64" : "float64";
  return Array.isArray(value) ? "[]interface {}" : "map[string]interface {}";
}

/** A JSON value as messages of the original print it. */
export function goText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(goText).join(" ")}]`;
  if (value === null || value === undefined) return "<nil>";
  if (!isObject(value)) return String(value);
  const digits = rawDigits(value);
  if (digits !== undefined) return digits;
  const entries = Object.keys(value)
    .sort()
    .map((key) => `${key}:${goText(value[key])}`);
  return `map[${entries.join(" ")}]`;
}
