import { admitReview, type ReviewAdmission } from "../admission/admit.ts";
import { badRequest, type KindDefinition, SelfSubjectReview, StatusError, TokenReview } from "../../api/index.ts";
import { type Clock, formatTime } from "../../base/index.ts";
import type { UserInfo } from "../../net/message.ts";
import { ANONYMOUS } from "../authn/authn.ts";
import { TokenError } from "../authn/token-fault.ts";
import type { Authenticator, RequestContext, SubresourceHandler } from "../contracts.ts";
import { type Json, respondObject } from "../http/object.ts";
import { readPosted } from "../http/posted.ts";
import { managedBySender } from "../subresources/managed.ts";

export interface IdentityReviewOptions extends ReviewAdmission {
  readonly authenticators: readonly Authenticator[];
  /** Of the API server: whom a token that names nobody else is for. */
  readonly audiences: readonly string[];
  /** Who shows no credentials is let in as somebody. */
  readonly anonymous: boolean | readonly string[];
  readonly clock: Clock;
}

/** Who is this? By resource name. */
export function identityReviews(options: IdentityReviewOptions): [string, SubresourceHandler][] {
  return [
    ["tokenreviews", tokenReview(options)],
    ["selfsubjectreviews", selfReview(options)],
  ];
}

/** A user as reviews show it. */
function userJson({ name, uid, groups, extra }: UserInfo): Json {
  return { username: name, ...(uid && { uid }), groups: [...groups], ...(extra && { extra }) };
}

function tokenReview(options: IdentityReviewOptions): SubresourceHandler {
  const kind = TokenReview as unknown as KindDefinition;
  return async (context) => {
    const read = await readPosted(context, kind, kind);
    const asked = { ...read, metadata: managedBySender(context, read, { type: kind, clock: options.clock }) };
    const { object: review, validate } = await admitReview(context, { kind, object: asked }, options);
    const { token, audiences } = (review.spec ?? {}) as { token?: string; audiences?: readonly string[] };
    if (!token) throw badRequest("token is required for TokenReview in authentication");
    await validate();
    const status = await statusOfToken(context, { ...options, token, wanted: audiences });
    // What was sent stands where nothing is known that says otherwise.
    const { authenticated: _, user: sentUser, ...sent } = (review.status ?? {}) as Json;
    const user = status.user ?? sentUser ?? {};
    return respondObject(context, 201, { ...review, status: { ...sent, ...status, user } }, kind);
  };
}

interface TokenCall extends IdentityReviewOptions {
  readonly token: string;
  /** Whom the token must be for, if the review says so. */
  readonly wanted: readonly string[] | undefined;
}

async function statusOfToken(
  { request }: RequestContext,
  { token, wanted, authenticators, audiences: own, anonymous }: TokenCall,
): Promise<Json> {
  const audiences = wanted?.length ? wanted : own;
  const asked = { ...request, headers: { authorization: `Bearer ${token}` }, peer: { address: "" } };
  try {
    for (const authenticator of authenticators) {
      const user = await authenticator(asked, audiences);
      if (!user) continue;
      const groups = [...new Set([...user.groups, "system:authenticated"])];
      const met = user.audiences
        ? user.audiences.filter((one) => audiences.includes(one))
        : audiences.filter((one) => own.includes(one));
      return { authenticated: true, user: userJson({ ...user, groups }), ...(met.length > 0 && { audiences: met }) };
    }
  } catch (error) {
    if (!(error instanceof StatusError) || error.code !== 401) throw error;
    const { cause } = error;
    const why = cause instanceof TokenError ? `[invalid bearer token, ${cause.message}]` : "invalid bearer token";
    return { error: why };
  }
  return anonymous ? { authenticated: true, user: userJson(ANONYMOUS), audiences } : {};
}

function selfReview(options: IdentityReviewOptions): SubresourceHandler {
  const kind = SelfSubjectReview as unknown as KindDefinition;
  return async (context) => {
    const object = await readPosted(context, kind, kind);
    await (await admitReview(context, { kind, object }, options)).validate();
    const metadata = { creationTimestamp: formatTime(options.clock.now()) };
    return respondObject(context, 201, { metadata, status: { userInfo: userJson(context.user) } }, kind);
  };
}
