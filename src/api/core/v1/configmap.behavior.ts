import { jsonEqual } from "../../../base/index.ts";
import type { FieldError, KindBehavior } from "../../kind.ts";
import {
  configMapKeyProblems,
  entryErrors,
  forbiddenField,
  invalidValue,
  problemsAt,
  tooLong,
} from "../../validation/index.ts";
import type { ConfigMap } from "./configmap.ts";

export const PAYLOAD_BYTES_MAX = 1024 * 1024;
const IMMUTABLE = "field is immutable when `immutable` is set";

export const configMapBehavior: KindBehavior<ConfigMap> = {
  metadataLooks: "placed",
  validate: validateConfigMap,
  validateUpdate: (configMap, old, metadata, emptied) => [
    ...metadata.change,
    ...changesOfImmutable(configMap, old, {
      fields: ["data", "binaryData"],
      // Of maps of bytes one that is empty where there was none is a change, too.
      emptied: emptied?.has("binaryData") ? "binaryData" : undefined,
    }),
    ...metadata.whole,
    ...validateConfigMap(configMap),
  ],
};

function validateConfigMap({ data = {}, binaryData = {} }: ConfigMap): FieldError[] {
  let bytes = 0;
  const errors = [
    ...entryErrors(data, (key, value) => {
      bytes += Buffer.byteLength(value);
      const isTwice = Object.hasOwn(binaryData, key);
      return [
        ...keyErrors("data", key),
        ...(isTwice ? [invalidValue(`data[${key}]`, key, "duplicate of key present in binaryData")] : []),
      ];
    }),
    ...entryErrors(binaryData, (key, value) => {
      bytes += Buffer.byteLength(value ?? "", "base64");
      return keyErrors("binaryData", key);
    }),
  ];
  return bytes > PAYLOAD_BYTES_MAX ? [...errors, tooLong("[]", PAYLOAD_BYTES_MAX)] : errors;
}

/** Of a config map or a secret. */
export function keyErrors(field: string, key: string): FieldError[] {
  const problems = configMapKeyProblems(key);
  return problems.length > 0 ? problemsAt(`${field}[${key}]`, key, problems) : [];
}

/** What an object that was declared immutable may not do any more. */
export function changesOfImmutable<T extends { readonly immutable?: boolean }>(
  object: T,
  old: T,
  { fields, emptied }: ImmutableParts<T>,
): FieldError[] {
  if (!old.immutable) return [];
  const errors = object.immutable ? [] : [forbiddenField("immutable", IMMUTABLE)];
  for (const field of fields)
    if (!jsonEqual(object[field] ?? {}, old[field] ?? {}) || (field === emptied && old[field] === undefined))
      errors.push(forbiddenField(field, IMMUTABLE));
  return errors;
}

interface ImmutableParts<T> {
  readonly fields: readonly (keyof T & string)[];
  readonly emptied: string | undefined;
}
