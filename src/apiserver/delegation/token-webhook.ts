import { createHash } from "node:crypto";
import type { TokenReader } from "../authn/bearer.ts";
import { tokenFault } from "../authn/token-fault.ts";
import type { Authenticated } from "../contracts.ts";
import { KeptAnswers } from "../kept-answers.ts";
import { askReview, type ReviewWebhookOptions } from "./review-webhook.ts";

export interface TokenWebhookOptions extends ReviewWebhookOptions {
  readonly version: "v1" | "v1beta1";
  /** How long what it said of a token holds. */
  readonly ttlMs: number;
  /** Of this server: whom a token is for that names nobody. */
  readonly audiences: readonly string[];
}

const TOKENS_MAX = 4096;

interface ReviewStatus {
  readonly authenticated?: boolean;
  readonly user?: {
    readonly username?: string;
    readonly uid?: string;
    readonly groups?: readonly string[];
    readonly extra?: Readonly<Record<string, readonly string[]>>;
  };
  readonly audiences?: readonly string[];
  readonly error?: string;
}

/** Asks a server whose a token is (TokenReview). */
export function tokenWebhook(options: TokenWebhookOptions): TokenReader {
  const { version, ttlMs, clock, audiences: own } = options;
  const kept = new KeptAnswers<{ readonly user: Authenticated | undefined }>(clock, TOKENS_MAX);
  return async (token, audiences = own) => {
    const key = createHash("sha256")
      .update(JSON.stringify([token, audiences]))
      .digest("base64");
    const known = kept.get(key);
    if (known) return known.user;
    const status: ReviewStatus = await askReview(
      {
        kind: "TokenReview",
        apiVersion: `authentication.k8s.io/${version}`,
        metadata: {},
        spec: { token, ...(audiences.length > 0 && { audiences }) },
        status: { user: {} },
      },
      options,
    ).catch((cause: Error) => {
      throw tokenFault(cause.message);
    });
    // A server that doesn't know of audiences means this one's.
    const named = status.audiences?.length ? status.audiences : own;
    const met = named.filter((one) => audiences.includes(one));
    const isForOthers = audiences.length > 0 && met.length === 0;
    if (!isForOthers && !status.authenticated && status.error) throw tokenFault(status.error);
    const user = isForOthers || !status.authenticated ? undefined : userIn(status, met);
    kept.set(key, { user }, ttlMs);
    return user;
  };
}

function userIn({ user = {} }: ReviewStatus, audiences: readonly string[]): Authenticated {
  const { username = "", uid, groups = [], extra } = user;
  return {
    name: username,
    groups,
    ...(uid && { uid }),
    ...(extra && { extra }),
    ...(audiences.length > 0 && { audiences }),
  };
}
