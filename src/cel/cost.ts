import { MapValue, type Value } from "./values.ts";

/** What one policy's or rule's expression may cost. */
export const CALL_COST_MAX = 1_000_000;
/** What all expressions of a request or object may cost together. */
export const BUDGET = 10_000_000;
/** Going over a text costs this much per character. */
const TRAVERSAL = 0.1;

/** Characters, bytes, elements or keys. */
export function lengthOf(value: Value): number {
  if (typeof value === "string") return pointsOf(value);
  if (value instanceof Uint8Array || Array.isArray(value)) return value.length;
  return value instanceof MapValue ? value.entries.size : 1;
}

function pointsOf(text: string): number {
  let count = text.length;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit < 0xd800 || unit > 0xdbff) continue;
    count--;
    index++;
  }
  return count;
}

/** The cost of going over one argument. */
export function traversal(index: number): (args: readonly Value[]) => number {
  return (args) => Math.ceil(lengthOf(args[index] as Value) * TRAVERSAL);
}

export function costOfBoth([a, b]: readonly Value[]): number {
  return Math.ceil((lengthOf(a as Value) + lengthOf(b as Value)) * TRAVERSAL);
}

/** Comparing ends with the shorter one. */
export function costOfEqual([a, b]: readonly Value[]): number {
  return Math.ceil(Math.min(deepSize(a as Value), deepSize(b as Value)) * TRAVERSAL);
}

/** How much there is to compare, as far as it matters to a budget. */
function deepSize(value: Value): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, one) => sum + deepSize(one), 1);
  if (!(value instanceof MapValue)) return lengthOf(value);
  let sum = 1;
  for (const [, one] of value.entries.values()) sum += deepSize(one);
  return sum;
}
