import type { FieldError } from "../kind.ts";
import { invalidValue, required } from "./errors.ts";
import { dnsSubdomainProblems } from "./names.ts";
import { portProblems } from "./numbers.ts";

const FORM = "; desired format: https://host[/path]";

/** Parts of a URL as far as rules speak of them; undefined for text that is no URL. */
interface UrlParts {
  readonly scheme: string;
  readonly host: string;
  readonly user: string | undefined;
  readonly query: string;
  readonly fragment: string;
}

const URL_PARTS = /^(?:([a-zA-Z][a-zA-Z0-9+.-]*):)?(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s;

function parseUrl(text: string): UrlParts | string {
  if (/[\u0000-\u001f\u007f]/.test(text))
    return `parse ${JSON.stringify(text)}: net/url: invalid control character in URL`;
  const parts = URL_PARTS.exec(text);
  if (!parts?.[1] && /^[^/?#]*:/.test(text) && !text.startsWith(":"))
    return `parse ${JSON.stringify(text)}: first path segment in URL cannot contain colon`;
  if (!parts || (text.startsWith(":") && !parts[1])) return `parse ${JSON.stringify(text)}: missing protocol scheme`;
  const [, scheme = "", authority = "", , query = "", fragment = ""] = parts;
  const at = authority.lastIndexOf("@");
  const host = authority.slice(at + 1);
  if (/[\s<>"]/.test(host))
    return `parse ${JSON.stringify(text)}: invalid character ${JSON.stringify(/[\s<>"]/.exec(host)![0])} in host name`;
  const wrong = (what: string) => `parse ${JSON.stringify(text)}: ${what}`;
  if (host.startsWith("[") && !host.includes("]")) return wrong("missing ']' in host");
  // What is asked for is taken as it is.
  const broken = /%(?![0-9A-Fa-f]{2}).{0,2}/.exec(text.replace(/\?[^#]*/, ""))?.[0];
  if (broken !== undefined) return wrong(`invalid URL escape ${JSON.stringify(broken)}`);
  const port = /:([^\]]*)$/.exec(host)?.[1];
  if (port && !/^\d*$/.test(port))
    return `parse ${JSON.stringify(text)}: invalid port ${JSON.stringify(`:${port}`)} after host`;
  return { scheme: scheme.toLowerCase(), host, user: at < 0 ? undefined : authority.slice(0, at), query, fragment };
}

/** What is wrong with the address of a webhook. */
export function validateWebhookUrl(path: string, url: string): FieldError[] {
  const parts = parseUrl(url);
  if (typeof parts === "string") return [required(path, `url must be a valid URL: ${parts}${FORM}`)];
  const errors: FieldError[] = [];
  if (parts.scheme !== "https")
    errors.push(invalidValue(path, parts.scheme, `'https' is the only allowed URL scheme${FORM}`));
  if (parts.host === "") errors.push(invalidValue(path, "", `host must be specified${FORM}`));
  if (parts.user !== undefined)
    errors.push(invalidValue(path, parts.user, "user information is not permitted in the URL"));
  if (parts.fragment !== "") errors.push(invalidValue(path, parts.fragment, "fragments are not permitted in the URL"));
  if (parts.query !== "") errors.push(invalidValue(path, parts.query, "query parameters are not permitted in the URL"));
  return errors;
}

/** The service that a webhook is reached by. */
export interface WebhookService {
  readonly name?: string;
  readonly namespace?: string;
  readonly path?: string;
  readonly port?: number;
}

/** What is wrong with the service of a webhook. */
export function validateWebhookService(path: string, service: WebhookService): FieldError[] {
  const { name, namespace, port = 443, path: urlPath } = service;
  const errors: FieldError[] = [];
  if (!name) errors.push(required(`${path}.name`));
  if (!namespace) errors.push(required(`${path}.namespace`));
  const problems = portProblems(port);
  if (problems.length > 0) errors.push(invalidValue(`${path}.port`, port, `port is not valid: ${problems.join(",")}`));
  return urlPath === undefined ? errors : [...errors, ...validateUrlPath(`${path}.path`, urlPath)];
}

function validateUrlPath(path: string, urlPath: string): FieldError[] {
  if (urlPath === "" || urlPath === "/") return [];
  if (urlPath === "//") return [invalidValue(path, urlPath, "segment[0] may not be empty")];
  const errors = urlPath.startsWith("/") ? [] : [invalidValue(path, urlPath, "must start with a '/'")];
  const steps = urlPath.slice(1).replace(/\/$/, "").split("/");
  steps.forEach((step, index) => {
    const problems = step === "" ? [" may not be empty"] : dnsSubdomainProblems(step).map((problem) => `: ${problem}`);
    for (const problem of problems) errors.push(invalidValue(path, urlPath, `segment[${index}]${problem}`));
  });
  return errors;
}
