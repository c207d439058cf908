import { Buffer } from "node:buffer";
import { hash } from "node:crypto";
import { type Certificate, parseCertificate, publicKeyOf } from "./certificate.ts";
import { PkiError } from "./errors.ts";
import { type ExtendedKeyUsage, ipBytes } from "./extensions.ts";
import { verifySigned } from "./signature.ts";

/** No chain is longer than this. */
const CHAIN_LENGTH_MAX = 8;

export interface VerifyOptions {
  readonly roots: readonly Certificate[];
  readonly intermediates?: readonly Certificate[];
  readonly nowMs: number;
  readonly usage: ExtendedKeyUsage;
  /** The host that the certificate must be for: a DNS name or an IP address. */
  readonly host?: string;
}

/** The chain from `leaf` to a root, or the reason why there is none. */
export function verifyCertificate(leaf: Certificate, options: VerifyOptions): readonly Certificate[] {
  checkTime(leaf, options.nowMs);
  checkUsage(leaf, options.usage);
  if (options.host !== undefined && !matchesHost(leaf, options.host))
    throw new PkiError("wrongName", `verify certificate: it is not valid for ${options.host}`);
  if (leaf.extensions.unknownCritical)
    throw new PkiError(
      "unsupported",
      `verify certificate: unknown critical extension ${leaf.extensions.unknownCritical}`,
    );
  const chain = extend([leaf], options);
  if (!chain) throw new PkiError("untrusted", "verify certificate: signed by unknown authority");
  return chain;
}

function extend(chain: readonly Certificate[], options: VerifyOptions): readonly Certificate[] | undefined {
  const last = chain.at(-1)!;
  if (options.roots.some((root) => Buffer.compare(root.der, last.der) === 0)) return chain;
  if (chain.length >= CHAIN_LENGTH_MAX) return undefined;
  for (const root of options.roots) if (issued(root, chain, options.nowMs)) return [...chain, root];
  for (const next of options.intermediates ?? []) {
    if (chain.includes(next) || !issued(next, chain, options.nowMs)) continue;
    const whole = extend([...chain, next], options);
    if (whole) return whole;
  }
  return undefined;
}

function issued(issuer: Certificate, chain: readonly Certificate[], nowMs: number): boolean {
  const child = chain.at(-1)!;
  const { isCa, keyUsages, maxPathLength, unknownCritical } = issuer.extensions;
  if (!isCa || unknownCritical || (keyUsages && !keyUsages.includes("cert sign"))) return false;
  if (maxPathLength !== undefined && chain.length - 1 > maxPathLength) return false;
  if (nowMs < issuer.notBeforeMs || nowMs > issuer.notAfterMs) return false;
  if (Buffer.compare(issuer.subjectDer, child.issuerDer) !== 0) return false;
  return verifySigned(child, publicKeyOf(issuer));
}

function checkTime({ notBeforeMs, notAfterMs }: Certificate, nowMs: number): void {
  const iso = (ms: number) => new Date(ms).toISOString();
  if (nowMs < notBeforeMs)
    throw new PkiError("notYetValid", `verify certificate: valid from ${iso(notBeforeMs)}, now ${iso(nowMs)}`);
  if (nowMs > notAfterMs)
    throw new PkiError("expired", `verify certificate: valid until ${iso(notAfterMs)}, now ${iso(nowMs)}`);
}

function checkUsage({ extensions }: Certificate, usage: ExtendedKeyUsage): void {
  const { extendedKeyUsages } = extensions;
  // Without the extension a certificate is good for anything.
  if (!extendedKeyUsages || usage === "any" || extendedKeyUsages.includes("any")) return;
  if (!extendedKeyUsages.includes(usage))
    throw new PkiError("wrongUsage", `verify certificate: for ${extendedKeyUsages.join(", ")}, want ${usage}`);
}

function matchesHost({ extensions: { sans = {} } }: Certificate, host: string): boolean {
  const bare = host.startsWith("[") ? host.slice(1, -1) : host;
  if (/^[0-9.]+$/.test(bare) || bare.includes(":")) {
    const wanted = ipBytes(bare);
    return sans.ip?.some((address) => Buffer.compare(ipBytes(address), wanted) === 0) ?? false;
  }
  const wanted = bare.toLowerCase().replace(/\.$/, "");
  return sans.dns?.some((pattern) => matchesPattern(pattern.toLowerCase(), wanted)) ?? false;
}

function matchesPattern(pattern: string, name: string): boolean {
  if (!pattern.startsWith("*.")) return pattern === name;
  const dot = name.indexOf(".");
  return dot > 0 && name.slice(dot) === pattern.slice(1);
}

/** The Kubernetes user that a (verified) client certificate names. */
export interface CertificateUser {
  readonly name: string;
  readonly groups: readonly string[];
  readonly uid?: string;
  /** The credential-id that goes into the user's extra. */
  readonly credentialId: string;
}

/** Reads user name (CN) and groups (O) off a client certificate; undefined when it names nobody. */
export function userOfCertificate(der: Uint8Array): CertificateUser | undefined {
  const { subject } = parseCertificate(der);
  if (!subject.commonName) return undefined;
  return {
    name: subject.commonName,
    groups: subject.organizations ?? [],
    ...(subject.uid !== undefined && { uid: subject.uid }),
    credentialId: `X509SHA256=${hash("sha256", der, "hex")}`,
  };
}
