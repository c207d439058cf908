import { elementStep, type Shape, shapeOfElement, shapeOfField } from "./field-set.ts";
import { isObject } from "./merge.ts";

type Json = Record<string, unknown>;

/** What is wanted over what is there. */
export function mergeValue(shape: Shape, base: unknown, wanted: unknown): unknown {
  if (wanted === undefined) return base;
  if (base === undefined || base === null) return wanted;
  // To a container null is an empty one, which adds nothing.
  if (wanted === null && shape.merge !== "atomic") return base;
  switch (shape.merge) {
    case "atomic":
      return wanted;
    case "struct":
    case "deduced":
    case "map": {
      if (!isObject(base) || !isObject(wanted)) return wanted;
      const result: Json = { ...base };
      for (const [name, value] of Object.entries(wanted)) {
        const inner = shapeOfKey(shape, name);
        result[name] = mergeValue(inner, base[name], value);
      }
      return result;
    }
    case "listMap":
      return mergeKeyed(shape, base as unknown[], wanted as unknown[]);
    case "set":
      return inPlace({
        base: base as unknown[],
        wanted: wanted as unknown[],
        merged: wanted as unknown[],
        stepOf: (one) => `v:${JSON.stringify(one)}`,
      });
  }
}

function mergeKeyed(
  shape: Extract<Shape, { merge: "listMap" }>,
  base: readonly unknown[],
  wanted: readonly unknown[],
): unknown[] {
  const inner = shapeOfElement(shape.node.element, shape.node.options);
  const stepOf = (element: unknown) => elementStep(shape, element);
  const existing = new Map(base.map((element) => [stepOf(element), element]));
  const merged = wanted.map((element) => mergeValue(inner, existing.get(stepOf(element)), element));
  return inPlace({ base, wanted, merged, stepOf });
}

interface Placing {
  readonly base: readonly unknown[];
  readonly wanted: readonly unknown[];
  /** What stands for each wanted element in the end. */
  readonly merged: readonly unknown[];
  readonly stepOf: (element: unknown) => string;
}

/** Wanted elements in their order, each before what followed it; the others where they were. */
function inPlace({ base, wanted, merged, stepOf }: Placing): unknown[] {
  const steps = wanted.map(stepOf);
  const result: unknown[] = [];
  let next = 0;
  for (const element of base) {
    const at = steps.indexOf(stepOf(element));
    if (at < 0) result.push(element);
    else while (next <= at) result.push(merged[next++]);
  }
  while (next < merged.length) result.push(merged[next++]);
  return result;
}

/** What is merged by keys. */
export type Keyed = Extract<Shape, { merge: "struct" | "map" | "deduced" }>;

/** How the value of one key of an object is merged. */
export function shapeOfKey(shape: Keyed, name: string): Shape {
  switch (shape.merge) {
    case "struct":
      return shapeOfField(shape.node, name);
    case "map":
      return shapeOfElement(shape.value, shape.options);
    case "deduced":
      return shape;
  }
}
