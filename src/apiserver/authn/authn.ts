import type { Clock } from "../../base/index.ts";
import {
  type Certificate,
  parseCertificate,
  parseCertificates,
  userOfCertificate,
  verifyCertificate,
} from "../../pki/index.ts";
import type { Authenticator } from "../contracts.ts";
import type { UserInfo } from "../../net/message.ts";
import type { TokenReader } from "./bearer.ts";

/** One line of a token file. */
export interface StaticToken {
  readonly token: string;
  readonly user: string;
  readonly uid: string;
  readonly groups: readonly string[];
}

const CREDENTIAL_ID = "authentication.kubernetes.io/credential-id";

/** Who shows no credentials. */
export const ANONYMOUS: UserInfo = { name: "system:anonymous", groups: ["system:unauthenticated"] };

/** The component that calls within this process. */
export const inProcess: Authenticator = async ({ peer }) => peer.identity;

/** The subject of a client certificate that TLS has verified: common name is the user, organizations are the groups. */
export function clientCertificates(only?: { readonly ca: string; readonly clock: Clock }): Authenticator {
  const known = new WeakMap<Uint8Array, UserInfo>();
  const roots = only && parseCertificates(only.ca);
  return async ({ peer: { certificate } }) => {
    if (!certificate) return undefined;
    let user = known.get(certificate);
    if (!user) {
      if (roots && !isIssuedBy(certificate, roots, only.clock.now())) return undefined;
      const subject = userOfCertificate(certificate);
      if (!subject) return undefined;
      user = {
        name: subject.name,
        groups: subject.groups,
        ...(subject.uid !== undefined && { uid: subject.uid }),
        extra: { [CREDENTIAL_ID]: [subject.credentialId] },
      };
      known.set(certificate, user);
    }
    return user;
  };
}

/** Whether an authority among `roots` made this client certificate. */
export function isIssuedBy(certificate: Uint8Array, roots: readonly Certificate[], nowMs: number): boolean {
  try {
    verifyCertificate(parseCertificate(certificate), { roots, nowMs, usage: "client auth" });
    return true;
  } catch {
    return false;
  }
}

/** Tokens that a file lists. */
export function staticTokens(tokens: readonly StaticToken[], own: readonly string[] = []): TokenReader {
  const users = new Map(tokens.map(({ token, user, uid, groups }) => [token, { name: user, uid, groups }]));
  // They are for this server and nobody else.
  return async (token, audiences = own) =>
    own.length === 0 || audiences.some((one) => own.includes(one)) ? users.get(token) : undefined;
}

/** Reads a token file: token,user,uid,"group1,group2" a line; throws on a line that isn't. */
export function parseTokenFile(text: string): StaticToken[] {
  return text
    .split(/\r?\n/)
    .map((line, index) => ({ line: line.trim(), number: index + 1 }))
    .filter(({ line }) => line !== "" && !line.startsWith("#"))
    .map(({ line, number }) => {
      const fields = [...line.matchAll(/("([^"]*)"|[^,]*)(,|$)/g)].map((match) => (match[2] ?? match[1] ?? "").trim());
      const [token, user, uid, groups = ""] = fields;
      if (!token || !user || !uid)
        throw new Error(
          `read token file: line ${number} has ${fields.filter(Boolean).length} fields, wanted at least token, user and uid`,
        );
      return {
        token,
        user,
        uid,
        groups: groups
          .split(",")
          .map((one) => one.trim())
          .filter(Boolean),
      };
    });
}
