import { jsonEqual, own } from "../../../base/index.ts";
import { isMap } from "../../../schema/index.ts";
import type { JSONSchemaProps } from "../v1/customresourcedefinition.types.ts";
import { isRecord } from "./cel-types.ts";

/** A value beside the one that it replaces, and what describes both. */
export interface Pair {
  readonly schema: JSONSchemaProps;
  readonly value: unknown;
  readonly old: unknown;
}

/**
 * Whether a value counts as left as it was, so that what is wrong with it may stay. Elements of lists with keys may have
 * changed places; of an object that has fields which its schema doesn't declare nobody can tell.
 */
export function isUnchanged({ schema, value, old }: Pair): boolean {
  const pair: Pair = { schema, value, old };
  if (Array.isArray(value) && Array.isArray(old)) {
    if (value.length !== old.length) return false;
    if (schema["x-kubernetes-list-type"] !== "map") return jsonEqual(value, old);
    return value.every((_, index) => holds(pairAt(pair, index)));
  }
  if (!isMap(value) || !isMap(old)) return jsonEqual(value, old);
  const keys = Object.keys(value);
  return keys.length === Object.keys(old).length && keys.every((key) => holds(pairOf(pair, key)));
}

const holds = (pair: Pair | undefined): boolean => pair !== undefined && isUnchanged(pair);

/** What a field replaces; undefined where that can't be told. */
export function pairOf({ schema, value, old }: Pair, key: string): Pair | undefined {
  const { additionalProperties: values } = schema;
  const below = own(schema.properties, key) ?? (isRecord(values) ? values : undefined);
  if (!below || !isMap(value) || !isMap(old)) return undefined;
  if (!Object.hasOwn(value, key) || !Object.hasOwn(old, key)) return undefined;
  return { schema: below, value: value[key], old: old[key] };
}

/** What an element of a list with keys replaces. */
export function pairAt({ schema, value, old }: Pair, index: number): Pair | undefined {
  if (!isRecord(schema.items) || !Array.isArray(value) || !Array.isArray(old)) return undefined;
  const found = correlated(schema, value[index], old);
  return found === undefined ? undefined : { schema: schema.items, value: value[index], old: found };
}

/** The item of before that has the same keys. */
export function correlated(schema: JSONSchemaProps, value: unknown, before: readonly unknown[]): unknown {
  const keys = schema["x-kubernetes-list-map-keys"] ?? [];
  if (schema["x-kubernetes-list-type"] !== "map" || keys.length === 0) return undefined;
  const identity = identityOf(value, keys);
  return identity === undefined ? undefined : before.find((one) => identityOf(one, keys) === identity);
}

/** What an item goes by: undefined when it lacks a key, or has one that is no single value. */
function identityOf(item: unknown, keys: readonly string[]): string | undefined {
  if (!isMap(item)) return undefined;
  const values = keys.map((key) => own(item, key) ?? null);
  if (values.some((value) => value === null || Array.isArray(value) || isMap(value))) return undefined;
  return JSON.stringify(values);
}
