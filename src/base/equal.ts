type Absent = (value: unknown) => boolean;

/** Whether two JSON values are the same, whatever the order of their keys. What is undefined isn't there; null is a value. */
export function jsonEqual(a: unknown, b: unknown): boolean {
  return equal(a, b, isUndefined);
}

/** The same, but that null isn't there either. */
export function jsonAlike(a: unknown, b: unknown): boolean {
  return equal(a, b, isMissing);
}

const isUndefined: Absent = (value) => value === undefined;
const isMissing: Absent = (value) => value === undefined || value === null;

function equal(a: unknown, b: unknown, isAbsent: Absent): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return isAbsent(a) && isAbsent(b);
  if (Array.isArray(a)) return Array.isArray(b) && areEqualLists(a, b, isAbsent);
  if (Array.isArray(b)) return false;
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>];
  let shared = 0;
  // Lists of keys would be a fifth of all that a write of a pod makes.
  for (const key in left) {
    const isShared = Object.hasOwn(right, key);
    if (!equal(left[key], isShared ? right[key] : undefined, isAbsent)) return false;
    if (isShared) shared++;
  }
  let count = 0;
  for (const _ in right) count++;
  // Numbers that are objects, since a double can't hold them, have no keys.
  if (count === 0 && (left instanceof Number || right instanceof Number))
    return JSON.stringify(left) === JSON.stringify(right);
  return count === shared || Object.keys(right).every((key) => Object.hasOwn(left, key) || isAbsent(right[key]));
}

function areEqualLists(a: readonly unknown[], b: readonly unknown[], isAbsent: Absent): boolean {
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index++) if (!equal(a[index], b[index], isAbsent)) return false;
  return true;
}
