import { type FieldError, messageOf, validateAnnotations, validateLabels } from "../../api/index.ts";
import { isObject } from "../../schema/index.ts";
import { goType } from "./go-type.ts";

type Json = Record<string, unknown>;

/** What is wrong with what a webhook has made of an object. */
export function checkConverted(converted: Json, original: Json, apiVersion: string): string | undefined {
  const own = String(converted.apiVersion ?? "");
  const invalid = "invalid object at index 0:";
  if (own !== apiVersion) return `${invalid} invalid groupVersion (expected ${apiVersion}, received ${own})`;
  if (converted.kind !== original.kind)
    return `${invalid} invalid kind (expected ${String(original.kind)}, received ${String(converted.kind)})`;
  for (const [field, name] of IDENTITY) {
    const [before, after] = [original, converted].map(({ metadata }) => textAt(metadata, field));
    if (before !== after) return `invalid object: must have the same ${name}: ${before} != ${after}`;
  }
  return undefined;
}

const IDENTITY = [
  ["name", "name"],
  ["namespace", "namespace"],
  ["uid", "UID"],
] as const;

function textAt(metadata: unknown, field: string): string {
  const value = isObject(metadata) ? metadata[field] : undefined;
  return typeof value === "string" ? value : "";
}

/** A converted object whose metadata is the original's but for labels and annotations; a text says why those can't be taken. */
export function withMetadataOf(converted: Json, original: Json): Json | string {
  if (!("metadata" in converted)) return "missing metadata in converted object";
  if (!isObject(converted.metadata))
    return `invalid metadata of type ${goType(converted.metadata)} in converted object`;
  const metadata: Json = { ...(original.metadata as Json) };
  for (const field of ["labels", "annotations"] as const) {
    const given = converted.metadata[field];
    const before = metadata[field];
    delete metadata[field];
    if (given === undefined || given === null) continue;
    if (!isObject(given)) return `invalid metadata.${field} of type ${goType(given)} in converted object`;
    const problem = entriesProblem(field, given, isObject(before) ? before : {});
    if (problem !== undefined) return problem;
    metadata[field] = given;
  }
  return { ...converted, metadata };
}

type Texts = Readonly<Record<string, string>>;

/** Entries that were there before needn't follow rules. */
function entriesProblem(field: "labels" | "annotations", given: Json, before: Json): string | undefined {
  for (const [key, value] of Object.entries(given))
    if (typeof value !== "string")
      return `metadata.${field}[${key}] must be a string, but is ${goType(value)} in converted object`;
  const isSame =
    Object.keys(given).length === Object.keys(before).length &&
    Object.entries(given).every(([key, value]) => before[key] === value);
  if (isSame) return undefined;
  const errors =
    field === "labels"
      ? validateLabels("metadata.labels", given as Texts)
      : validateAnnotations("metadata.annotation", given as Texts);
  return errors.length === 0 ? undefined : joined(errors);
}

function joined(errors: readonly FieldError[]): string {
  const texts = [...new Set(errors.map((error) => `${error.path}: ${messageOf(error)}`))];
  return texts.length === 1 ? texts[0]! : `[${texts.join(", ")}]`;
}
