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
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((value, index) => equal(value, b[index], isAbsent));
  }
  if (Array.isArray(b)) return false;
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>];
  let shared = 0;
  for (const key of Object.keys(left)) {
    const isShared = Object.hasOwn(right, key);
    if (!equal(left[key], isShared ? right[key] : undefined, isAbsent)) return false;
    if (isShared) shared++;
  }
  const keys = Object.keys(right);
  // Numbers that are objects, since a double can't hold them, have no keys.
  if (keys.length === 0 && (left instanceof Number || right instanceof Number))
    return JSON.stringify(left) === JSON.stringify(right);
  return keys.length === shared || keys.every((key) => Object.hasOwn(left, key) || isAbsent(right[key]));
}
