import { isObject } from "../../../schema/index.ts";
import type { FieldError } from "../../kind.ts";
import { invalidValue, notSupported, problemsAt, required, tooLong } from "../../validation/errors.ts";
import { dnsSubdomainProblems, labelValueProblems, qualifiedNameProblems } from "../../validation/names.ts";
import type { DeviceConfiguration, DeviceSelector } from "./deviceclass.types.ts";
import { validateDriver, validateFullyQualified, validateItems, validateLabel, validateSet } from "./names.validate.ts";
import { selectorErrors } from "./selectors.expressions.ts";
import type {
  DeviceClaim,
  DeviceClaimConfiguration,
  DeviceConstraint,
  DeviceRequest,
  DeviceToleration,
  ExactDeviceRequest,
} from "./resourceclaim.types.ts";

const LIST_MAX = 32;
const SUB_REQUESTS_MAX = 8;
const TOLERATIONS_MAX = 16;
const EXPRESSION_BYTES_MAX = 10_240;
const PARAMETERS_BYTES_MAX = 10_240;

export function validateSelectors(path: string, selectors: readonly DeviceSelector[] | undefined): FieldError[] {
  return validateItems(path, selectors, {
    max: LIST_MAX,
    check: ({ cel }, at) => {
      if (!cel) return [required(`${at}.cel`)];
      const expression = cel.expression ?? "";
      return Buffer.byteLength(expression) > EXPRESSION_BYTES_MAX
        ? [tooLong(`${at}.cel.expression`, EXPRESSION_BYTES_MAX)]
        : selectorErrors(`${at}.cel.expression`, expression);
    },
  });
}

export function validateConfiguration({ opaque }: DeviceConfiguration, path: string): FieldError[] {
  if (!opaque) return [required(`${path}.opaque`)];
  return [
    ...validateDriver(`${path}.opaque.driver`, opaque.driver),
    ...validateParameters(`${path}.opaque.parameters`, opaque.parameters),
  ];
}

/** Raw JSON that only its driver understands. */
function validateParameters(path: string, parameters: unknown): FieldError[] {
  if (parameters === undefined || parameters === null) return [required(path)];
  if (Buffer.byteLength(JSON.stringify(parameters)) > PARAMETERS_BYTES_MAX)
    return [tooLong(path, PARAMETERS_BYTES_MAX)];
  return isObject(parameters) ? [] : [invalidValue(path, "<value omitted>", "must be a valid JSON object")];
}

/** The names by which a claim's parts may refer to its requests. */
export function requestNames({ requests }: DeviceClaim): ReadonlySet<string> {
  return new Set(
    (requests ?? []).flatMap(({ name, firstAvailable = [] }) => [
      name,
      ...firstAvailable.map((sub) => `${name}/${sub.name}`),
    ]),
  );
}

export function validateRequestName(path: string, name: string, names: ReadonlySet<string>): FieldError[] {
  const parts = name.split("/").flatMap((part) => validateLabel(path, part));
  if (names.has(name)) return parts;
  const detail =
    "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'";
  return [...parts, invalidValue(path, name, detail)];
}

/** Everything wrong with what a claim asks for. */
export function validateDeviceClaim(path: string, claim: DeviceClaim): FieldError[] {
  const names = requestNames(claim);
  return [
    ...validateSet(`${path}.requests`, claim.requests, {
      max: LIST_MAX,
      key: ({ name }) => name,
      check: validateRequest,
    }),
    ...validateItems(`${path}.constraints`, claim.constraints, {
      max: LIST_MAX,
      check: (one, at) => validateConstraint(one, at, names),
    }),
    ...validateItems(`${path}.config`, claim.config, {
      max: LIST_MAX,
      check: (one, at) => validateClaimConfiguration(one, at, names),
    }),
  ];
}

function validateRequest({ name, exactly, firstAvailable = [] }: DeviceRequest, path: string): FieldError[] {
  const errors = validateLabel(`${path}.name`, name);
  const rule = "exactly one of `exactly` or `firstAvailable` is required";
  if (exactly && firstAvailable.length > 0)
    return [...errors, invalidValue(path, null, `${rule}, but multiple fields are set`)];
  if (!exactly && firstAvailable.length === 0) return [...errors, required(path, rule)];
  if (firstAvailable.length > 0)
    errors.push(
      ...validateSet(`${path}.firstAvailable`, firstAvailable, {
        max: SUB_REQUESTS_MAX,
        key: (one) => one.name,
        check: (one, at) => [...validateLabel(`${at}.name`, one.name), ...validateExact(one, at)],
      }),
    );
  if (exactly) errors.push(...validateExact(exactly, `${path}.exactly`));
  return errors;
}

type Exact = Pick<ExactDeviceRequest, "deviceClassName" | "selectors" | "allocationMode" | "count" | "tolerations">;

function validateExact(request: Exact, path: string): FieldError[] {
  const { deviceClassName, selectors, tolerations } = request;
  const classPath = `${path}.deviceClassName`;
  return [
    ...(deviceClassName
      ? problemsAt(classPath, deviceClassName, dnsSubdomainProblems(deviceClassName))
      : [required(classPath)]),
    ...validateSelectors(`${path}.selectors`, selectors),
    ...validateMode(request, path),
    ...validateItems(`${path}.tolerations`, tolerations, { max: TOLERATIONS_MAX, check: validateToleration }),
  ];
}

function validateMode({ allocationMode = "", count = 0 }: Exact, path: string): FieldError[] {
  switch (allocationMode) {
    case "All": {
      const detail = "must not be specified when allocationMode is 'All'";
      return count === 0 ? [] : [invalidValue(`${path}.count`, count, detail)];
    }
    case "ExactCount":
      return count > 0 ? [] : [invalidValue(`${path}.count`, count, "must be greater than zero")];
    default:
      return [notSupported(`${path}.allocationMode`, allocationMode, ["All", "ExactCount"])];
  }
}

function validateToleration({ key, operator = "", value = "", effect }: DeviceToleration, path: string): FieldError[] {
  const errors = key ? problemsAt(`${path}.key`, key, qualifiedNameProblems(key)) : [];
  if (operator === "Exists") {
    if (value !== "") errors.push(invalidValue(`${path}.value`, value, "must be empty for operator `Exists`"));
  } else if (operator === "Equal") errors.push(...problemsAt(`${path}.value`, value, labelValueProblems(value)));
  else errors.push(notSupported(`${path}.operator`, operator, ["Equal", "Exists"]));
  if (effect && !["NoExecute", "NoSchedule", "None"].includes(effect))
    errors.push(notSupported(`${path}.effect`, effect, ["NoExecute", "NoSchedule", "None"]));
  return errors;
}

function requestRefs(path: string, requests: readonly string[] | undefined, names: ReadonlySet<string>): FieldError[] {
  return validateSet(`${path}.requests`, requests, {
    max: LIST_MAX,
    key: (name) => name,
    check: (name, at) => validateRequestName(at, name, names),
  });
}

function validateConstraint(constraint: DeviceConstraint, path: string, names: ReadonlySet<string>): FieldError[] {
  const { requests, matchAttribute, distinctAttribute } = constraint;
  const errors = requestRefs(path, requests, names);
  const rule = 'exactly one of "matchAttribute" or "distinctAttribute" is required, but multiple fields are set';
  if (matchAttribute === undefined && distinctAttribute === undefined) errors.push(required(path, rule));
  else if (matchAttribute !== undefined)
    errors.push(...validateFullyQualified(`${path}.matchAttribute`, matchAttribute));
  else errors.push(...validateFullyQualified(`${path}.distinctAttribute`, distinctAttribute!));
  return errors;
}

export function validateClaimConfiguration(
  config: Pick<DeviceClaimConfiguration, "requests" | "opaque">,
  path: string,
  names: ReadonlySet<string>,
): FieldError[] {
  return [...requestRefs(path, config.requests, names), ...validateConfiguration(config, path)];
}
