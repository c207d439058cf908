import { lengthOf } from "../cost.ts";
import type { Library } from "../environment.ts";
import { overload } from "../signature.ts";
import { parseTimestamp } from "../time.ts";
import { opaque } from "../types.ts";
import { parseUrl } from "../urls.ts";
import { Opaque, Optional, type Value } from "../values.ts";

const FORMAT = opaque("kubernetes.NamedFormat");

/** What is wrong with a text. */
type Problems = (text: string) => string[];

const LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
const SUBDOMAIN = `${LABEL}(\\.${LABEL})*`;
const LABEL_1035 = "[a-z]([-a-z0-9]*[a-z0-9])?";
const QUALIFIED = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";

interface Rule {
  readonly pattern: string;
  readonly lengthMax: number;
  readonly message: string;
  readonly examples: readonly string[];
}

function byRule({ pattern, lengthMax, message, examples }: Rule): Problems {
  const whole = new RegExp(`^(?:${pattern})$`);
  const shown = examples.map((one) => `'${one}', `).join(" or ");
  const detail = `${message} (e.g. ${shown} regex used for validation is '${pattern}')`.replace(",  regex", ", regex");
  return (text) => {
    const problems = text.length > lengthMax ? [`must be no more than ${lengthMax} bytes`] : [];
    return whole.test(text) ? problems : [...problems, detail];
  };
}

const dns1123Label = byRule({
  pattern: LABEL,
  lengthMax: 63,
  message:
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
  examples: ["my-name", "123-abc"],
});
const dns1123Subdomain = byRule({
  pattern: SUBDOMAIN,
  lengthMax: 253,
  message:
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
  examples: ["example.com"],
});
const dns1035Label = byRule({
  pattern: LABEL_1035,
  lengthMax: 63,
  message:
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
  examples: ["my-name", "abc-123"],
});
const labelValue = byRule({
  pattern: `(${QUALIFIED})?`,
  lengthMax: 63,
  message:
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  examples: ["MyValue", "my_value", "12345"],
});
const namePart = byRule({
  pattern: QUALIFIED,
  lengthMax: 63,
  message:
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  examples: ["MyName", "my.name", "123-abc"],
});

function qualifiedName(text: string): string[] {
  const parts = text.split("/");
  if (parts.length > 2) {
    const [detail = ""] = namePart("");
    return [`a valid label key ${detail} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`];
  }
  const name = parts.at(-1) as string;
  const problems: string[] = [];
  if (parts.length === 2) {
    const prefix = parts[0] as string;
    if (prefix === "") problems.push("prefix part must be non-empty");
    else problems.push(...dns1123Subdomain(prefix).map((one) => `prefix part ${one}`));
  }
  if (name === "") problems.push("name part must be non-empty");
  return [...problems, ...namePart(name).map((one) => `name part ${one}`)];
}

/** A prefix may end with a dash, since something follows. */
const prefix =
  (problems: Problems): Problems =>
  (text) =>
    problems(text.length > 1 && text.endsWith("-") ? `${text.slice(0, -1)}a` : text);

const when =
  (test: (text: string) => boolean, problem: string): Problems =>
  (text) =>
    test(text) ? [] : [problem];

function uri(text: string): string[] {
  const parts = parseUrl(text);
  return typeof parts === "string" ? [parts] : [];
}

const UUID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

const FORMATS: ReadonlyMap<string, Problems> = new Map([
  ["dns1123Label", dns1123Label],
  ["dns1123Subdomain", dns1123Subdomain],
  ["dns1035Label", dns1035Label],
  ["qualifiedName", qualifiedName],
  ["dns1123LabelPrefix", prefix(dns1123Label)],
  ["dns1123SubdomainPrefix", prefix(dns1123Subdomain)],
  ["dns1035LabelPrefix", prefix(dns1035Label)],
  ["labelValue", labelValue],
  ["uri", uri],
  ["uuid", when((text) => UUID.test(text), "does not match the UUID format")],
  ["byte", when((text) => BASE64.test(text), "invalid base64")],
  ["date", when((text) => parseTimestamp(`${text}T00:00:00Z`) !== undefined, "invalid date")],
  ["datetime", when((text) => parseTimestamp(text) !== undefined, "invalid datetime")],
]);

const formatOf = (name: string): Value => new Opaque(FORMAT, FORMATS.get(name), name);

function validate({ content }: Opaque, text: string): Value {
  const problems = (content as Problems)(text);
  return new Optional(problems.length > 0 ? problems : undefined);
}

/** Kubernetes' named formats of texts. */
export const formats: Library = {
  types: [FORMAT],
  overloads: [
    ...[...FORMATS.keys()].map((name) => overload(`format:${name}(): ${FORMAT.name}`, () => formatOf(name))),
    overload(
      `format:named(string): optional(${FORMAT.name})`,
      (name: string) => new Optional(FORMATS.has(name) ? formatOf(name) : undefined),
    ),
    overload(`${FORMAT.name}.validate(string): optional(list(string))`, validate, ([, text]) =>
      Math.ceil(lengthOf(text as Value) * 0.1),
    ),
  ],
};
