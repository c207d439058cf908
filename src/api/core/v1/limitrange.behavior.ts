import { own } from "../../../base/index.ts";
import type { FieldError, KindBehavior, Mutable } from "../../kind.ts";
import { compareQuantities, parseQuantity, roundAmounts } from "../../quantity.ts";
import {
  duplicateValue,
  forbiddenField,
  invalidValue,
  problemsAt,
  qualifiedNameProblems,
  mayOvercommit,
  required,
  validateContainerResourceName,
  validateResourceName,
  repeats,
} from "../../validation/index.ts";
import type { LimitRange, LimitRangeItem } from "./limitrange.ts";

type Quantities = Readonly<Record<string, string>>;

const TYPES = ["Pod", "Container", "PersistentVolumeClaim"];

export const limitRangeBehavior: KindBehavior<LimitRange> = {
  metadataLooks: ["whole"],
  namesItself: true,
  setDefaults({ spec }) {
    for (const { max, min, default: limit, defaultRequest, maxLimitRequestRatio } of spec.limits ?? [])
      for (const amounts of [max, min, limit, defaultRequest, maxLimitRequestRatio]) roundAmounts(amounts);
    for (const limit of spec.limits ?? []) if (limit.type === "Container") fillContainerDefaults(limit);
  },
  validate: validateLimitRange,
};

/** What isn't said of containers follows: a limit from the maximum, a request from the limit, else the minimum. */
function fillContainerDefaults(limit: Mutable<LimitRangeItem>): void {
  const limits: Quantities = { ...limit.max, ...limit.default };
  const requests: Quantities = { ...limit.min, ...limits, ...limit.defaultRequest };
  if (Object.keys(limits).length > 0) limit.default = limits;
  if (Object.keys(requests).length > 0) limit.defaultRequest = requests;
}

function validateLimitRange({ spec }: LimitRange): FieldError[] {
  const limits = spec.limits ?? [];
  const again = repeats(limits, ({ type }) => type);
  return limits.flatMap((limit, index) => {
    const path = `spec.limits[${index}]`;
    const twice = again.has(index);
    return [
      ...validateType(`${path}.type`, limit.type),
      ...(twice ? [duplicateValue(`${path}.type`, limit.type)] : []),
      ...validateNames(path, limit),
      ...validateValues(path, limit),
    ];
  });
}

function validateType(path: string, type: string): FieldError[] {
  const errors = problemsAt(path, type, qualifiedNameProblems(type));
  if (errors.length > 0 || type.includes("/") || TYPES.includes(type)) return errors;
  return [invalidValue(path, type, "must be a standard limit type or fully qualified")];
}

function validateNames(path: string, limit: LimitRangeItem): FieldError[] {
  const rule =
    limit.type === "Pod" || limit.type === "Container" ? validateContainerResourceName : validateResourceName;
  const names = (field: "max" | "min" | "default" | "defaultRequest" | "maxLimitRequestRatio") =>
    Object.keys(limit[field] ?? {})
      .sort()
      .flatMap((name) => rule(`${path}.${field}[${name}]`, name));
  const defaults = (["default", "defaultRequest"] as const).flatMap((field) => {
    if (limit.type !== "Pod") return names(field);
    const given = Object.keys(limit[field] ?? {}).length > 0;
    return given ? [forbiddenField(`${path}.${field}`, "may not be specified when `type` is 'Pod'")] : [];
  });
  const errors = [...names("max"), ...names("min"), ...defaults];
  if (limit.type === "PersistentVolumeClaim" && !limit.min?.storage && !limit.max?.storage) {
    const detail = "either minimum or maximum storage value is required, but neither was provided";
    errors.push(required(`${path}.limits`, detail));
  }
  return [...errors, ...names("maxLimitRequestRatio")];
}

function validateValues(path: string, limit: LimitRangeItem): FieldError[] {
  const ofPod = limit.type === "Pod";
  const { max = {}, min = {}, maxLimitRequestRatio = {} } = limit;
  const defaults = ofPod ? {} : (limit.default ?? {});
  const defaultRequests = ofPod ? {} : (limit.defaultRequest ?? {});
  const all = [max, min, defaults, defaultRequests, maxLimitRequestRatio];
  const names = [...new Set(all.flatMap((one) => Object.keys(one)))].sort();
  return names.flatMap((name) =>
    validateResource(path, name, {
      max: own(max, name),
      min: own(min, name),
      limit: own(defaults, name),
      request: own(defaultRequests, name),
      ratio: own(maxLimitRequestRatio, name),
    }),
  );
}

interface Amounts {
  readonly max: string | undefined;
  readonly min: string | undefined;
  readonly limit: string | undefined;
  readonly request: string | undefined;
  readonly ratio: string | undefined;
}

/** Beyond what can be counted in thousandths in 64 bits, the original counts whole units, begun ones too. */
const WHOLE_UNITS_MAX = (2n ** 63n - 1n) / 1000n;
const NANO = 1_000_000_000n;

function ratioOf({ max, min, ratio }: Readonly<Record<"max" | "min" | "ratio", string>>): number {
  const [most, least, limit] = [max, min, ratio].map((text) => parseQuantity(text).nanos) as [bigint, bigint, bigint];
  const whole = (nanos: bigint) => (nanos + NANO - 1n) / NANO;
  return [most, least, limit].every((nanos) => whole(nanos) < WHOLE_UNITS_MAX)
    ? Number(most) / Number(least)
    : Number(whole(most)) / Number(whole(least));
}

function validateResource(path: string, name: string, { max, min, limit, request, ratio }: Amounts): FieldError[] {
  const errors: FieldError[] = [];
  const check = (wrong: boolean | "" | undefined, field: string, value: string | undefined, detail: string) => {
    if (wrong) errors.push(invalidValue(`${path}.${field}[${name}]`, value, detail));
  };
  check(exceeds(min, max), "min", min, `min value ${min} is greater than max value ${max}`);
  const requestField = "defaultRequest";
  check(
    exceeds(min, request),
    requestField,
    request,
    `min value ${min} is greater than default request value ${request}`,
  );
  check(
    exceeds(request, max),
    requestField,
    request,
    `default request value ${request} is greater than max value ${max}`,
  );
  check(
    exceeds(request, limit),
    requestField,
    request,
    `default request value ${request} is greater than default limit value ${limit}`,
  );
  check(exceeds(min, limit), "default", min, `min value ${min} is greater than default value ${limit}`);
  check(exceeds(limit, max), "default", max, `default value ${limit} is greater than max value ${max}`);
  check(exceeds("1", ratio), "maxLimitRequestRatio", ratio, `ratio ${ratio} is less than 1`);
  if (ratio && min && max) {
    const largest = ratioOf({ max, min, ratio });
    const detail = `ratio ${ratio} is greater than max/min = ${largest.toFixed(6)}`;
    check(Number(parseQuantity(ratio).nanos) / 1e9 > largest, "maxLimitRequestRatio", ratio, detail);
  }
  const differ = limit && request && !mayOvercommit(name) && compareQuantities(limit, request) !== 0;
  check(
    differ,
    requestField,
    request,
    `default value ${limit} must equal to defaultRequest value ${request} in ${name}`,
  );
  return errors;
}

/** Whether both are there and the first is more. */
function exceeds(a: string | undefined, b: string | undefined): boolean {
  return a !== undefined && b !== undefined && compareQuantities(a, b) > 0;
}
