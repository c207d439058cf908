import { admitReview, type ReviewAdmission } from "../admission/admit.ts";
import { badRequest, type KindDefinition, type PolicyRule, SelfSubjectRulesReview } from "../../api/index.ts";
import { nodeOf } from "../admission/node-restriction.ts";
import { asOne, grantedTo } from "../authz/rbac.ts";
import type { SubresourceHandler } from "../contracts.ts";
import { type Json, respondObject } from "../http/object.ts";
import { readPosted } from "../http/posted.ts";

/** What may I do in a namespace? */
export function rulesReview(options: ReviewAdmission): [string, SubresourceHandler] {
  const kind = SelfSubjectRulesReview as unknown as KindDefinition;
  const handler: SubresourceHandler = async (context) => {
    const read = await readPosted(context, kind, kind);
    const { object: review, validate } = await admitReview(context, { kind, object: read }, options);
    const { namespace } = (review.spec ?? {}) as { namespace?: string };
    if (!namespace) throw badRequest("no namespace on request");
    await validate();
    const { rules, missing } = grantedTo(options.reads, context.user, namespace);
    const isNode = nodeOf(context.user) !== undefined;
    const problems = [...(isNode ? ["node authorizer does not support user rule resolution"] : []), ...missing];
    const status = {
      resourceRules: rules.filter((rule) => rule.resources?.length).map(resourceRule),
      nonResourceRules: rules.filter((rule) => rule.nonResourceURLs?.length).map(pathRule),
      incomplete: isNode,
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
