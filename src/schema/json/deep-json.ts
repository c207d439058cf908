/** A list or object that is being written. */
interface Open {
  readonly value: object;
  /** Undefined for a list. */
  readonly keys: readonly string[] | undefined;
  next: number;
  isEmpty: boolean;
}

/**
 * What JSON.stringify makes of data, which calls itself for what lies within other data where it isn't of the plainest kind,
 * and gives up some thousand levels deep. What is open lies in a list here; it takes some times as long.
 */
export function deepJson(value: unknown, indent = 0): string {
  const parts: string[] = [];
  const open: Open[] = [];
  const line = () => (indent > 0 ? `\n${" ".repeat(indent * open.length)}` : "");
  const write = (one: unknown): void => {
    const inner = opened(one);
    if (!inner) return void parts.push(JSON.stringify(one) ?? "null");
    parts.push(inner.keys ? "{" : "[");
    open.push(inner);
  };
  write(value);
  for (let last = open.at(-1); last; last = open.at(-1)) {
    const { value: holder, keys } = last;
    const next = last.next++;
    if (next === (keys ?? (holder as unknown[])).length) {
      open.pop();
      parts.push(last.isEmpty ? "" : line(), keys ? "}" : "]");
      continue;
    }
    const key = keys?.[next];
    const one = key === undefined ? (holder as unknown[])[next] : (holder as Record<string, unknown>)[key];
    if (key !== undefined && one === undefined) continue;
    parts.push(
      last.isEmpty ? "" : ",",
      line(),
      key === undefined ? "" : JSON.stringify(key) + (indent > 0 ? ": " : ":"),
    );
    last.isEmpty = false;
    write(one);
  }
  return parts.join("");
}

/** Undefined for what has no parts, or says itself what it is in JSON. */
function opened(value: unknown): Open | undefined {
  if (typeof value !== "object" || value === null || "toJSON" in value) return undefined;
  return { value, keys: Array.isArray(value) ? undefined : Object.keys(value), next: 0, isEmpty: true };
}
