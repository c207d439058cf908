/**
 * Which items have a key that an earlier one has too, by index. In one pass: lists are as long as a request may be, and
 * comparing each item with all before it holds everybody else up.
 */
export function repeats<T>(items: readonly T[], keyOf: (item: T) => unknown): ReadonlySet<number> {
  const seen = new Set<unknown>();
  const again = new Set<number>();
  items.forEach((item, index) => {
    const key = keyOf(item);
    if (seen.has(key)) again.add(index);
    seen.add(key);
  });
  return again;
}
