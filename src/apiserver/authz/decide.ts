import type { Attributes, Authorization, Authorizer } from "../contracts.ts";

export interface Decision {
  readonly isAllowed: boolean;
  /** Why; of several authorizers that have no opinion, all reasons. */
  readonly reason: string;
  /** What went wrong, where it isn't allowed for that. */
  readonly error?: string;
}

/** Asks authorizers in their order until one allows or denies; nobody's opinion is a no. */
export async function decide(attributes: Attributes, authorizers: readonly Authorizer[]): Promise<Decision> {
  const { decision, reason, error } = await firstOpinion(attributes, authorizers);
  if (decision === "allow") return { isAllowed: true, reason };
  return { isAllowed: false, reason, ...(error !== undefined && { error }) };
}

/** The answer of the first authorizer that has an opinion; those that have none say why together. */
export async function firstOpinion(attributes: Attributes, authorizers: readonly Authorizer[]): Promise<Authorization> {
  const reasons: string[] = [];
  const errors: string[] = [];
  for (const authorizer of authorizers) {
    const answer = await authorizer(attributes);
    if (answer.decision !== "noOpinion") return answer;
    if (answer.reason) reasons.push(answer.reason);
    if (answer.error) errors.push(answer.error);
  }
  const error = errors.length > 1 ? `[${errors.join(", ")}]` : errors[0];
  return { decision: "noOpinion", reason: reasons.join("\n"), ...(error !== undefined && { error }) };
}

/** Several authorizers as one. */
export function chain(authorizers: readonly Authorizer[]): Authorizer {
  return Object.assign((attributes: Attributes) => firstOpinion(attributes, authorizers), {
    unresolved: authorizers.flatMap(({ unresolved = [] }) => unresolved),
  });
}
