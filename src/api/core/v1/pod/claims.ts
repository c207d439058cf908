import type { FieldError } from "../../../kind.ts";
import {
  dnsLabelProblems,
  dnsSubdomainProblems,
  duplicateValue,
  internalValue,
  invalidValue,
  problemsAt,
  required,
} from "../../../validation/index.ts";
import { PodResourceClaim } from "../podspec.ts";

/** Devices that a pod claims: each by a claim that exists or a template of one. */
export function validateResourceClaims(
  path: string,
  claims: readonly PodResourceClaim[] = [],
  podName: string | undefined,
): FieldError[] {
  const seen = new Set<string>();
  return claims.flatMap((claim, index) => {
    const { name, resourceClaimName: existing, resourceClaimTemplateName: template } = claim;
    const at = `${path}[${index}]`;
    const errors: FieldError[] = [];
    if (!name) errors.push(required(`${at}.name`));
    else if (seen.has(name)) errors.push(duplicateValue(`${at}.name`, name));
    else {
      const problems = dnsLabelProblems(name);
      errors.push(...problemsAt(`${at}.name`, name, problems));
      if (problems.length === 0 && podName && template !== undefined) {
        const made = `${podName}-${name}`;
        const wrong = dnsSubdomainProblems(made).map((problem) => `final ResourceClaim name: ${problem}`);
        errors.push(...problemsAt(`${at}.name`, made, wrong));
      }
      seen.add(name);
    }
    return [...errors, ...validateChoice(at, claim, [existing, template])];
  });
}

function validateChoice(
  path: string,
  claim: PodResourceClaim,
  [existing, template]: readonly [string | undefined, string | undefined],
): FieldError[] {
  const shown = () => internalValue(PodResourceClaim, claim);
  const errors: FieldError[] = [];
  if (existing !== undefined && template !== undefined) {
    const detail = "at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified";
    errors.push(invalidValue(path, shown(), detail));
  }
  if (existing === undefined && template === undefined) {
    const detail = "must specify one of: `resourceClaimName`, `resourceClaimTemplateName`";
    errors.push(invalidValue(path, shown(), detail));
  }
  for (const [field, name] of [
    ["resourceClaimName", existing],
    ["resourceClaimTemplateName", template],
  ] as const)
    if (name !== undefined) errors.push(...problemsAt(`${path}.${field}`, name, dnsSubdomainProblems(name)));
  return errors;
}
