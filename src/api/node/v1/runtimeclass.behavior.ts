import type { FieldError, KindBehavior } from "../../kind.ts";
import { validateRequirements } from "../../core/v1/pod/resources.ts";
import { validateTolerations } from "../../core/v1/pod/tolerations.ts";
import {
  dnsLabelProblems,
  duplicateValue,
  IMMUTABLE,
  invalidValue,
  problemsAt,
  required,
  validateLabels,
  repeats,
} from "../../validation/index.ts";
import type { RuntimeClass, Scheduling } from "./runtimeclass.ts";

/** What a runtime class's declaration can't say. */
export const runtimeClassBehavior: KindBehavior<RuntimeClass> = {
  metadataLooks: ["change", "whole"],
  requiresVersion: true,
  looseFinalizers: true,
  validate: validateRuntimeClass,
  validateUpdate: (runtimeClass, old) => [
    ...validateRuntimeClass(runtimeClass),
    ...(runtimeClass.handler === old.handler ? [] : [invalidValue("handler", runtimeClass.handler, IMMUTABLE)]),
  ],
};

function validateRuntimeClass({ handler, overhead, scheduling }: RuntimeClass): FieldError[] {
  const errors = handler ? problemsAt("handler", handler, dnsLabelProblems(handler)) : [required("handler")];
  if (overhead) errors.push(...validateRequirements("overhead", { limits: overhead.podFixed }, { claims: new Set() }));
  if (scheduling) errors.push(...validateScheduling(scheduling));
  return errors;
}

function validateScheduling({ nodeSelector, tolerations = [] }: Scheduling): FieldError[] {
  const path = "scheduling.tolerations";
  const errors = [
    ...validateLabels("scheduling.nodeSelector", nodeSelector),
    ...validateTolerations(path, tolerations),
  ];
  const again = repeats(tolerations, (one) => JSON.stringify(one));
  tolerations.forEach((toleration, index) => {
    if (!again.has(index)) return;
    const { key = "", operator = "", value = "", effect = "", tolerationSeconds = null } = toleration;
    const shown = { Key: key, Operator: operator, Value: value, Effect: effect, TolerationSeconds: tolerationSeconds };
    errors.push(duplicateValue(`${path}[${index}]`, shown));
  });
  return errors;
}
