import type { Attributes, Authorizer } from "../contracts.ts";

export interface Decision {
  readonly isAllowed: boolean;
  /** Why; of several authorizers that have no opinion, all reasons. */
  readonly reason: string;
  /** What went wrong, where it isn't allowed for that. */
  readonly error?: string;
}

/** Asks authorizers in their order until one allows or denies; nobody's opinion is a no. */
export async function decide(attributes: Attributes, authorizers: readonly Authorizer[]): Promise<Decision> {
  const reasons: string[] = [];
  const errors: string[] = [];
  for (const authorizer of authorizers) {
    const { decision, reason, error } = await authorizer(attributes);
    if (decision === "allow") return { isAllowed: true, reason };
    if (reason) reasons.push(reason);
    if (error) errors.push(error);
    if (decision === "deny") break;
  }
  return {
    isAllowed: false,
    reason: reasons.join("\n"),
    ...(errors.length > 0 && { error: errors.length === 1 ? errors[0]! : `[${errors.join(", ")}]` }),
  };
}
