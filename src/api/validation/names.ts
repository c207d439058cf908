/** Rules of names and keys: each function returns what is wrong with a text, in the words that clients see. */

const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const LABEL_1035 = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const SUBDOMAIN_WITH_UNDERSCORES = /^_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?(\._?[a-z0-9]([-_a-z0-9]*[a-z0-9])?)*$/;
const NAME_PART = /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;
const CONFIG_MAP_KEY = /^[-._a-zA-Z0-9]+$/;
const ENV_NAME = /^[ -<>-~]+$/;
const HEADER_NAME = /^[-A-Za-z0-9]+$/;
const C_IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]*$/;

const LABEL_MAX = 63;
const SUBDOMAIN_MAX = 253;
const PORT_NAME_MAX = 15;

const LABEL_RULE =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const LABEL_1035_RULE =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
/** The rule of names that are DNS subdomains, as messages state it. */
export const DNS_SUBDOMAIN_RULE =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const CASELESS_RULE =
  "an RFC 1123 subdomain must consist of alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'Example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const WILDCARD_RULE =
  "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character (e.g. '*.example.com', regex used for validation is '\\*\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const UNDERSCORES_RULE =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?(\\._?[a-z0-9]([-_a-z0-9]*[a-z0-9])?)*')";
const QUALIFIED_RULE =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const LABEL_VALUE_RULE =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
const CONFIG_MAP_KEY_RULE =
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";
const C_IDENTIFIER_RULE =
  "a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName', regex used for validation is '[A-Za-z_][A-Za-z0-9_]*')";
const ENV_NAME_RULE =
  "a valid environment variable name must consist only of printable ASCII characters other than '='";
const HEADER_NAME_RULE =
  "a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')";

/** What the rule says, when the text doesn't match. */
function unless(matches: boolean, rule: string): string[] {
  return matches ? [] : [rule];
}

function longerThan(text: string, max: number, unit: "characters" | "bytes"): string[] {
  return Buffer.byteLength(text) > max ? [`must be no more than ${max} ${unit}`] : [];
}

/** A DNS label (RFC 1123), such as a container's name; `unit` as the message has it. */
export function dnsLabelProblems(text: string, unit: "characters" | "bytes" = "characters"): string[] {
  const problems = longerThan(text, LABEL_MAX, unit);
  if (LABEL.test(text)) return problems;
  // Of a valid subdomain only the dots can be wrong.
  return [...problems, SUBDOMAIN.test(text) ? "must not contain dots" : LABEL_RULE];
}

/** A DNS label that starts with a letter (RFC 1035). */
export function dnsLabel1035Problems(text: string): string[] {
  return [...longerThan(text, LABEL_MAX, "characters"), ...unless(LABEL_1035.test(text), LABEL_1035_RULE)];
}

/** A DNS subdomain (RFC 1123), such as most objects' names; `unit` as the message has it. */
export function dnsSubdomainProblems(text: string, unit: "characters" | "bytes" = "characters"): string[] {
  return [...longerThan(text, SUBDOMAIN_MAX, unit), ...unless(SUBDOMAIN.test(text), DNS_SUBDOMAIN_RULE)];
}

/** A DNS subdomain in small or capital letters. */
export function caselessSubdomainProblems(text: string): string[] {
  return [...longerThan(text, SUBDOMAIN_MAX, "bytes"), ...unless(SUBDOMAIN.test(text.toLowerCase()), CASELESS_RULE)];
}

/** A DNS subdomain after "*.", such as the host of a rule that is for many. */
export function wildcardSubdomainProblems(text: string): string[] {
  const matches = text.startsWith("*.") && SUBDOMAIN.test(text.slice(2));
  return [...longerThan(text, SUBDOMAIN_MAX, "characters"), ...unless(matches, WILDCARD_RULE)];
}

/** A DNS subdomain whose labels may have underscores, such as a search path. */
export function dnsSubdomainWithUnderscoresProblems(text: string): string[] {
  const rule = unless(SUBDOMAIN_WITH_UNDERSCORES.test(text), UNDERSCORES_RULE);
  return [...longerThan(text, SUBDOMAIN_MAX, "characters"), ...rule];
}

/** A name with an optional DNS subdomain before a slash, such as a label's key. */
export function qualifiedNameProblems(text: string): string[] {
  const parts = text.split("/");
  if (parts.length > 2)
    return [
      `a valid label key ${QUALIFIED_RULE} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  const problems: string[] = [];
  const name = parts.at(-1)!;
  if (parts.length === 2) {
    const prefix = parts[0]!;
    if (prefix === "") problems.push("prefix part must be non-empty");
    else if (prefix.length > SUBDOMAIN_MAX) problems.push(`prefix part must be no more than ${SUBDOMAIN_MAX} bytes`);
    else problems.push(...dnsSubdomainProblems(prefix).map((problem) => `prefix part ${problem}`));
  }
  if (name === "") problems.push("name part must be non-empty");
  else problems.push(...longerThan(name, LABEL_MAX, "bytes").map((problem) => `name part ${problem}`));
  if (!NAME_PART.test(name)) problems.push(`name part ${QUALIFIED_RULE}`);
  return problems;
}

/** The value of a label. */
export function labelValueProblems(text: string): string[] {
  return [...longerThan(text, LABEL_MAX, "bytes"), ...unless(text === "" || NAME_PART.test(text), LABEL_VALUE_RULE)];
}

/** A key of a config map or secret. */
export function configMapKeyProblems(text: string): string[] {
  const problems = [
    ...longerThan(text, SUBDOMAIN_MAX, "characters"),
    ...unless(CONFIG_MAP_KEY.test(text), CONFIG_MAP_KEY_RULE),
  ];
  if (text === ".") problems.push("must not be '.'");
  else if (text === "..") problems.push("must not be '..'");
  else if (text.startsWith("..")) problems.push("must not start with '..'");
  return problems;
}

/** The name of an environment variable. */
export function envNameProblems(text: string): string[] {
  return unless(ENV_NAME.test(text), ENV_NAME_RULE);
}

/** The name of an HTTP header. */
export function headerNameProblems(text: string): string[] {
  return unless(HEADER_NAME.test(text), HEADER_NAME_RULE);
}

/** A name that the C language would take. */
export function cIdentifierProblems(text: string): string[] {
  return unless(C_IDENTIFIER.test(text), C_IDENTIFIER_RULE);
}

/** The name of a port (IANA service name). */
export function portNameProblems(text: string): string[] {
  return [
    ...longerThan(text, PORT_NAME_MAX, "characters"),
    ...unless(/^[-a-z0-9]+$/.test(text), "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)"),
    ...unless(/[a-z]/.test(text), "must contain at least one letter (a-z)"),
    ...unless(!text.includes("--"), "must not contain consecutive hyphens"),
    ...unless(!/^-|-$/.test(text), "must not begin or end with a hyphen"),
  ];
}

/** A name that becomes part of a URL's path. */
export function pathSegmentProblems(text: string): string[] {
  if (text === "." || text === "..") return [`may not be '${text}'`];
  return ["/", "%"].filter((one) => text.includes(one)).map((one) => `may not contain '${one}'`);
}

/** A prefix of names: what generateName holds; a dash at its end is followed by more. */
export function asPrefix(text: string): string {
  return text.length > 1 && text.endsWith("-") ? `${text.slice(0, -2)}a` : text;
}
