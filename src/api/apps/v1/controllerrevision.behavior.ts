import { jsonEqual } from "../../../base/index.ts";
import { isObject } from "../../../schema/index.ts";
import type { FieldError, KindBehavior } from "../../kind.ts";
import { IMMUTABLE, invalidValue, nonNegative, required } from "../../validation/index.ts";
import type { ControllerRevision } from "./controllerrevision.ts";

/** What a controller revision's declaration can't say. */
export const controllerRevisionBehavior: KindBehavior<ControllerRevision> = {
  metadataLooks: ["change", "whole"],
  validate: validateRevision,
  validateUpdate: (revision, old) => [
    ...nonNegative("revision", revision.revision),
    ...(jsonEqual(revision.data, old.data) ? [] : [invalidValue("data", revision.data, IMMUTABLE)]),
  ],
};

function validateRevision({ data, revision }: ControllerRevision): FieldError[] {
  const errors = nonNegative("revision", revision);
  if (data === undefined || data === null) return [required("data", "data is mandatory"), ...errors];
  return isObject(data) ? errors : [required("data", "data must be a valid JSON object"), ...errors];
}
