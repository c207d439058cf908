import { jsonEqual } from "../../../base/index.ts";
import type { FieldError, KindBehavior } from "../../kind.ts";
import {
  configMapKeyProblems,
  forbiddenField,
  invalidValue,
  problemsAt,
  sortedEntries,
  tooLong,
} from "../../validation/index.ts";
import type { ConfigMap } from "./configmap.ts";

export const PAYLOAD_BYTES_MAX = 1024 * 1024;
const IMMUTABLE = "field is immutable when `immutable` is set";

export const configMapBehavior: KindBehavior<ConfigMap> = {
  metadataLooks: "placed",
  validate: validateConfigMap,
  validateUpdate: (configMap, old, metadata) => [
    ...metadata.change,
    ...changesOfImmutable(configMap, old, ["data", "binaryData"]),
    ...metadata.whole,
    ...validateConfigMap(configMap),
  ],
};

function validateConfigMap({ data = {}, binaryData = {} }: ConfigMap): FieldError[] {
  const errors: FieldError[] = [];
  let bytes = 0;
  for (const [key, value] of sortedEntries(data)) {
    errors.push(...problemsAt(`data[${key}]`, key, configMapKeyProblems(key)));
    if (Object.hasOwn(binaryData, key))
      errors.push(invalidValue(`data[${key}]`, key, "duplicate of key present in binaryData"));
    bytes += Buffer.byteLength(value);
  }
  for (const [key, value] of sortedEntries(binaryData)) {
    errors.push(...problemsAt(`binaryData[${key}]`, key, configMapKeyProblems(key)));
    bytes += Buffer.byteLength(value ?? "", "base64");
  }
  if (bytes > PAYLOAD_BYTES_MAX) errors.push(tooLong("[]", PAYLOAD_BYTES_MAX));
  return errors;
}

/** What an object that was declared immutable may not do any more. */
export function changesOfImmutable<T extends { readonly immutable?: boolean }>(
  object: T,
  old: T,
  fields: readonly (keyof T & string)[],
): FieldError[] {
  if (!old.immutable) return [];
  const errors = object.immutable ? [] : [forbiddenField("immutable", IMMUTABLE)];
  for (const field of fields)
    if (!jsonEqual(object[field] ?? {}, old[field] ?? {})) errors.push(forbiddenField(field, IMMUTABLE));
  return errors;
}
