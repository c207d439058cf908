import { own } from "../../base/index.ts";
import { nameServer } from "../../net/index.ts";

/** What the system says of a connection that couldn't be made, in the words that Kubernetes' clients know. */
const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connect: connection refused",
  EHOSTUNREACH: "connect: no route to host",
  ENETUNREACH: "connect: network is unreachable",
  ETIMEDOUT: "connect: connection timed out",
};

const UNKNOWN_AUTHORITY = "certificate signed by unknown authority";
/** The same of certificates that can't be believed. */
const CERTIFICATE_WORDS: Readonly<Record<string, string>> = {
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNKNOWN_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT: UNKNOWN_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNKNOWN_AUTHORITY,
  SELF_SIGNED_CERT_IN_CHAIN: UNKNOWN_AUTHORITY,
  DEPTH_ZERO_SELF_SIGNED_CERT: UNKNOWN_AUTHORITY,
  CERT_SIGNATURE_FAILURE: UNKNOWN_AUTHORITY,
  CERT_HAS_EXPIRED: "certificate has expired or is not yet valid",
  CERT_NOT_YET_VALID: "certificate has expired or is not yet valid",
  ERR_TLS_CERT_ALTNAME_INVALID: "certificate is not valid for the name asked for",
};

interface SystemError extends Error {
  readonly code?: string;
  readonly address?: string;
  readonly port?: number;
  readonly hostname?: string;
}

/** Why another end didn't answer. */
export function dialProblem(error: Error): string {
  const cause = (error.cause instanceof Error ? error.cause : error) as SystemError;
  const { code = "", address = "", port } = cause;
  if (code === "ECONNRESET") return "EOF";
  if (Object.hasOwn(CERTIFICATE_WORDS, code))
    return `tls: failed to verify certificate: x509: ${own(CERTIFICATE_WORDS, code)}`;
  if (code === "ENOTFOUND") return `dial tcp: lookup ${cause.hostname} on ${nameServer()}: no such host`;
  if (!Object.hasOwn(WORDS, code) || port === undefined) return cause.message;
  return `dial tcp ${address.includes(":") ? `[${address}]` : address}:${port}: ${own(WORDS, code)}`;
}
