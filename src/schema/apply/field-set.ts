import { jsonEqual } from "../../base/index.ts";
import type { Field, ListNode, Node, StructNode } from "../dsl.ts";
import { isObject } from "../patch/merge.ts";

type Json = Record<string, unknown>;

/**
 * Paths of an object, as a tree. A step is written as FieldsV1 writes it: `f:name` a field, `k:{…}` a list element by its
 * keys, `v:…` a set element by its value. `member` says that the path itself is in the set.
 */
export interface FieldSet {
  member: boolean;
  readonly children: Map<string, FieldSet>;
  /** The FieldsV1 form, where there is a shorter way to it than over the children. */
  readonly written?: () => Json;
}

/** A set without paths. */
export function emptySet(): FieldSet {
  return { member: false, children: new Map() };
}

/** A path that ends here; all sets share it, since objects may have a hundred thousand leaves. */
const LEAF: FieldSet = Object.freeze({ member: true, children: new Map() });

/** The same for whoever only looks: nobody adds to it. */
const NO_PATHS: FieldSet = Object.freeze(emptySet());

export function isEmptySet(set: FieldSet): boolean {
  if (set.member) return false;
  for (const child of set.children.values()) if (!isEmptySet(child)) return false;
  return true;
}

/** Whether a client's FieldsV1 form can be read. */
export function isFieldsV1(fields: unknown): boolean {
  if (!isObject(fields)) return false;
  return Object.entries(fields).every(([step, below]) => (step === "." || isStep(step)) && isFieldsV1(below));
}

function isStep(step: string): boolean {
  if (step[1] !== ":") return false;
  const rest = step.slice(2);
  if (step[0] === "i") return /^-?\d+$/.test(rest);
  if (step[0] !== "k" && step[0] !== "v") return true;
  try {
    return isObject(JSON.parse(rest)) || step[0] === "v";
  } catch {
    return false;
  }
}

/** Reads the FieldsV1 form. */
export function setFromFieldsV1(fields: Json): FieldSet {
  const set = emptySet();
  for (const [key, value] of Object.entries(fields)) {
    if (key === ".") set.member = true;
    // Kinds of steps that came later are passed over.
    else if (stepOrder(key) < 0) continue;
    else if (isObject(value) && Object.keys(value).length > 0) set.children.set(key, setFromFieldsV1(value));
    else set.children.set(key, LEAF);
  }
  return set;
}

/** Writes the FieldsV1 form, keys in order. */
export function setToFieldsV1(set: FieldSet): Json {
  if (set.written) return set.written();
  if (set.children.size === 0) return NOTHING_BELOW;
  const result: Json = {};
  if (set.member) result["."] = NOTHING_BELOW;
  for (const key of orderedSteps(set)) {
    const child = set.children.get(key)!;
    if (!isEmptySet(child)) result[key] = setToFieldsV1(child);
  }
  return result;
}

/** Nobody writes into fields that are written. */
const NOTHING_BELOW: Json = Object.freeze({});

const STEP_KINDS = "fkvi";
const stepOrder = (step: string): number => STEP_KINDS.indexOf(step[0] ?? "?");

/** They mostly are in order, as the object's fields are. */
function orderedSteps({ children }: FieldSet): Iterable<string> {
  let last: string | undefined;
  for (const step of children.keys()) {
    if (last !== undefined && compareSteps(last, step) > 0) return [...children.keys()].sort(compareSteps);
    last = step;
  }
  return children.keys();
}

function compareSteps(a: string, b: string): number {
  return stepOrder(a) - stepOrder(b) || (a < b ? -1 : a > b ? 1 : 0);
}

/** Whether some path is in both, one of which is in the FieldsV1 form. */
export function touches(fields: Json, set: FieldSet): boolean {
  for (const [step, child] of set.children) {
    const inner = Object.hasOwn(fields, step) ? (fields[step] as Json) : undefined;
    if (inner && ((child.member && isMember(inner)) || touches(inner, child))) return true;
  }
  return false;
}

/** Whether every path of a set is in one in the FieldsV1 form. */
export function covers(fields: Json, set: FieldSet): boolean {
  for (const [step, child] of set.children) {
    if (isEmptySet(child)) continue;
    const inner = Object.hasOwn(fields, step) ? (fields[step] as Json) : undefined;
    if (!inner || (child.member && !isMember(inner)) || !covers(inner, child)) return false;
  }
  return true;
}

/** Whether a path is in a set in the FieldsV1 form, by what stands there for it. */
function isMember(fields: Json): boolean {
  return Object.hasOwn(fields, ".") || Object.keys(fields).length === 0;
}

/** Everything that is in either. */
export function union(a: FieldSet, b: FieldSet): FieldSet {
  const result: FieldSet = { member: a.member || b.member, children: new Map(a.children) };
  for (const [key, child] of b.children) {
    const own = result.children.get(key);
    result.children.set(key, own ? union(own, child) : child);
  }
  return result;
}

/** Paths of `a` that are not in `b`. */
export function minus(a: FieldSet, b: FieldSet): FieldSet {
  if ((b.children.size === 0 && !b.member) || a === NO_PATHS) return a;
  const result: FieldSet = { member: a.member && !b.member, children: new Map() };
  for (const [key, child] of a.children) {
    const other = b.children.get(key);
    const left = other ? minus(child, other) : child;
    if (!isEmptySet(left)) result.children.set(key, left);
  }
  return result;
}

/** Paths of `a` that are neither in `b` nor below one of its. */
export function outside(a: FieldSet, b: FieldSet): FieldSet {
  if (b.member) {
    lookThrough(a);
    return NO_PATHS;
  }
  if (b.children.size === 0) return a;
  const result: FieldSet = { member: a.member, children: new Map() };
  for (const [key, child] of a.children) {
    const other = b.children.get(key);
    const left = other ? outside(child, other) : child;
    if (!isEmptySet(left)) result.children.set(key, left);
  }
  return result;
}

/** Throws a {@link KeylessError} where a part can't be told from others, although nobody asks for its paths. */
function lookThrough(set: FieldSet): void {
  for (const child of set.children.values()) lookThrough(child);
}

/** The set of these paths, each written as its fields' names with dots between. */
export function fieldsAt(paths: readonly string[]): FieldSet {
  const set = emptySet();
  for (const path of paths) {
    let at = set;
    for (const name of path.split(".")) {
      const next = at.children.get(`f:${name}`) ?? emptySet();
      at.children.set(`f:${name}`, next);
      at = next;
    }
    at.member = true;
  }
  return set;
}

/** Paths that are in both. */
export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  const result: FieldSet = { member: a.member && b.member, children: new Map() };
  for (const [key, child] of a.children) {
    const other = b.children.get(key);
    if (!other) continue;
    const both = intersection(child, other);
    if (!isEmptySet(both)) result.children.set(key, both);
  }
  return result;
}

/** All paths, each as its steps: at each level those that end there before those that lead on. */
export function* pathsOf(set: FieldSet, prefix: readonly string[] = []): Iterable<readonly string[]> {
  const children = [...set.children].sort(([a], [b]) => compareSteps(a, b));
  for (const [step, child] of children) if (child.member) yield [...prefix, step];
  for (const [step, child] of children) yield* pathsOf(child, [...prefix, step]);
}

/** A path as messages show it: .spec.containers[name="c"].image */
export function pathText(steps: readonly string[]): string {
  return steps
    .map((step) => {
      const rest = step.slice(2);
      if (step.startsWith("f:")) return `.${rest}`;
      if (step.startsWith("v:")) return `[=${rest}]`;
      if (step.startsWith("i:")) return `[${rest}]`;
      const keys = Object.entries(JSON.parse(rest) as Json).map(([key, value]) => `${key}=${keyText(value)}`);
      return `[${keys.join(",")}]`;
    })
    .join("");
}

/** A key's value as messages show it: of an object its parts, one behind the other. */
function keyText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(keyText).join(",")}]`;
  if (!isObject(value)) return JSON.stringify(value);
  return Object.entries(value)
    .map(([name, inner]) => `${name}=${keyText(inner)}`)
    .join("");
}

/** How a value is merged: as one, by its fields, by keys of its elements, or by their values. */
export type Shape =
  /** The type, where it is known. */
  | { readonly merge: "atomic"; readonly node?: Node }
  /** Any value: an object is merged by its keys, anything else as one. */
  | { readonly merge: "deduced" }
  | { readonly merge: "struct"; readonly node: StructNode }
  | { readonly merge: "map"; readonly value: Node; readonly options?: Field["options"] | undefined }
  | { readonly merge: "listMap"; readonly node: ListNode; readonly keys: readonly string[] }
  | { readonly merge: "set"; readonly node: ListNode };

type ListShape = Extract<Shape, { merge: "listMap" | "set" }>;

/** The shape of a field's value. */
function shapeOf(node: Node, options: Field["options"]): Shape {
  if (options.atomic) return { merge: "atomic", node };
  // A field may take apart what its type calls one value.
  if (options.atomic === false && node.kind === "struct") return { merge: "struct", node };
  switch (node.kind) {
    case "scalar":
      return node.type === "deduced" ? DEDUCED : { merge: "atomic", node };
    case "struct":
      return node.atomic ? { merge: "atomic", node } : { merge: "struct", node };
    case "map":
      return { merge: "map", value: node.value, options: node.options };
    case "list":
      if (options.list === "map" && options.keys) return { merge: "listMap", node, keys: options.keys };
      return { merge: options.list === "set" ? "set" : "atomic", node };
  }
}

const NO_OPTIONS = {};
const DEDUCED: Shape = { merge: "deduced" };

const shapes = new WeakMap<Field, Shape>();

/** The shape of one field of a struct; a struct that keeps what it doesn't declare merges that by keys. */
export function shapeOfField(struct: StructNode, name: string): Shape {
  const field = fieldOf(struct, name);
  if (field) {
    let shape = shapes.get(field);
    if (!shape) shapes.set(field, (shape = shapeOf(field.node, field.options)));
    return shape;
  }
  return keepsUndeclared(struct) ? DEDUCED : { merge: "atomic" };
}

/** Whether what a struct does not declare may be said of it. */
export const keepsUndeclared = ({ options }: StructNode): boolean =>
  options.preserve === true || options.loose === true;

/** The shape of an element of a list or of a value of a map. */
export function shapeOfElement(node: Node, options: Field["options"] | undefined): Shape {
  return shapeOf(node, options ?? NO_OPTIONS);
}

/** The field of a struct by its JSON name, also through inline ones. */
export function fieldOf(struct: StructNode, name: string): Field | undefined {
  const own = struct.fields.get(name);
  if (own && !own.options.inline) return own;
  for (const field of struct.fields.values()) {
    const inner = field.options.inline ? fieldOf(field.node as StructNode, name) : undefined;
    if (inner) return inner;
  }
  return undefined;
}

interface Part {
  readonly value: unknown;
  readonly shape: Shape;
  /** It stands for several elements of one key. */
  readonly isRepeated?: true;
}

type Parts = ReadonlyMap<string, Part>;

/** The parts of a value by step; undefined for what is merged as one. */
function partsOf(shape: Shape, value: unknown): Parts | undefined {
  if (shape.merge === "atomic") return undefined;
  const parts = new Map<string, Part>();
  switch (shape.merge) {
    case "struct":
      if (!isObject(value)) return undefined;
      for (const [name, inner] of Object.entries(value))
        parts.set(`f:${name}`, { value: inner, shape: shapeOfField(shape.node, name) });
      return parts;
    case "deduced":
      if (!isObject(value)) return undefined;
      for (const [name, inner] of Object.entries(value)) parts.set(`f:${name}`, { value: inner, shape: DEDUCED });
      return parts;
    case "map":
      if (!isObject(value)) return undefined;
      for (const [name, inner] of Object.entries(value))
        parts.set(`f:${name}`, { value: inner, shape: shapeOfElement(shape.value, shape.options) });
      return parts;
    case "listMap":
    case "set":
      if (!Array.isArray(value)) return undefined;
      for (const [step, elements] of Map.groupBy(value, (element) => stepOf(shape, element)))
        parts.set(step, elementPart(shape, elements));
      return parts;
  }
}

function stepOf(shape: ListShape, element: unknown): string {
  return shape.merge === "set" ? `v:${JSON.stringify(element)}` : elementStep(shape, element);
}

/** The elements that share a step: several are one whole, of which nobody owns a part. */
function elementPart(shape: ListShape, elements: readonly unknown[]): Part {
  if (elements.length > 1) return { value: elements, shape: { merge: "atomic" }, isRepeated: true };
  const [value] = elements;
  if (shape.merge === "set") return { value, shape: { merge: "atomic" } };
  return { value, shape: shapeOfElement(shape.node.element, shape.node.options) };
}

/** The parts of an object can't be told apart, such as elements without keys: nobody can say who manages it. */
export class KeylessError extends Error {
  override readonly name = "KeylessError";
}

/** The step of an element of a keyed list, by the keys that it has or gets by default; throws {@link KeylessError}. */
export function elementStep(
  { node, keys }: { readonly node: ListNode; readonly keys: readonly string[] },
  element: unknown,
): string {
  const values: Json = {};
  let isKeyless = true;
  for (const key of [...keys].sort()) {
    const value = isObject(element) && element[key] !== undefined ? element[key] : defaultKey(node, key);
    if (value === undefined) continue;
    values[key] = value;
    isKeyless = false;
  }
  if (isKeyless) throw new KeylessError(`tell elements of a list apart: one has none of ${keys.join(", ")}`);
  return `k:${JSON.stringify(values)}`;
}

/** Whether an element of a keyed list neither has nor gets by default any of its keys. */
export function lacksKeys(
  { node, keys }: { readonly node: ListNode; readonly keys: readonly string[] },
  element: Json,
): boolean {
  return keys.every((key) => element[key] === undefined && defaultKey(node, key) === undefined);
}

function defaultKey({ element }: ListNode, key: string): unknown {
  const field = element.kind === "struct" ? fieldOf(element, key) : undefined;
  return field?.options.default ?? (field?.options.always ? zeroOf(field.node) : undefined);
}

/** What a field that is always written has where it isn't given. */
function zeroOf(node: Node): unknown {
  if (node.kind !== "scalar") return undefined;
  if (node.type === "string") return "";
  return node.type === "int32" || node.type === "int64" ? 0 : undefined;
}

/** All paths of a value that someone sets: leaves, elements of lists, and empty containers other than lists. */
export function setOf(shape: Shape, value: unknown): FieldSet {
  const parts = partsOf(shape, value);
  if (!parts) return LEAF;
  const isList = shape.merge === "listMap" || shape.merge === "set";
  const set: FieldSet = { member: parts.size === 0 && !isList, children: new Map() };
  for (const [step, part] of parts) {
    const child = setOf(part.shape, part.value);
    // What isn't a declared field is managed itself, beside what is in it.
    const isManaged = child.member || step.startsWith("k:") || !isDeclared(shape, step);
    set.children.set(step, isManaged === child.member ? child : { ...child, member: true });
  }
  return set;
}

function isDeclared(shape: Shape, step: string): boolean {
  if (shape.merge === "map" || shape.merge === "deduced") return false;
  return shape.merge !== "struct" || fieldOf(shape.node, step.slice(2)) !== undefined;
}

/** What differs between two values. */
export interface Comparison {
  /** Added or changed. */
  readonly changed: FieldSet;
  readonly removed: FieldSet;
}

const SAME: Comparison = { changed: NO_PATHS, removed: NO_PATHS };

/** Compares two values of one shape; undefined for absent. */
export function compareValues(shape: Shape, before: unknown, after: unknown): Comparison {
  // Most of what a write sends is what was there: not worth taking apart.
  if (before !== undefined && jsonEqual(before, after)) return SAME;
  const shapeOfName = namesOf(shape);
  return shapeOfName && isObject(before) && isObject(after)
    ? compareNamed(shapeOfName, before, after)
    : compareParts(shape, { before, after, compare: compareValues });
}

/** The same without the shortcuts. */
export function comparePlainly(shape: Shape, before: unknown, after: unknown): Comparison {
  return compareParts(shape, { before, after, compare: comparePlainly });
}

interface Compared {
  readonly before: unknown;
  readonly after: unknown;
  /** How parts are compared. */
  readonly compare: typeof compareValues;
}

function compareParts(shape: Shape, { before, after, compare }: Compared): Comparison {
  if (after === undefined)
    return { changed: NO_PATHS, removed: before === undefined ? NO_PATHS : whole(shape, before) };
  if (before === undefined) return { changed: whole(shape, after), removed: NO_PATHS };
  const [had, has] = [partsOf(shape, before), partsOf(shape, after)];
  if (!had && !has && !jsonEqual(before, after)) return { changed: LEAF, removed: NO_PATHS };
  // Two that hold nothing are told apart as they are. Beside one that holds something, null is one that holds nothing.
  const isSwitched = (!had && before !== null) || (!has && after !== null);
  if (isSwitched || (holdsNothing(before) && holdsNothing(after)))
    return {
      changed: { member: !jsonEqual(before, after), children: childrenOf(has) },
      removed: { member: false, children: childrenOf(had) },
    };
  return compareEach({ had: had ?? new Map(), has: has ?? new Map(), compare });
}

/** All that is in a value whose other side has nothing of its kind. */
function childrenOf(parts: Parts | undefined): Map<string, FieldSet> {
  if (!parts) return NO_PATHS.children;
  return new Map([...parts].map(([step, part]) => [step, whole(part.shape, part.value)]));
}

interface ComparedParts {
  readonly had: Parts;
  readonly has: Parts;
  readonly compare: typeof compareValues;
}

function compareEach({ had, has, compare }: ComparedParts): Comparison {
  const changed = emptySet();
  const removed = emptySet();
  for (const [step, part] of has) {
    const inner = comparePart(had.get(step), part, compare);
    if (inner === SAME) continue;
    if (!isEmptySet(inner.changed)) changed.children.set(step, inner.changed);
    if (!isEmptySet(inner.removed)) removed.children.set(step, inner.removed);
  }
  for (const [step, part] of had) if (!has.has(step)) removed.children.set(step, whole(part.shape, part.value));
  return { changed, removed };
}

function comparePart(before: Part | undefined, after: Part, compare: typeof compareValues): Comparison {
  // What was one element and is several of one key now, or the other way round, went and came.
  if (before && before.isRepeated !== after.isRepeated)
    return { changed: whole(after.shape, after.value), removed: whole(before.shape, before.value) };
  return compare(after.shape, before?.value, after.value);
}

/** Whether a value is null, or a container with nothing in it. */
export function holdsNothing(value: unknown): boolean {
  return value === null || (typeof value === "object" && Object.keys(value as object).length === 0);
}

/** The shapes of what is merged by names; undefined for all else. */
function namesOf(shape: Shape): ((name: string) => Shape) | undefined {
  switch (shape.merge) {
    case "struct":
      return (name) => shapeOfField(shape.node, name);
    case "deduced":
      return () => DEDUCED;
    case "map": {
      const one = shapeOfElement(shape.value, shape.options);
      return () => one;
    }
    default:
      return undefined;
  }
}

/** Two objects, name by name: nothing is made of those that are the same, which most are. */
function compareNamed(shapeOfName: (name: string) => Shape, before: Json, after: Json): Comparison {
  let changed: FieldSet | undefined;
  let removed: FieldSet | undefined;
  for (const name in after) {
    const had = Object.hasOwn(before, name) ? before[name] : undefined;
    if (had === after[name] && had !== undefined) continue;
    const inner = compareValues(shapeOfName(name), had, after[name]);
    if (inner === SAME) continue;
    if (!isEmptySet(inner.changed)) (changed ??= emptySet()).children.set(`f:${name}`, inner.changed);
    if (!isEmptySet(inner.removed)) (removed ??= emptySet()).children.set(`f:${name}`, inner.removed);
  }
  for (const name in before)
    if (!Object.hasOwn(after, name))
      (removed ??= emptySet()).children.set(`f:${name}`, whole(shapeOfName(name), before[name]));
  return { changed: changed ?? NO_PATHS, removed: removed ?? NO_PATHS };
}

/** Every path of a value, containers included: it came, or went, as a whole. */
function whole(shape: Shape, value: unknown): FieldSet {
  return shape.merge === "atomic" ? LEAF : new Whole(shape, value);
}

/** All of a value. Its paths are looked for when somebody asks for them: most of what comes is only written. */
class Whole implements FieldSet {
  readonly member = true;
  readonly #shape: Shape;
  readonly #value: unknown;
  #children: Map<string, FieldSet> | undefined;

  constructor(shape: Shape, value: unknown) {
    this.#shape = shape;
    this.#value = value;
  }

  get children(): Map<string, FieldSet> {
    if (!this.#children) {
      this.#children = new Map();
      for (const [step, part] of partsOf(this.#shape, this.#value) ?? [])
        this.#children.set(step, whole(part.shape, part.value));
    }
    return this.#children;
  }

  written(): Json {
    return wholeFieldsV1(this.#shape, this.#value);
  }
}

function wholeFieldsV1(shape: Shape, value: unknown): Json {
  if (shape.merge === "atomic") return NOTHING_BELOW;
  const shapeOfName = namesOf(shape);
  if (!shapeOfName) return setToFieldsV1({ member: true, children: new Whole(shape, value).children });
  if (!isObject(value)) return NOTHING_BELOW;
  const names = Object.keys(value);
  if (names.length === 0) return NOTHING_BELOW;
  const result: Json = { ".": NOTHING_BELOW };
  for (const name of names.sort()) result[`f:${name}`] = wholeFieldsV1(shapeOfName(name), value[name]);
  return result;
}
