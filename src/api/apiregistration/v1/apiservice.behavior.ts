import type { KindBehavior, FieldError } from "../../kind.ts";
import {
  dnsLabel1035Problems,
  dnsSubdomainProblems,
  invalidValue,
  pathSegmentProblems,
  problemsAt,
  notSupported,
  required,
} from "../../validation/index.ts";
import type { APIService } from "./apiservice.ts";

const GROUP_PRIORITY_MAX = 20_000;
const VERSION_PRIORITY_MAX = 1000;
const SERVICE_PORT = 443;
/** The condition of an API service that this server answers itself. */
export const LOCAL_AVAILABLE = {
  type: "Available",
  status: "True",
  reason: "Local",
  message: "Local APIServices are always available",
} as const;

/** Says which server answers for a group version: this one, or one behind a service. */
export const apiServiceBehavior: KindBehavior<APIService> = {
  metadataLooks: ["change", "whole"],
  nameRule: "pathSegment",
  looseFinalizers: true,
  requiresVersion: true,
  generation: false,
  setDefaults: ({ spec }) => {
    if (spec.service) spec.service.port ??= SERVICE_PORT;
  },
  statusOnCreate: true,
  prepareCreate: (object, now) => {
    object.status = object.spec.service ? {} : { conditions: [{ ...LOCAL_AVAILABLE, lastTransitionTime: now }] };
  },
  nameProblems,
  validate: validateAPIService,
  validateUpdate: validateAPIService,
  validateStatusUpdate: ({ status: { conditions = [] } }) =>
    conditions.flatMap(({ status = "" }, index) =>
      STATES.includes(status) ? [] : [notSupported(`status.conditions[${index}].status`, status, STATES)],
    ),
};

const STATES = ["True", "False", "Unknown"];

function nameProblems({ spec: { group = "", version = "" } }: APIService, name: string): string[] {
  const wanted = `${version}.${group}`;
  // Of a name that no path takes, that is all that is said.
  return name === wanted || pathSegmentProblems(name).length > 0
    ? []
    : [`must be \`spec.version+"."+spec.group\`: ${JSON.stringify(wanted)}`];
}

function validateAPIService({ spec }: APIService): FieldError[] {
  const { group = "", version = "", groupPriorityMinimum, versionPriority } = spec;
  const errors: FieldError[] = [];
  if (group !== "") errors.push(...problemsAt("spec.group", group, dnsSubdomainProblems(group)));
  else if (version !== "v1")
    errors.push(required("spec.group", "only v1 may have an empty group and it better be legacy kube"));
  errors.push(...problemsAt("spec.version", version, dnsLabel1035Problems(version)));
  errors.push(...priority("spec.groupPriorityMinimum", groupPriorityMinimum, GROUP_PRIORITY_MAX));
  errors.push(...priority("spec.versionPriority", versionPriority, VERSION_PRIORITY_MAX));
  return [...errors, ...validateConnection(spec)];
}

function priority(path: string, value: number, max: number): FieldError[] {
  return value > 0 && value <= max ? [] : [invalidValue(path, value, `must be positive and less than ${max}`)];
}

function validateConnection({ service, caBundle, insecureSkipTLSVerify }: APIService["spec"]): FieldError[] {
  const errors: FieldError[] = [];
  if (!service) {
    if (caBundle)
      errors.push(
        invalidValue("spec.caBundle", `${caBundle.length} bytes`, "local APIServices may not have a caBundle"),
      );
    if (insecureSkipTLSVerify)
      errors.push(
        invalidValue(
          "spec.insecureSkipTLSVerify",
          insecureSkipTLSVerify,
          "local APIServices may not have insecureSkipTLSVerify",
        ),
      );
    return errors;
  }
  if (!service.namespace) errors.push(required("spec.service.namespace"));
  if (!service.name) errors.push(required("spec.service.name"));
  const { port = SERVICE_PORT } = service;
  if (port < 1 || port > 65_535)
    errors.push(invalidValue("spec.service.port", port, "port is not valid: must be between 1 and 65535, inclusive"));
  if (insecureSkipTLSVerify && caBundle)
    errors.push(
      invalidValue("spec.insecureSkipTLSVerify", insecureSkipTLSVerify, "may not be true if caBundle is present"),
    );
  return errors;
}
