import { elementStep, holdsNothing, type Shape, shapeOfElement, shapeOfField } from "./field-set.ts";
import { isMap, isObject } from "../patch/merge.ts";

type Json = Record<string, unknown>;

/** What is wanted over what is there. */
export function mergeValue(shape: Shape, base: unknown, wanted: unknown): unknown {
  if (wanted === undefined) return base;
  if (base === undefined || base === null) return wanted;
  // To a container null is an empty one, which adds nothing; one that is empty itself it takes the place of.
  if (wanted === null && shape.merge !== "atomic" && (shape.merge !== "deduced" || isMap(base)))
    return holdsNothing(base) ? null : base;
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
  const existing = Map.groupBy(base, stepOf);
  const merged = wanted.map((element) => {
    const [one, another] = existing.get(stepOf(element)) ?? [];
    // It takes the place of several that share a key.
    return mergeValue(inner, another === undefined ? one : undefined, element);
  });
  return inPlace({ base, wanted, merged, stepOf });
}

interface Placing {
  readonly base: readonly unknown[];
  readonly wanted: readonly unknown[];
  /** What stands for each wanted element in the end. */
  readonly merged: readonly unknown[];
  readonly stepOf: (element: unknown) => string;
}

/**
 * Wanted elements in their order, between the others, which stay in theirs. Both lists are gone through side by side: an
 * element that both have is passed over in the old one until its turn comes in the new one, and what only the new one has
 * waits until the old one comes to an element that both have.
 */
function inPlace({ base, wanted, merged, stepOf }: Placing): unknown[] {
  const [old, steps] = [base.map(stepOf), wanted.map(stepOf)];
  const isWanted = new Set(steps);
  const placed = new Set<string>();
  const isOld = new Set(old);
  const shared = steps.filter((step) => isOld.has(step));
  const result: unknown[] = [];
  for (let at = 0, next = 0; at < old.length || next < steps.length; ) {
    const [here, step] = [old[at], steps[next]];
    if (here !== undefined && !isWanted.has(here)) {
      result.push(base[at++]);
      continue;
    }
    const isPassed =
      here !== step && here !== undefined && step !== undefined && shared.length > 0 && shared[0] !== here;
    // One of several that share a key is passed over as well, and the next one is placed in its stead.
    if (isPassed || here === step || (here !== undefined && placed.has(here))) at++;
    if (isPassed || step === undefined) continue;
    if (here === step || shared[0] === step) shared.shift();
    placed.add(step);
    result.push(merged[next++]);
  }
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
