import type { Clock } from "../../base/index.ts";
import { parseCertificate, parseCertificates } from "../../pki/index.ts";
import { type ApiRequest, headerLines } from "../../net/message.ts";
import type { Authenticator } from "../contracts.ts";
import { isIssuedBy } from "./authn.ts";
import { unescapedKey } from "./impersonate.ts";

/** Proxies in front of the server: whom to believe, and in which headers they say who calls. */
export interface RequestHeaderOptions {
  /** Authorities of the proxies' client certificates (PEM). */
  readonly ca: string;
  /** Their common names; any of the authorities' when empty. */
  readonly allowedNames: readonly string[];
  readonly usernameHeaders: readonly string[];
  readonly uidHeaders: readonly string[];
  readonly groupHeaders: readonly string[];
  readonly extraHeaderPrefixes: readonly string[];
}

/** Believes the headers of those who show a certificate of a front proxy; says nothing about anyone else. */
export function requestHeaders(options: RequestHeaderOptions, clock: Clock): Authenticator {
  const roots = parseCertificates(options.ca);
  const { allowedNames } = options;
  const nameHeaders = options.usernameHeaders.map((header) => header.toLowerCase());
  const uidHeaders = options.uidHeaders.map((header) => header.toLowerCase());
  return async (request) => {
    const { headers, peer } = request;
    const { certificate } = peer;
    const name = first(headers, nameHeaders);
    if (!name || !certificate || !isIssuedBy(certificate, roots, clock.now())) return undefined;
    const { commonName = "" } = parseCertificate(certificate).subject;
    if (allowedNames.length > 0 && !allowedNames.includes(commonName)) return undefined;
    const uid = first(headers, uidHeaders);
    const extra = extraOf(request, options.extraHeaderPrefixes);
    return {
      name,
      groups: options.groupHeaders.flatMap((header) => headerLines(request, header.toLowerCase())),
      ...(uid && { uid }),
      ...(Object.keys(extra).length > 0 && { extra }),
    };
  };
}

function first(headers: Readonly<Record<string, string>>, names: readonly string[]): string | undefined {
  for (const name of names) if (headers[name]) return headers[name];
  return undefined;
}

function extraOf(request: ApiRequest, prefixes: readonly string[]): Record<string, readonly string[]> {
  const extra: Record<string, readonly string[]> = {};
  for (const name of Object.keys(request.headers)) {
    const prefix = prefixes.map((one) => one.toLowerCase()).find((one) => name.startsWith(one));
    if (prefix) extra[unescapedKey(name.slice(prefix.length))] = headerLines(request, name);
  }
  return extra;
}
