import type { FieldError } from "../../kind.ts";
import { dnsLabelProblems, dnsSubdomainProblems, invalidValue, required } from "../../validation/index.ts";

const DOMAIN_MAX = 253;

/** Problems with the name of a signer of certificates: a domain and a path, which is told as `spec.signerName`. */
export function validateSignerName(name: string): FieldError[] {
  const path = "spec.signerName";
  if (!name) return [required(path)];
  const [domain = "", signer, ...rest] = name.split("/");
  if (signer === undefined || rest.length > 0) {
    const detail = "must be a fully qualified domain and path of the form 'example.com/signer-name'";
    return [invalidValue(path, name, detail)];
  }
  const errors: FieldError[] = [];
  if (domain.length > DOMAIN_MAX)
    errors.push(invalidValue(path, domain, `must be no more than ${DOMAIN_MAX} characters`));
  const labels = domain.split(".");
  const bad = labels.find((label) => dnsLabelProblems(label).length > 0);
  for (const problem of bad === undefined ? [] : dnsLabelProblems(bad))
    errors.push(invalidValue(path, domain, `validating label ${JSON.stringify(bad)}: ${problem}`));
  if (labels.length < 2)
    errors.push(invalidValue(path, domain, "should be a domain with at least two segments separated by dots"));
  const part = signer.split(".").find((one) => dnsSubdomainProblems(one).length > 0);
  for (const problem of part === undefined ? [] : dnsSubdomainProblems(part))
    errors.push(invalidValue(path, signer, `validating label ${JSON.stringify(part)}: ${problem}`));
  return errors;
}
