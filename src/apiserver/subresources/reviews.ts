import {
  invalid,
  type KindDefinition,
  LocalSubjectAccessReview,
  SelfSubjectAccessReview,
  SelfSubjectReview,
  StatusError,
  SubjectAccessReview,
  TokenReview,
  badRequest,
} from "../../api/index.ts";
import { type Clock, formatTime } from "../../base/index.ts";
import type { UserInfo } from "../../net/message.ts";
import type { Attributes, Authenticator, Authorizer, RequestContext, SubresourceHandler } from "../contracts.ts";
import { type Json, readObject, respondObject } from "../http/object.ts";

interface ReviewOptions {
  readonly authenticators: readonly Authenticator[];
  readonly authorizers: readonly Authorizer[];
  readonly clock: Clock;
}

/** Kinds that are only ever asked: who is this, may they do that. By resource name. */
export function reviewHandlers(options: ReviewOptions): [string, SubresourceHandler][] {
  const access = (kind: KindDefinition, subject: Subject) => accessReview(options, kind, subject);
  const own = ({ user }: RequestContext) => user;
  return [
    ["tokenreviews", tokenReview(options)],
    ["selfsubjectreviews", selfReview(options)],
    ["subjectaccessreviews", access(SubjectAccessReview as unknown as KindDefinition, subjectOf)],
    ["localsubjectaccessreviews", access(LocalSubjectAccessReview as unknown as KindDefinition, subjectOf)],
    ["selfsubjectaccessreviews", access(SelfSubjectAccessReview as unknown as KindDefinition, own)],
  ];
}

type Subject = (context: RequestContext, spec: Json) => UserInfo;

function subjectOf(_: RequestContext, { user, uid, groups, extra }: Json): UserInfo {
  return {
    name: String(user ?? ""),
    groups: (groups ?? []) as string[],
    ...(uid ? { uid: String(uid) } : {}),
    ...(extra ? { extra: extra as Record<string, string[]> } : {}),
  };
}

/** A user as reviews show it. */
function userJson({ name, uid, groups, extra }: UserInfo): Json {
  return { username: name, ...(uid && { uid }), groups: [...groups], ...(extra && { extra }) };
}

function tokenReview({ authenticators }: ReviewOptions): SubresourceHandler {
  const kind = TokenReview as unknown as KindDefinition;
  return async (context) => {
    const review = await readObject(context, kind);
    const { token } = (review.spec ?? {}) as { token?: string };
    if (!token) throw badRequest("token is required for TokenReview in authentication");
    const status = await statusOfToken(context, token, authenticators);
    return respondObject(context, 201, { ...review, status }, kind);
  };
}

async function statusOfToken(
  context: RequestContext,
  token: string,
  authenticators: readonly Authenticator[],
): Promise<Json> {
  const request = { ...context.request, headers: { authorization: `Bearer ${token}` }, peer: { address: "" } };
  try {
    for (const authenticator of authenticators) {
      const user = await authenticator(request);
      if (!user) continue;
      const groups = user.groups.includes("system:authenticated")
        ? user.groups
        : [...user.groups, "system:authenticated"];
      return { authenticated: true, user: userJson({ ...user, groups }) };
    }
  } catch (error) {
    if (!(error instanceof StatusError) || error.code !== 401) throw error;
    return { user: {}, error: "[invalid bearer token, Unauthorized]" };
  }
  return { user: {} };
}

function selfReview({ clock }: ReviewOptions): SubresourceHandler {
  const kind = SelfSubjectReview as unknown as KindDefinition;
  return async (context) => {
    await readObject(context, kind);
    const metadata = { creationTimestamp: formatTime(clock.now()) };
    return respondObject(context, 201, { metadata, status: { userInfo: userJson(context.user) } }, kind);
  };
}

function accessReview({ authorizers }: ReviewOptions, kind: KindDefinition, subject: Subject): SubresourceHandler {
  return async (context) => {
    const review = await readObject(context, kind);
    const spec = (review.spec ?? {}) as Json;
    checkAccess(kind, context, spec);
    const attributes = attributesOf(subject(context, spec), spec);
    const { decision, reason } = await decide(attributes, authorizers);
    const status = {
      allowed: decision === "allow",
      ...(decision === "deny" && { denied: true }),
      ...(reason && { reason }),
    };
    return respondObject(context, 201, { ...review, status }, kind);
  };
}

function checkAccess(kind: KindDefinition, { info }: RequestContext, spec: Json): void {
  const refuse = (path: string, detail: string, value?: unknown) =>
    invalid(kind, "", [{ path, type: "Invalid", value: value ?? null, detail }]);
  const { resourceAttributes, nonResourceAttributes } = spec as {
    resourceAttributes?: Json;
    nonResourceAttributes?: Json;
  };
  if (resourceAttributes && nonResourceAttributes)
    throw refuse(
      "spec.nonResourceAttributes",
      "cannot be specified in combination with resourceAttributes",
      nonResourceAttributes,
    );
  if (!resourceAttributes && !nonResourceAttributes)
    throw refuse(
      "spec.resourceAttributes",
      "exactly one of nonResourceAttributes or resourceAttributes must be specified",
    );
  if (kind.kind !== "SelfSubjectAccessReview" && !spec.user && !(spec.groups as unknown[] | undefined)?.length)
    throw refuse("spec.user", "at least one of user or group must be specified", "");
  if (kind.kind === "LocalSubjectAccessReview" && resourceAttributes?.namespace !== info.namespace)
    throw refuse(
      "spec.resourceAttributes.namespace",
      "must match metadata.namespace",
      resourceAttributes?.namespace ?? "",
    );
}

function attributesOf(user: UserInfo, spec: Json): Attributes {
  const { resourceAttributes: of, nonResourceAttributes: path } = spec as {
    resourceAttributes?: Readonly<Record<string, string>>;
    nonResourceAttributes?: Readonly<Record<string, string>>;
  };
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

async function decide(attributes: Attributes, authorizers: readonly Authorizer[]) {
  const reasons: string[] = [];
  for (const authorizer of authorizers) {
    const answer = await authorizer(attributes);
    if (answer.decision !== "noOpinion") return answer;
    if (answer.reason) reasons.push(answer.reason);
  }
  return { decision: "noOpinion", reason: reasons.join("\n") } as const;
}
