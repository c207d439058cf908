import { admitReview, type ReviewAdmission } from "../admission/admit.ts";
import {
  type FieldError,
  invalid,
  type KindDefinition,
  LocalSubjectAccessReview,
  parseFieldSelector,
  parseLabelSelector,
  SelfSubjectAccessReview,
  SubjectAccessReview,
  type SubjectAccessReviewSpec,
} from "../../api/index.ts";
import type { Clock } from "../../base/index.ts";
import type { UserInfo } from "../../net/message.ts";
import { firstOpinion } from "../authz/decide.ts";
import type { Attributes, Authorizer, RequestContext, SubresourceHandler } from "../contracts.ts";
import { type Json, respondObject } from "../http/object.ts";
import { readPosted } from "../http/posted.ts";
import { managedBySender } from "../subresources/managed.ts";
import { selfErrors, specErrors } from "./validate.ts";

export interface AccessReviewOptions extends ReviewAdmission {
  readonly authorizers: readonly Authorizer[];
  readonly clock: Clock;
}

type Spec = SubjectAccessReviewSpec;

interface Review {
  readonly kind: KindDefinition;
  readonly subject: (context: RequestContext, spec: Spec) => UserInfo;
  readonly validate: (spec: Spec, metadata: Json) => FieldError[];
}

const REVIEWS: Readonly<Record<string, Review>> = {
  subjectaccessreviews: {
    kind: SubjectAccessReview as unknown as KindDefinition,
    subject: (_, spec) => subjectOf(spec),
    validate: (spec, metadata) => [...specErrors(spec), ...emptyMetadata(metadata)],
  },
  localsubjectaccessreviews: {
    kind: LocalSubjectAccessReview as unknown as KindDefinition,
    subject: (_, spec) => subjectOf(spec),
    validate: (spec, metadata) => [...specErrors(spec), ...localErrors(spec, metadata)],
  },
  selfsubjectaccessreviews: {
    kind: SelfSubjectAccessReview as unknown as KindDefinition,
    subject: ({ user }) => user,
    validate: (spec, metadata) => [...selfErrors(spec), ...emptyMetadata(metadata)],
  },
};

/** May they do that? By resource name. */
export function accessReviews(options: AccessReviewOptions): [string, SubresourceHandler][] {
  return Object.entries(REVIEWS).map(([name, review]) => [name, accessReview(options, review)]);
}

function accessReview(options: AccessReviewOptions, review: Review): SubresourceHandler {
  const { kind } = review;
  const { clock } = options;
  return async (context) => {
    const read = await readPosted(context, kind, kind);
    const asked = { ...read, metadata: managedBySender(context, read, { type: kind, clock }) };
    const { object, validate } = await admitReview(context, { kind, object: asked }, options);
    const metadata = (object.metadata ?? {}) as Json;
    const spec = object.spec as unknown as Spec;
    const errors = review.validate(spec, metadata);
    if (errors.length > 0) throw invalid({ group: kind.group, kind: "" }, "", errors);
    await validate();
    const { fields, evaluationError } = selectorsOf(spec);
    const attributes = { ...attributesOf(review.subject(context, spec), spec), ...(fields && { fields }) };
    const { decision, reason, error } = await firstOpinion(attributes, options.authorizers);
    const problems = [evaluationError, error].filter((one) => one !== undefined && one !== "");
    const status = {
      allowed: decision === "allow",
      ...(decision === "deny" && { denied: true }),
      ...(reason && { reason }),
      ...(problems.length > 0 && { evaluationError: problems.join(", ") }),
    };
    return respondObject(context, 201, { ...object, status }, kind);
  };
}

function subjectOf({ user = "", uid, groups = [], extra }: Spec): UserInfo {
  return { name: user, groups, ...(uid && { uid }), ...(extra && { extra }) };
}

function isEmpty({ managedFields: _, ...metadata }: Json): boolean {
  return Object.keys(metadata).length === 0;
}

function emptyMetadata(metadata: Json): FieldError[] {
  return isEmpty(metadata) ? [] : [{ path: "metadata", type: "Invalid", value: metadata, detail: "must be empty" }];
}

function localErrors({ resourceAttributes: of, nonResourceAttributes: path }: Spec, metadata: Json): FieldError[] {
  const { namespace, ...rest } = metadata;
  const errors: FieldError[] = isEmpty(rest)
    ? []
    : [{ path: "metadata", type: "Invalid", value: metadata, detail: "must be empty except for namespace" }];
  if (of && (of.namespace ?? "") !== namespace) {
    const detail = "must match metadata.namespace";
    errors.push({ path: "spec.resourceAttributes.namespace", type: "Invalid", value: of.namespace ?? "", detail });
  }
  if (path) {
    const value = { Path: path.path ?? "", Verb: path.verb ?? "" };
    const detail = "disallowed on this kind of request";
    errors.push({ path: "spec.nonResourceAttributes", type: "Invalid", value, detail });
  }
  return errors;
}

function attributesOf(user: UserInfo, { resourceAttributes: of, nonResourceAttributes: path }: Spec): Attributes {
  return {
    user,
    isResource: of !== undefined,
    path: path?.path ?? "",
    verb: (of ?? path)?.verb ?? "",
    group: of?.group ?? "",
    version: of?.version ?? "",
    resource: of?.resource ?? "",
    subresource: of?.subresource ?? "",
    rest: "",
    namespace: of?.namespace ?? "",
    name: of?.name ?? "",
  };
}

const OPERATORS = new Set(["In", "NotIn", "Exists", "DoesNotExist"]);

/** Fields that the selectors of a review fix, and what is said of selectors that can't be read. */
function selectorsOf({ resourceAttributes: of }: Spec): {
  fields?: Readonly<Record<string, string>>;
  evaluationError?: string;
} {
  const { fieldSelector, labelSelector } = of ?? {};
  const fields: Record<string, string> = {};
  const unreadable: string[] = [];
  if (fieldSelector && !readFields(fieldSelector, fields)) unreadable.push("fieldSelector");
  if (labelSelector && !isReadable(labelSelector, parseLabelSelector)) unreadable.push("labelSelector");
  const evaluationError = unreadable
    .map((name) => `spec.resourceAttributes.${name} ignored due to parse error`)
    .join(", ");
  return { fields, ...(evaluationError && { evaluationError }) };
}

interface Selector {
  readonly rawSelector?: string;
  readonly requirements?: readonly { key: string; operator: string; values?: readonly string[] }[];
}

function isReadable({ rawSelector, requirements = [] }: Selector, parse: (text: string) => unknown): boolean {
  if (requirements.some(({ operator }) => !OPERATORS.has(operator))) return false;
  try {
    if (rawSelector) parse(rawSelector);
    return true;
  } catch {
    return false;
  }
}

function readFields(selector: Selector, fields: Record<string, string>): boolean {
  if (!isReadable(selector, parseFieldSelector)) return false;
  for (const { key, operator, values = [] } of selector.rawSelector ? parseFieldSelector(selector.rawSelector) : [])
    if (operator === "=") fields[key] = values[0] ?? "";
  for (const { key, operator, values = [] } of selector.requirements ?? [])
    if (operator === "In" && values.length === 1) fields[key] = values[0]!;
  return true;
}
