type Absent = (value: unknown) => boolean;

/** Whether two JSON values are the same, whatever the order of their keys. What is undefined isn't there; null is a value. */
export function jsonEqual(a: unknown, b: unknown): boolean {
  return equalAtAnyDepth(a, b, isUndefined);
}

/** The same, but that null isn't there either. */
export function jsonAlike(a: unknown, b: unknown): boolean {
  return equalAtAnyDepth(a, b, isMissing);
}

const isUndefined: Absent = (value) => value === undefined;
const isMissing: Absent = (value) => value === undefined || value === null;

/** So deep the comparison calls itself; what lies deeper waits until it is back. */
const DEPTH_OF_CALLS = 256;

interface Comparison {
  readonly isAbsent: Absent;
  /** Pairs that are still to be compared. */
  readonly deeper: [unknown, unknown][];
}

function equalAtAnyDepth(a: unknown, b: unknown, isAbsent: Absent): boolean {
  const deeper: Comparison["deeper"] = [];
  const comparison = { isAbsent, deeper };
  if (!equal(a, b, comparison, DEPTH_OF_CALLS)) return false;
  for (let next = deeper.pop(); next; next = deeper.pop())
    if (!equal(...next, comparison, DEPTH_OF_CALLS)) return false;
  return true;
}

function equal(a: unknown, b: unknown, comparison: Comparison, levels: number): boolean {
  const { isAbsent, deeper } = comparison;
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return isAbsent(a) && isAbsent(b);
  if (levels === 0) return deeper.push([a, b]) > 0;
  if (Array.isArray(a)) {
    if (!Array.isArray(b) || a.length !== b.length) return false;
    return a.every((value, index) => equal(value, b[index], comparison, levels - 1));
  }
  if (Array.isArray(b)) return false;
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>];
  let shared = 0;
  for (const key of Object.keys(left)) {
    const isShared = Object.hasOwn(right, key);
    if (!equal(left[key], isShared ? right[key] : undefined, comparison, levels - 1)) return false;
    if (isShared) shared++;
  }
  const keys = Object.keys(right);
  // Numbers that are objects, since a double can't hold them, have no keys.
  if (keys.length === 0 && (left instanceof Number || right instanceof Number))
    return JSON.stringify(left) === JSON.stringify(right);
  return keys.length === shared || keys.every((key) => Object.hasOwn(left, key) || isAbsent(right[key]));
}
