import { jsonEqual } from "../../../base/index.ts";
import type { FieldError, KindBehavior } from "../../kind.ts";
import { forbiddenField, required } from "../../validation/index.ts";
import { validateParameters, validateProvisioner } from "./parameters.validate.ts";
import type { VolumeAttributesClass } from "./volumeattributesclass.ts";

export const volumeAttributesClassBehavior: KindBehavior<VolumeAttributesClass> = {
  metadataLooks: "placed",
  validate: validateClass,
  validateUpdate: (volumeClass, old, metadata) => [
    ...metadata.change,
    ...(["driverName", "parameters"] as const)
      .filter((field) => !jsonEqual(volumeClass[field] ?? {}, old[field] ?? {}))
      .map((field) => forbiddenField(field, `updates to ${field} are forbidden.`)),
    ...metadata.whole,
    ...validateClass(volumeClass),
  ],
};

function validateClass({ driverName, parameters = {} }: VolumeAttributesClass): FieldError[] {
  return [
    ...validateProvisioner("driverName", driverName),
    ...(Object.keys(parameters).length === 0
      ? [required("parameters", "must contain at least one key/value pair")]
      : []),
    ...validateParameters("parameters", parameters),
  ];
}
