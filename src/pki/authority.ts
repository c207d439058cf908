import { Buffer } from "node:buffer";
import type { KeyObject } from "node:crypto";
import type { Clock, Random } from "../base/index.ts";
import {
  type Certificate,
  certificateToPem,
  keyIdentifier,
  parseCertificates,
  signCertificate,
} from "./certificate.ts";
import { PkiError } from "./errors.ts";
import type { AlternativeNames, ExtendedKeyUsage, KeyUsage } from "./extensions.ts";
import { generateKey, type PrivateKey, privateKeyFromPem, privateKeyToPem, publicKeyToDer } from "./key.ts";
import { encodeName, type Subject } from "./name.ts";

const DAY_MS = 24 * 3600_000;
/** How long an authority lives: what kubeadm gives its own. */
const AUTHORITY_VALID_MS = 10 * 365 * DAY_MS;
const CERTIFICATE_VALID_MS = 365 * DAY_MS;
/** Machines' clocks differ: a certificate is valid from a little before it was made. */
const BACKDATE_MS = 5 * 60_000;

/** Something that issues certificates. */
export interface Authority {
  readonly certificate: Certificate;
  readonly key: PrivateKey;
}

/** Where time, serial numbers and keys come from. */
export interface IssueSources {
  readonly clock: Pick<Clock, "now">;
  readonly random: Random;
}

/** A new self-signed authority. */
export function createAuthority(
  options: IssueSources & {
    readonly commonName: string;
    readonly algorithm?: "ecdsa-p256" | "ed25519";
    readonly deterministic?: boolean;
    readonly validForMs?: number;
  },
): Authority {
  const { clock, random, commonName, algorithm, deterministic, validForMs = AUTHORITY_VALID_MS } = options;
  const key = generateKey({ random, ...(algorithm && { algorithm }), ...(deterministic && { deterministic }) });
  const publicKeyDer = publicKeyToDer(key.publicKey);
  const subject = { commonName };
  const certificate = signCertificate(
    {
      serialNumber: serialNumber(random),
      subject,
      issuerDer: encodeName(subject),
      ...validity(clock.now(), validForMs),
      publicKeyDer,
      extensions: {
        isCa: true,
        keyUsages: ["digital signature", "key encipherment", "cert sign"],
        subjectKeyId: keyIdentifier(publicKeyDer),
        sans: { dns: [commonName].filter((name) => /^[a-z0-9.-]+$/.test(name)) },
      },
    },
    key,
  );
  return { certificate, key };
}

/** An authority from its stored parts. */
export function authorityFromPem(options: {
  readonly certificate: string;
  readonly key: string;
  readonly deterministic?: boolean;
}): Authority {
  const certificate = parseCertificates(options.certificate)[0];
  if (!certificate) throw new PkiError("malformed", "read authority: found no certificate");
  const key = privateKeyFromPem(options.key, { deterministic: options.deterministic ?? false });
  const same = Buffer.compare(publicKeyToDer(key.publicKey), certificate.publicKeyDer) === 0;
  if (!same) throw new PkiError("malformed", "read authority: the key is not the certificate's");
  return { certificate, key };
}

/** What a new certificate says. */
export interface IssueRequest extends IssueSources {
  readonly subject: Subject;
  readonly sans?: AlternativeNames;
  readonly usages: readonly (ExtendedKeyUsage | KeyUsage)[];
  readonly validForMs?: number;
  /** Overrides `validForMs` and the clock. */
  readonly notBeforeMs?: number;
  readonly notAfterMs?: number;
}

const KEY_ONLY = new Set<string>(
  ["digital signature", "content commitment", "key encipherment", "data encipherment"].concat([
    "key agreement",
    "cert sign",
    "crl sign",
    "encipher only",
    "decipher only",
  ]),
);
const DEFAULT_KEY_USAGES: readonly KeyUsage[] = ["digital signature", "key encipherment"];

/** A certificate on somebody's public key. It never outlives the authority. */
export function issueCertificate(
  authority: Authority,
  request: IssueRequest & { readonly publicKey: KeyObject },
): Certificate {
  const { subject, sans, usages, publicKey, clock, random } = request;
  const { notBeforeMs, notAfterMs } = validity(clock.now(), request.validForMs ?? CERTIFICATE_VALID_MS);
  const publicKeyDer = publicKeyToDer(publicKey);
  const asked = usages.filter((usage): usage is KeyUsage => KEY_ONLY.has(usage));
  const { certificate: issuer } = authority;
  const authorityKeyId = issuer.extensions.subjectKeyId;
  return signCertificate(
    {
      serialNumber: serialNumber(random),
      subject,
      issuerDer: issuer.subjectDer,
      notBeforeMs: request.notBeforeMs ?? notBeforeMs,
      notAfterMs: Math.min(request.notAfterMs ?? notAfterMs, issuer.notAfterMs),
      publicKeyDer,
      extensions: {
        isCa: false,
        keyUsages: asked.length > 0 ? asked : DEFAULT_KEY_USAGES,
        extendedKeyUsages: usages.filter((usage): usage is ExtendedKeyUsage => !KEY_ONLY.has(usage)),
        ...(authorityKeyId && { authorityKeyId }),
        ...(sans && { sans }),
      },
    },
    authority.key,
  );
}

/** A certificate with its key, both also as PEM. */
export interface KeyPair {
  readonly certificate: Certificate;
  readonly key: PrivateKey;
  readonly certificatePem: string;
  readonly keyPem: string;
}

/** A new key (of the authority's kind) and a certificate on it. */
export function issueKeyPair(authority: Authority, request: IssueRequest): KeyPair {
  const { deterministic } = authority.key;
  const algorithm = authority.key.algorithm === "ed25519" ? "ed25519" : "ecdsa-p256";
  const key = generateKey({ random: request.random, algorithm, deterministic });
  const certificate = issueCertificate(authority, { ...request, publicKey: key.publicKey });
  return { certificate, key, certificatePem: certificateToPem(certificate), keyPem: privateKeyToPem(key) };
}

function validity(nowMs: number, validForMs: number): { notBeforeMs: number; notAfterMs: number } {
  const whole = Math.floor(nowMs / 1000) * 1000;
  return { notBeforeMs: whole - BACKDATE_MS, notAfterMs: whole + validForMs };
}

/** 126 random bits: positive, never 0, at most 16 bytes. */
function serialNumber(random: Random): Uint8Array {
  const bytes = random.bytes(16);
  bytes[0] = (bytes[0]! & 0x3f) | 0x40;
  return bytes;
}
