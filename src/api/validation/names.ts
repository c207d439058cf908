const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const LABEL_RULE =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";

/** Why a text can't be a DNS label; undefined when it can. */
export function dnsLabelProblem(text: string): string | undefined {
  if (text.length > 63) return "must be no more than 63 characters";
  return LABEL.test(text) ? undefined : LABEL_RULE;
}

/** Why a number can't be a port; undefined when it can. */
export function portProblem(port: number): string | undefined {
  return port >= 1 && port <= 65_535 ? undefined : "must be between 1 and 65535, inclusive";
}
