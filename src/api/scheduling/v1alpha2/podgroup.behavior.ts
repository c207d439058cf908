import { jsonEqual } from "../../../base/index.ts";
import type { FieldError, KindBehavior, Mutable } from "../../kind.ts";
import {
  dnsLabelProblems,
  dnsSubdomainProblems,
  forbiddenField,
  IMMUTABLE,
  invalidValue,
  problemsAt,
  required,
  validateConditions,
} from "../../validation/index.ts";
import type { PodGroup, PodGroupSpec } from "./podgroup.ts";
import { validateOneOf, validateSchedulingPolicy } from "./scheduling-policy.validate.ts";

/** Fields behind gates that are off. */
const GATED = ["schedulingConstraints", "resourceClaims", "priorityClassName", "priority"] as const;
const UNCHANGED = ["podGroupTemplateRef", "schedulingPolicy"] as const;

/** What a pod group's declaration can't say. */
export const podGroupBehavior: KindBehavior<PodGroup> = {
  generation: false,
  prepareCreate: (group) => {
    group.status = {};
    dropGated(group.spec);
    // Behind such a gate too, but it has its default.
    delete group.spec.disruptionMode;
  },
  prepareUpdate: ({ spec }) => dropGated(spec),
  prepareStatusUpdate: ({ status }) => {
    delete status.resourceClaimStatuses;
  },
  validate: ({ spec }) => validateSpec(spec),
  validateUpdate: ({ spec }, old) => [
    ...UNCHANGED.filter((field) => !jsonEqual(spec[field] ?? null, old.spec[field] ?? null)).map((field) =>
      invalidValue(`spec.${field}`, null, IMMUTABLE),
    ),
    ...(spec.disruptionMode === old.spec.disruptionMode ? [] : [forbiddenField("spec.disruptionMode", "")]),
  ],
  validateStatusUpdate: ({ status }) => validateConditions("status.conditions", status.conditions),
};

function dropGated(spec: Mutable<PodGroupSpec>): void {
  for (const field of GATED) delete spec[field];
}

function validateSpec({ podGroupTemplateRef, schedulingPolicy }: PodGroupSpec): FieldError[] {
  const errors: FieldError[] = [];
  if (podGroupTemplateRef) {
    const path = "spec.podGroupTemplateRef";
    errors.push(...validateOneOf(path, podGroupTemplateRef, ["workload"]));
    const { workload } = podGroupTemplateRef;
    if (workload) {
      const { workloadName: name, podGroupTemplateName: template } = workload;
      const at = `${path}.workload`;
      errors.push(
        ...(name
          ? problemsAt(`${at}.workloadName`, name, dnsSubdomainProblems(name, "bytes"))
          : [required(`${at}.workloadName`)]),
        ...(template
          ? problemsAt(`${at}.podGroupTemplateName`, template, dnsLabelProblems(template, "bytes"))
          : [required(`${at}.podGroupTemplateName`)]),
      );
    }
  }
  return [...errors, ...validateSchedulingPolicy("spec.schedulingPolicy", schedulingPolicy)];
}
