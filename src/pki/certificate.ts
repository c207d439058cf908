import { Buffer } from "node:buffer";
import { hash, type KeyObject } from "node:crypto";
import {
  bitString,
  contextConstructed,
  DerReader,
  element,
  readBitString,
  readTime,
  sequence,
  smallInteger,
  TAG,
  time,
  unsignedInteger,
} from "./der.ts";
import { PkiError } from "./errors.ts";
import { decodeExtensions, type Extensions, encodeExtensions, publicKeyBits } from "./extensions.ts";
import { type PrivateKey, publicKeyFromDer, signBytes } from "./key.ts";
import { decodeName, encodeName, type Subject } from "./name.ts";
import { decodePem, encodePem } from "./pem.ts";
import { type Signed, signatureAlgorithmOf } from "./signature.ts";

/** An X.509 certificate that was read. */
export interface Certificate extends Signed {
  readonly der: Uint8Array;
  readonly serialNumber: Uint8Array;
  readonly subject: Subject;
  readonly issuer: Subject;
  /** The names' DER, for comparing. */
  readonly subjectDer: Uint8Array;
  readonly issuerDer: Uint8Array;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  readonly publicKeyDer: Uint8Array;
  readonly extensions: Extensions;
}

/** Reads one certificate. */
export function parseCertificate(der: Uint8Array): Certificate {
  const outer = new DerReader(der);
  const certificate = outer.enter(TAG.sequence);
  outer.end();
  const tbs = certificate.expect(TAG.sequence);
  const signatureAlgorithm = certificate.expect(TAG.sequence).whole;
  const signature = readBitString(certificate.expect(TAG.bitString).content);
  certificate.end();
  const body = new DerReader(tbs.content);
  const version = body.maybe(contextConstructed(0))?.content.at(-1) ?? 0;
  const serialNumber = body.expect(TAG.integer).content;
  if (Buffer.compare(body.expect(TAG.sequence).whole, signatureAlgorithm) !== 0)
    throw new PkiError("malformed", "read certificate: it names two signature algorithms");
  const issuer = body.expect(TAG.sequence);
  const validity = body.enter(TAG.sequence);
  const notBeforeMs = readTime(validity.next());
  const notAfterMs = readTime(validity.next());
  const subject = body.expect(TAG.sequence);
  const publicKeyDer = body.expect(TAG.sequence).whole;
  body.maybe(0x81);
  body.maybe(0x82);
  const extensions = body.maybe(contextConstructed(3));
  if (extensions && version !== 2) throw new PkiError("malformed", "read certificate: extensions need version 3");
  return {
    der,
    signedBytes: tbs.whole,
    signatureAlgorithm,
    signature,
    serialNumber,
    subject: decodeName(new DerReader(subject.content)),
    issuer: decodeName(new DerReader(issuer.content)),
    subjectDer: subject.whole,
    issuerDer: issuer.whole,
    notBeforeMs,
    notAfterMs,
    publicKeyDer,
    extensions: extensions ? decodeExtensions(new DerReader(extensions.content).enter(TAG.sequence)) : {},
  };
}

/** Every certificate of a PEM text, in order. */
export function parseCertificates(pem: string): Certificate[] {
  return decodePem(pem)
    .filter(({ label }) => label === "CERTIFICATE")
    .map(({ bytes }) => parseCertificate(bytes));
}

export const certificateToPem = ({ der }: { readonly der: Uint8Array }): string => encodePem("CERTIFICATE", der);

/** The certificate's public key. */
export function publicKeyOf({ publicKeyDer }: { readonly publicKeyDer: Uint8Array }): KeyObject {
  return publicKeyFromDer(publicKeyDer);
}

/** What goes into a new certificate. */
export interface CertificateContents {
  readonly serialNumber: Uint8Array;
  readonly subject: Subject;
  /** The issuer's name: its DER as its own certificate has it. */
  readonly issuerDer: Uint8Array;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  readonly publicKeyDer: Uint8Array;
  readonly extensions: Extensions;
}

/** Signs a new certificate. */
export function signCertificate(contents: CertificateContents, key: PrivateKey): Certificate {
  const algorithm = signatureAlgorithmOf(key.algorithm);
  const tbs = sequence(
    element(contextConstructed(0), smallInteger(2)),
    unsignedInteger(contents.serialNumber),
    algorithm,
    contents.issuerDer,
    sequence(time(contents.notBeforeMs), time(contents.notAfterMs)),
    encodeName(contents.subject),
    contents.publicKeyDer,
    element(contextConstructed(3), encodeExtensions(contents.extensions)),
  );
  return parseCertificate(sequence(tbs, algorithm, bitString(signBytes(key, tbs, "der"))));
}

/** The key id that goes with a public key: SHA-1 over its bits, the method every tool shares. */
export function keyIdentifier(publicKeyDer: Uint8Array): Uint8Array {
  return hash("sha1", publicKeyBits(publicKeyDer), "buffer");
}
