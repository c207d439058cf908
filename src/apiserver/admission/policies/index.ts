/** Policies written in CEL that look at requests. Knows nothing of how they are stored. Start at {@link validatingPolicies}. */
export { mutatingPolicies } from "./mutating.ts";
export type { PolicyOptions } from "./policies.ts";
export { validatingPolicies } from "./validating.ts";
