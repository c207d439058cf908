import { isExtendedResource } from "../../validation/resources.ts";
import type { FieldError, KindBehavior } from "../../kind.ts";
import { invalidValue } from "../../validation/errors.ts";
import type { DeviceClass } from "./deviceclass.ts";
import { validateConfiguration, validateSelectors } from "./devices.validate.ts";
import { validateItems } from "./names.validate.ts";

const CONFIGS_MAX = 32;

/** What a class' declaration can't say. */
export const deviceClassBehavior: KindBehavior<DeviceClass> = {
  nameRule: "longName",
  metadataLooks: "placed",
  loosePrefix: true,
  generation: true,
  validate: validateClass,
  validateUpdate: (deviceClass, _, metadata) => [...metadata.whole, ...validateClass(deviceClass), ...metadata.change],
};

function validateClass({ spec }: DeviceClass): FieldError[] {
  const name = spec.extendedResourceName;
  const path = "spec.extendedResourceName";
  return [
    ...validateSelectors("spec.selectors", spec.selectors),
    ...validateItems("spec.config", spec.config, { max: CONFIGS_MAX, check: validateConfiguration }),
    ...(name === undefined || isExtendedResource(name)
      ? []
      : [invalidValue(path, name, "must be a valid extended resource name")]),
  ];
}
