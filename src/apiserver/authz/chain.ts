import type { Authorizer } from "../contracts.ts";

/** Several authorizers as one: the first that has an opinion decides; those that have none say why together. */
export function chain(authorizers: readonly Authorizer[]): Authorizer {
  const decide: Authorizer = async (attributes) => {
    const [reasons, errors]: [string[], string[]] = [[], []];
    for (const authorizer of authorizers) {
      const answer = await authorizer(attributes);
      if (answer.decision !== "noOpinion") return answer;
      if (answer.reason) reasons.push(answer.reason);
      if (answer.error) errors.push(answer.error);
    }
    const error = errors.length > 1 ? `[${errors.join(", ")}]` : errors[0];
    return { decision: "noOpinion", reason: reasons.join("\n"), ...(error !== undefined && { error }) };
  };
  return Object.assign(decide, { unresolved: authorizers.flatMap(({ unresolved = [] }) => unresolved) });
}
