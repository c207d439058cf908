/**
 * The value that a map has under a key. Keys that users choose, such as "constructor" or "__proto__", must not find what
 * every object inherits.
 */
export function own<T>(map: Readonly<Record<string, T>> | undefined, key: string): T | undefined {
  return map !== undefined && Object.hasOwn(map, key) ? map[key] : undefined;
}
