import type { KeyObject } from "node:crypto";
import {
  bitString,
  contextConstructed,
  DerReader,
  element,
  objectIdentifier,
  readBitString,
  readOid,
  sequence,
  setOf,
  smallInteger,
  TAG,
} from "./der.ts";
import { PkiError } from "./errors.ts";
import { type AlternativeNames, decodeExtensions, type Extensions, encodeExtensions } from "./extensions.ts";
import { type PrivateKey, publicKeyFromDer, publicKeyToDer, signBytes } from "./key.ts";
import { decodeName, encodeName, type Subject } from "./name.ts";
import { encodePem, findPem } from "./pem.ts";
import { type Signed, signatureAlgorithmOf, verifySigned } from "./signature.ts";

const OID_EXTENSION_REQUEST = "1.2.840.113549.1.9.14";

/** A certificate signing request (PKCS #10) that was read; its signature held. */
export interface CertificateRequest extends Signed {
  readonly subject: Subject;
  readonly publicKeyDer: Uint8Array;
  readonly publicKey: KeyObject;
  readonly extensions: Extensions;
}

/** A PEM request for a certificate on `key`. */
export function createCertificateRequest(options: {
  readonly key: PrivateKey;
  readonly subject: Subject;
  readonly sans?: AlternativeNames;
}): string {
  const { key, subject, sans } = options;
  const attributes = sans
    ? sequence(objectIdentifier(OID_EXTENSION_REQUEST), setOf(encodeExtensions({ sans })))
    : new Uint8Array(0);
  const body = sequence(
    smallInteger(0),
    encodeName(subject),
    publicKeyToDer(key.publicKey),
    element(contextConstructed(0), attributes),
  );
  const signature = bitString(signBytes(key, body, "der"));
  return encodePem("CERTIFICATE REQUEST", sequence(body, signatureAlgorithmOf(key.algorithm), signature));
}

/** Reads a PEM request and checks that its maker holds the key. */
export function parseCertificateRequest(pem: string): CertificateRequest {
  const request = new DerReader(findPem(pem, "CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST").bytes).enter(
    TAG.sequence,
  );
  const body = request.expect(TAG.sequence);
  const signatureAlgorithm = request.expect(TAG.sequence).whole;
  const signature = readBitString(request.expect(TAG.bitString).content);
  request.end();
  const reader = new DerReader(body.content);
  reader.expect(TAG.integer);
  const subject = decodeName(reader.enter(TAG.sequence));
  const publicKeyDer = reader.expect(TAG.sequence).whole;
  const extensions = requestedExtensions(reader.maybe(contextConstructed(0))?.content);
  const publicKey = publicKeyFromDer(publicKeyDer);
  const signed = { signedBytes: body.whole, signatureAlgorithm, signature };
  if (!verifySigned(signed, publicKey))
    throw new PkiError("badSignature", "read certificate request: its signature is not by its key");
  return { ...signed, subject, publicKeyDer, publicKey, extensions };
}

function requestedExtensions(attributes: Uint8Array | undefined): Extensions {
  const reader = new DerReader(attributes ?? new Uint8Array(0));
  while (!reader.done) {
    const attribute = reader.enter(TAG.sequence);
    if (readOid(attribute.expect(TAG.oid).content) === OID_EXTENSION_REQUEST)
      return decodeExtensions(attribute.enter(TAG.set).enter(TAG.sequence));
  }
  return {};
}
