import { type Keyed, shapeOfKey } from "./apply-merge.ts";
import {
  elementStep,
  type FieldSet,
  fieldOf,
  intersection,
  isEmptySet,
  minus,
  setOf,
  type Shape,
  shapeOfElement,
  union,
} from "./field-set.ts";
import { isObject } from "../patch/merge.ts";

type Json = Record<string, unknown>;

export interface Ownership {
  /** What the manager applied before. */
  readonly last: FieldSet;
  /** What it applies now, and what everyone else has. */
  readonly owned: FieldSet;
}

/**
 * The merged value without what its manager no longer applies. A field goes with all that is in it, such as defaults,
 * once nobody owns any part of it; what the manager never had stays.
 */
export function prune(shape: Shape, merged: unknown, { last, owned }: Ownership): unknown {
  const everything = withFields(shape, setOf(shape, merged));
  const given = withFields(shape, last);
  const bare = removeItems(shape, merged, given);
  const stays = union(withFields(shape, setOf(shape, bare)), withFields(shape, owned));
  // A container of which only the parts go stays, and so do parts in it that the manager never had.
  const gone = within(everything, minus(everything, stays));
  return removeItems(shape, merged, intersection(gone, given));
}

/** The members of a set that are members of another one, or below one. */
function within(set: FieldSet, other: FieldSet): FieldSet {
  if (other.member) return set;
  const children = new Map<string, FieldSet>();
  for (const [step, child] of other.children) {
    const own = set.children.get(step);
    if (own) children.set(step, within(own, child));
  }
  return { member: false, children };
}

/** The set with every field of a struct that leads to one of its paths. */
function withFields(shape: Shape, set: FieldSet): FieldSet {
  const children = new Map<string, FieldSet>();
  for (const [step, child] of set.children) {
    if (isEmptySet(child)) continue;
    const inner = withFields(shapeAt(shape, step), child);
    const isField =
      shape.merge === "struct" && step.startsWith("f:") && fieldOf(shape.node, step.slice(2)) !== undefined;
    children.set(step, isField ? { ...inner, member: true } : inner);
  }
  return { member: set.member, children };
}

function shapeAt(shape: Shape, step: string): Shape {
  switch (shape.merge) {
    case "struct":
    case "map":
    case "deduced":
      return shapeOfKey(shape, step.slice(2));
    case "listMap":
      return shapeOfElement(shape.node.element, shape.node.options);
    case "set":
    case "atomic":
      return { merge: "atomic" };
    default:
      return shape satisfies never;
  }
}

/** The value without the members of a set; a map that loses all it had stays empty, a list goes (undefined). */
function removeItems(shape: Shape, value: unknown, gone: FieldSet): unknown {
  if (isEmptySet(gone)) return value;
  switch (shape.merge) {
    case "struct":
    case "map":
    case "deduced":
      return isObject(value) ? removeKeys(shape, value, gone) : value;
    case "listMap":
      return Array.isArray(value) ? removeElements(shape, value, gone) : value;
    case "set": {
      if (!Array.isArray(value)) return value;
      const left = value.filter((element) => !gone.children.get(`v:${JSON.stringify(element)}`)?.member);
      return left.length > 0 ? left : undefined;
    }
    case "atomic":
      return value;
    default:
      return shape satisfies never;
  }
}

function removeKeys(shape: Keyed, value: Json, gone: FieldSet): Json {
  const result: Json = { ...value };
  for (const [step, child] of gone.children) {
    const name = step.slice(2);
    if (!Object.hasOwn(result, name)) continue;
    const left = child.member ? undefined : removeItems(shapeOfKey(shape, name), result[name], child);
    if (left === undefined) delete result[name];
    else result[name] = left;
  }
  return result;
}

function removeElements(
  shape: Extract<Shape, { merge: "listMap" }>,
  value: readonly unknown[],
  gone: FieldSet,
): unknown[] | undefined {
  const inner = shapeOfElement(shape.node.element, shape.node.options);
  const left = value.flatMap((element) => {
    const child = gone.children.get(elementStep(shape, element));
    if (!child) return [element];
    if (child.member) return [];
    const rest = removeItems(inner, element, child);
    return rest === undefined ? [] : [rest];
  });
  return left.length > 0 ? left : undefined;
}
