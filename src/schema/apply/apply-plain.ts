import type { StructNode } from "../dsl.ts";
import { mergeValue, shapeOfKey } from "./apply-merge.ts";
import { type Shape, shapeOfElement } from "./field-set.ts";
import { objectShape } from "./managed-fields.ts";
import { isObject } from "../patch/merge.ts";
import { AtomicApplyError, checkTyped } from "../typed.ts";

type Json = Record<string, unknown>;

/** An object with a configuration merged into it that nobody will own; it may not set what is replaced as a whole. */
export function mergeApplied(struct: StructNode, base: Json, config: Json): Json {
  const shape = objectShape(struct);
  checkTyped(shape, config);
  const atomic = atomicIn(shape, config, "");
  if (atomic !== undefined) throw new AtomicApplyError(`may not mutate atomic arrays, maps or structs: ${atomic}`);
  return mergeValue(shape, base, config) as Json;
}

/** The first place at which a list or an object stands that counts as one value. */
function atomicIn(shape: Shape, value: unknown, path: string): string | undefined {
  if (Array.isArray(value)) {
    if (shape.merge !== "listMap" && shape.merge !== "set") return path;
    const inner = shapeOfElement(shape.node.element, shape.node.options);
    return firstOf(value.entries(), ([index, one]) => atomicIn(inner, one, `${path}[${index}]`));
  }
  if (!isObject(value)) return undefined;
  if (shape.merge !== "struct" && shape.merge !== "map" && shape.merge !== "deduced") return path;
  return firstOf(Object.entries(value), ([name, one]) => atomicIn(shapeOfKey(shape, name), one, `${path}.${name}`));
}

function firstOf<T>(all: Iterable<T>, find: (one: T) => string | undefined): string | undefined {
  for (const one of all) {
    const found = find(one);
    if (found !== undefined) return found;
  }
  return undefined;
}
