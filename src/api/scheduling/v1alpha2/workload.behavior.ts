import { jsonEqual } from "../../../base/index.ts";
import type { FieldError, KindBehavior, Mutable } from "../../kind.ts";
import {
  dnsLabelProblems,
  dnsSubdomainProblems,
  duplicateValue,
  IMMUTABLE,
  invalidValue,
  pathSegmentProblems,
  problemsAt,
  repeats,
  required,
  tooMany,
} from "../../validation/index.ts";
import { validateSchedulingPolicy } from "./scheduling-policy.validate.ts";
import type { TypedLocalObjectReference, Workload, WorkloadSpec } from "./workload.ts";

const TEMPLATES_MAX = 8;
/** Fields of templates behind gates that are off. */
const GATED = ["schedulingConstraints", "resourceClaims", "disruptionMode", "priorityClassName", "priority"] as const;
const UNCHANGED = ["controllerRef", "podGroupTemplates"] as const;

/** What a workload's declaration can't say. */
export const workloadBehavior: KindBehavior<Workload> = {
  prepareCreate: ({ spec }) => dropGated(spec),
  prepareUpdate: ({ spec }) => dropGated(spec),
  validate: ({ spec }) => validateSpec(spec),
  validateUpdate: ({ spec }, old) => [
    ...UNCHANGED.filter((field) => !jsonEqual(spec[field] ?? null, old.spec[field] ?? null)).map((field) =>
      invalidValue(`spec.${field}`, null, IMMUTABLE),
    ),
    ...(spec.podGroupTemplates?.length ? [] : [required("spec.podGroupTemplates")]),
  ],
};

function dropGated(spec: Mutable<WorkloadSpec>): void {
  for (const template of spec.podGroupTemplates ?? []) for (const field of GATED) delete template[field];
}

function validateSpec(spec: WorkloadSpec): FieldError[] {
  const path = "spec.podGroupTemplates";
  const { controllerRef } = spec;
  const podGroupTemplates = spec.podGroupTemplates ?? [];
  const errors = controllerRef ? validateController(controllerRef) : [];
  if (podGroupTemplates.length === 0) return [...errors, required(path)];
  if (podGroupTemplates.length > TEMPLATES_MAX)
    return [...errors, tooMany(path, podGroupTemplates.length, TEMPLATES_MAX)];
  const again = repeats(podGroupTemplates, ({ name }) => name);
  for (const index of again) {
    const template = podGroupTemplates[index]!;
    errors.push(duplicateValue(`${path}[${index}]`, { ...template, schedulingConstraints: null }));
  }
  for (const [index, { name, schedulingPolicy }] of podGroupTemplates.entries()) {
    const at = `${path}[${index}]`;
    errors.push(...(name ? problemsAt(`${at}.name`, name, dnsLabelProblems(name, "bytes")) : [required(`${at}.name`)]));
    errors.push(...validateSchedulingPolicy(`${at}.schedulingPolicy`, schedulingPolicy));
  }
  return errors;
}

function validateController({ apiGroup, kind, name }: TypedLocalObjectReference): FieldError[] {
  const path = "spec.controllerRef";
  const segment = (field: string, text: string) =>
    text ? problemsAt(`${path}.${field}`, text, pathSegmentProblems(text)) : [required(`${path}.${field}`)];
  return [
    ...(apiGroup ? problemsAt(`${path}.apiGroup`, apiGroup, dnsSubdomainProblems(apiGroup, "bytes")) : []),
    ...segment("kind", kind),
    ...segment("name", name),
  ];
}
