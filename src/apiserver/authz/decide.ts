import type { Attributes, Authorizer } from "../contracts.ts";

export interface Decision {
  readonly isAllowed: boolean;
  /** Why; of several authorizers that have no opinion, all reasons. */
  readonly reason: string;
}

/** Asks authorizers in their order until one allows or denies; nobody's opinion is a no. */
export async function decide(attributes: Attributes, authorizers: readonly Authorizer[]): Promise<Decision> {
  const reasons: string[] = [];
  for (const authorizer of authorizers) {
    const { decision, reason } = await authorizer(attributes);
    if (decision === "allow") return { isAllowed: true, reason };
    if (reason) reasons.push(reason);
    if (decision === "deny") break;
  }
  return { isAllowed: false, reason: reasons.join("\n") };
}
