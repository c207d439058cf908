import { isObject, setOwn } from "../../schema/index.ts";

export interface YamlValue {
  readonly value: unknown;
  /** What is told of keys given twice. */
  readonly duplicates: readonly string[];
}

/** YAML that can't be read; the message is what Kubernetes says. */
export class YamlError extends Error {
  override readonly name = "YamlError";
}

/** YAML passes through JSON whose keys are in order, which decides which fault is told of first. */
export function sortedKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortedKeys);
  if (!isObject(value)) return value;
  const result: Record<string, unknown> = {};
  for (const key of Object.keys(value).sort()) setOwn(result, key, sortedKeys(value[key]));
  return result;
}
