import {
  type FieldError,
  labelValueProblems,
  problemsAt,
  qualifiedNameProblems,
  type SubjectAccessReviewSpec,
} from "../../api/index.ts";

type Spec = SubjectAccessReviewSpec;

/** What is wrong with what a review asks about, and about whom; the details come last. */
export function specErrors(spec: Spec): FieldError[] {
  return [...attributeErrors(spec), ...subjectErrors(spec), ...detailErrors(spec)];
}

/** The same where the caller is whom it is about. */
export function selfErrors(spec: Spec): FieldError[] {
  return [...attributeErrors(spec), ...detailErrors(spec)];
}

function attributeErrors({ resourceAttributes: of, nonResourceAttributes: path }: Spec): FieldError[] {
  if (of && path) {
    const value = { Path: path.path ?? "", Verb: path.verb ?? "" };
    const detail = "cannot be specified in combination with resourceAttributes";
    return [{ path: "spec.nonResourceAttributes", type: "Invalid", value, detail }];
  }
  if (!of && !path) {
    const detail = "exactly one of nonResourceAttributes or resourceAttributes must be specified";
    return [{ path: "spec.resourceAttributes", type: "Invalid", value: null, detail }];
  }
  return [];
}

function detailErrors({ resourceAttributes: of }: Spec): FieldError[] {
  return [
    ...selectorErrors("spec.resourceAttributes.fieldSelector", of?.fieldSelector),
    ...selectorErrors("spec.resourceAttributes.labelSelector", of?.labelSelector),
  ];
}

/** A review must say about whom it asks. */
function subjectErrors({ user, groups }: Spec): FieldError[] {
  if (user || groups?.length) return [];
  return [{ path: "spec.user", type: "Invalid", value: "", detail: "at least one of user or group must be specified" }];
}

function labelErrors(path: string, key: string, values: readonly string[]): FieldError[] {
  return [
    ...problemsAt(`${path}.key`, key, qualifiedNameProblems(key)),
    ...values.flatMap((value, index) => problemsAt(`${path}.values[${index}]`, value, labelValueProblems(value))),
  ];
}

interface Selector {
  readonly rawSelector?: string;
  readonly requirements?: readonly { key: string; operator: string; values?: readonly string[] }[];
}

function selectorErrors(path: string, selector: Selector | undefined): FieldError[] {
  if (!selector) return [];
  const isLabels = path.endsWith(".labelSelector");
  const { rawSelector, requirements = [] } = selector;
  const errors: FieldError[] = [];
  if (rawSelector && requirements.length > 0) {
    const detail = "may not specified at the same time as requirements";
    errors.push({ path: `${path}.rawSelector`, type: "Invalid", value: rawSelector, detail });
  }
  if (!rawSelector && requirements.length === 0) {
    const detail = `when ${path} is specified, requirements or rawSelector is required`;
    errors.push({ path: `${path}.requirements`, type: "Required", detail });
  }
  requirements.forEach(({ key, operator, values = [] }, index) => {
    const at = `${path}.requirements[${index}]`;
    // Of labels the key comes late, and none is as bad as any.
    if (!isLabels && !key) errors.push(needed(`${at}.key`));
    if ((operator === "In" || operator === "NotIn") && values.length === 0) {
      const detail = "must be specified when `operator` is 'In' or 'NotIn'";
      errors.push({ path: `${at}.values`, type: "Required", detail });
    }
    if ((operator === "Exists" || operator === "DoesNotExist") && values.length > 0) {
      const detail = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'";
      errors.push({ path: `${at}.values`, type: "Forbidden", detail });
    }
    if (isLabels) errors.push(...labelErrors(at, key, values));
  });
  return errors;
}

const needed = (path: string): FieldError => ({ path, type: "Required", detail: "must be specified" });
