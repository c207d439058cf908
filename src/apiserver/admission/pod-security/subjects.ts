/** How messages name what is wrong: pods, containers and values, in words. */

/** Texts in double quotes, with commas. */
export function quoted(texts: readonly string[]): string {
  return texts.map((text) => `"${text}"`).join(", ");
}

/** One word or the other, by how many there are. */
export function plural(count: number, one: string, many: string): string {
  return count === 1 ? one : many;
}

/** `container "a"` or `containers "a", "b"`. */
export function containersText(names: readonly string[]): string {
  return `${plural(names.length, "container", "containers")} ${quoted(names)}`;
}

/** Who set something: the pod, some of its containers, or both. */
export function settersText(pod: boolean, names: readonly string[]): string {
  return [...(pod ? ["pod"] : []), ...(names.length > 0 ? [containersText(names)] : [])].join(" and ");
}

/** Each text once, in order. */
export function distinct(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort();
}
