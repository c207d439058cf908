import { METADATA_FIELDS, type ObjectMeta } from "../meta/v1/objectmeta.ts";
import type { FieldError } from "../kind.ts";
import { forbiddenField } from "./errors.ts";
import { validateAnnotations, validateLabels } from "./labels.ts";

/** What the metadata of a template may not say, in the order in which it is looked at. */
const OF_THE_SERVER = METADATA_FIELDS.filter((field) => field !== "labels" && field !== "annotations");

/** What what is made of a template will carry; everything else is the server's. */
export function validateTemplateMetadata(path: string, metadata: Partial<ObjectMeta> = {}): FieldError[] {
  return [
    ...validateAnnotations(`${path}.annotations`, metadata.annotations),
    ...validateLabels(`${path}.labels`, metadata.labels),
    ...OF_THE_SERVER.filter((field) => metadata[field] !== undefined && metadata[field] !== null).map((field) =>
      forbiddenField(`${path}.${field === "uid" ? "uID" : field}`, "cannot be set"),
    ),
  ];
}
