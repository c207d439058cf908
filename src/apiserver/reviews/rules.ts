import { admitReview, type ReviewAdmission } from "../admission/admit.ts";
import { badRequest, type KindDefinition, type PolicyRule, SelfSubjectRulesReview } from "../../api/index.ts";
import { nodeOf } from "../admission/nodes/node-restriction.ts";
import { asOne, grantedTo } from "../authz/rbac.ts";
import type { Authorizer, SubresourceHandler } from "../contracts.ts";
import { type Json, respondObject } from "../http/object.ts";
import { readPosted } from "../http/posted.ts";

const NODE_UNRESOLVED = "node authorizer does not support user rule resolution";

export interface RulesReviewOptions extends ReviewAdmission {
  readonly authorizers: readonly Authorizer[];
}

/** What may I do in a namespace? */
export function rulesReview(options: RulesReviewOptions): [string, SubresourceHandler] {
  const kind = SelfSubjectRulesReview as unknown as KindDefinition;
  const handler: SubresourceHandler = async (context) => {
    const read = await readPosted(context, kind, kind);
    const { object: review, validate } = await admitReview(context, { kind, object: read }, options);
    const { namespace } = (review.spec ?? {}) as { namespace?: string };
    if (!namespace) throw badRequest("no namespace on request");
    await validate();
    const { rules, missing } = grantedTo(options.reads, context.user, namespace);
    const unresolved = new Set([
      ...(nodeOf(context.user) === undefined ? [] : [NODE_UNRESOLVED]),
      ...options.authorizers.flatMap((authorizer) => authorizer.unresolved ?? []),
    ]);
    const problems = [...unresolved, ...missing];
    const status = {
      resourceRules: rules.filter((rule) => rule.resources?.length).map(resourceRule),
      nonResourceRules: rules.filter((rule) => rule.nonResourceURLs?.length).map(pathRule),
      incomplete: unresolved.size > 0,
      ...(problems.length > 0 && { evaluationError: asOne(problems) }),
    };
    return respondObject(context, 201, { metadata: {}, spec: {}, status }, kind);
  };
  return ["selfsubjectrulesreviews", handler];
}

function resourceRule({ verbs, apiGroups, resources, resourceNames }: PolicyRule): Json {
  return { verbs, apiGroups, resources, ...(resourceNames?.length && { resourceNames }) };
}

function pathRule({ verbs, nonResourceURLs }: PolicyRule): Json {
  return { verbs, nonResourceURLs };
}
