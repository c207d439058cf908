import type { FieldError } from "../kind.ts";
import { invalidValue, problemsAt, required } from "./errors.ts";
import { dnsSubdomainProblems } from "./names.ts";

/** What is wrong with a path below somebody's domain, such as "acme.io/foo". */
export function domainPathErrors(path: string, text: string): FieldError[] {
  if (text === "") return [required(path)];
  const [, domain = "", rest = ""] = /^([^/]*)\/(.*)$/s.exec(text) ?? [];
  if (domain === "" || rest === "")
    return [invalidValue(path, text, 'must be a domain-prefixed path (such as "acme.io/foo")')];
  const errors = problemsAt(path, domain, dnsSubdomainProblems(domain));
  if (!/^[A-Za-z0-9/\-._~%!$&'()*+,;=:]+$/.test(rest)) {
    const pattern = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+";
    errors.push(invalidValue(path, rest, `invalid path (regex used for validation is '${pattern}')`));
  }
  return errors;
}
