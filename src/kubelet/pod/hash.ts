import type { Container } from "../../api/index.ts";

/**
 * A short fingerprint of what makes a container another one: a running container whose recorded fingerprint differs from
 * the pod's is replaced. Resources change in place; nothing else of a container may change.
 */
export function containerHash({ name, image }: Container): string {
  return fingerprint(stableJson({ name, image }));
}

/** FNV-1a over 32 bits, in hexadecimal. */
export function fingerprint(text: string): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return (hash >>> 0).toString(16);
}

/** JSON with sorted keys, so that equal objects have equal text. */
export function stableJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(stableJson).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const fields = Object.entries(value).filter(([, each]) => each !== undefined);
  fields.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([key, each]) => `${JSON.stringify(key)}:${stableJson(each)}`).join(",")}}`;
}
