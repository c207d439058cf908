import { parseFieldSelector, parseLabelSelector, type Requirement } from "../../api/index.ts";
import type { Attributes, Authorization, Authorizer } from "../contracts.ts";
import { KeptAnswers } from "../kept-answers.ts";
import { askReview, type ReviewWebhookOptions } from "./review-webhook.ts";

export interface AccessWebhookOptions extends ReviewWebhookOptions {
  readonly version: "v1" | "v1beta1";
  /** How long a yes holds. */
  readonly allowedTtlMs: number;
  /** How long anything else holds. */
  readonly deniedTtlMs: number;
  /** What stands when the server can't be asked. */
  readonly onFailure: "deny" | "noOpinion";
}

const UNRESOLVED = "webhook authorizer does not support user rule resolution";
const ANSWERS_MAX = 1024;
/** Longer questions are asked each time: whoever chooses names must not fill the memory. */
const QUESTION_LENGTH_MAX = 10_000;

/** A question as a server is asked it (SubjectAccessReview). */
export type AccessSpec = Readonly<Record<string, unknown>>;

interface ReviewStatus {
  readonly allowed?: boolean;
  readonly denied?: boolean;
  readonly reason?: string;
}

/** Asks a server what a user may do. */
export function accessWebhook(options: AccessWebhookOptions): Authorizer {
  const { version, clock, allowedTtlMs, deniedTtlMs, onFailure } = options;
  const kept = new KeptAnswers<Authorization>(clock, ANSWERS_MAX);
  const decide: Authorizer = async (attributes) => {
    const spec = accessSpec(attributes, version);
    const question = JSON.stringify(spec);
    const known = kept.get(question);
    if (known) return known;
    let status: ReviewStatus;
    try {
      const apiVersion = `authorization.k8s.io/${version}`;
      status = await askReview(
        { kind: "SubjectAccessReview", apiVersion, metadata: {}, spec, status: { allowed: false } },
        options,
      );
    } catch (error) {
      return { decision: onFailure, reason: "", error: (error as Error).message };
    }
    const answer = answerIn(status);
    if (question.length <= QUESTION_LENGTH_MAX)
      kept.set(question, answer, answer.decision === "allow" ? allowedTtlMs : deniedTtlMs);
    return answer;
  };
  return Object.assign(decide, { unresolved: [UNRESOLVED] });
}

function answerIn({ allowed, denied, reason = "" }: ReviewStatus): Authorization {
  if (allowed && denied)
    return { decision: "deny", reason, error: "webhook subject access review returned both allow and deny response" };
  return { decision: denied ? "deny" : allowed ? "allow" : "noOpinion", reason };
}

/** The question about a request. */
export function accessSpec(attributes: Attributes, version: "v1" | "v1beta1"): AccessSpec {
  const { user, isResource, path, verb } = attributes;
  const { group, resource, subresource, namespace, name } = attributes;
  return {
    ...(isResource
      ? {
          resourceAttributes: {
            ...(namespace && { namespace }),
            verb,
            ...(group && { group }),
            version: attributes.version,
            resource,
            ...(subresource && { subresource }),
            ...(name && { name }),
            ...(version === "v1" && selectorsOf(attributes)),
          },
        }
      : { nonResourceAttributes: { path, verb } }),
    user: user.name,
    ...(user.groups.length > 0 && { [version === "v1" ? "groups" : "group"]: user.groups }),
    ...(user.extra && { extra: user.extra }),
    ...(user.uid && { uid: user.uid }),
  };
}

const OPERATORS: Readonly<Record<Requirement["operator"], string>> = {
  "=": "In",
  in: "In",
  "!=": "NotIn",
  notin: "NotIn",
  exists: "Exists",
  "!": "DoesNotExist",
  gt: "Gt",
  lt: "Lt",
};
/** What a question can't ask about labels with. */
const UNASKED = new Set(["Gt", "Lt"]);
const SELECTING = new Set(["list", "watch", "deletecollection"]);

/** What the request's selectors leave of the resource, as far as they can be read and told. */
function selectorsOf({ query, verb }: Attributes): AccessSpec {
  if (!query || !SELECTING.has(verb)) return {};
  const [fields, labels] = [query.get("fieldSelector"), query.get("labelSelector")];
  const fieldSelector = fields ? requirements(() => parseFieldSelector(fields)) : [];
  const labelSelector = labels ? requirements(() => parseLabelSelector(labels)) : [];
  return {
    ...(fieldSelector.length > 0 && { fieldSelector: { requirements: fieldSelector } }),
    ...(labelSelector.length > 0 && { labelSelector: { requirements: labelSelector } }),
  };
}

function requirements(parse: () => readonly Requirement[]) {
  try {
    const told = parse().map(({ key, operator, values }) => ({ key, operator: OPERATORS[operator], values }));
    return told
      .filter(({ operator }) => !UNASKED.has(operator))
      .map(({ values, ...one }) => ({ ...one, ...(values.length > 0 && { values }) }));
  } catch {
    // That it can't be read is told of later.
    return [];
  }
}
