import { lengthOf } from "../cost.ts";
import type { Library } from "../environment.ts";
import { overload } from "../signature.ts";
import { equalValues, type Value } from "../values.ts";

type List = readonly Value[];

const has = (list: List, value: Value) => list.some((one) => equalValues(one, value));
const contains = (list: List, part: List) => part.every((one) => has(list, one));
const product = ([a, b]: List) => 1 + lengthOf(a as Value) * lengthOf(b as Value);

/** Lists taken as sets. */
export const sets: Library = {
  overloads: [
    overload("sets:contains(list(A), list(A)): bool", contains, product),
    overload("sets:equivalent(list(A), list(A)): bool", (a, b) => contains(a, b) && contains(b, a), product),
    overload("sets:intersects(list(A), list(A)): bool", (a: List, b: List) => a.some((one) => has(b, one)), product),
  ],
};
