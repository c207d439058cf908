import { type KeyObject, verify } from "node:crypto";
import { DerReader, derNull, objectIdentifier, readOid, sequence, TAG } from "./der.ts";
import { PkiError } from "./errors.ts";
import type { KeyAlgorithm } from "./key.ts";

interface SignatureAlgorithm {
  readonly keyType: "rsa" | "ec" | "ed25519";
  readonly digest: string | null;
}

const ALGORITHMS = new Map<string, SignatureAlgorithm>([
  ["1.2.840.113549.1.1.11", { keyType: "rsa", digest: "sha256" }],
  ["1.2.840.113549.1.1.12", { keyType: "rsa", digest: "sha384" }],
  ["1.2.840.113549.1.1.13", { keyType: "rsa", digest: "sha512" }],
  ["1.2.840.10045.4.3.2", { keyType: "ec", digest: "sha256" }],
  ["1.2.840.10045.4.3.3", { keyType: "ec", digest: "sha384" }],
  ["1.2.840.10045.4.3.4", { keyType: "ec", digest: "sha512" }],
  ["1.3.101.112", { keyType: "ed25519", digest: null }],
]);

/** The AlgorithmIdentifier of the signatures that a key makes here. */
export function signatureAlgorithmOf(algorithm: KeyAlgorithm): Uint8Array {
  switch (algorithm) {
    case "ecdsa-p256":
      return sequence(objectIdentifier("1.2.840.10045.4.3.2"));
    case "ecdsa-p384":
      return sequence(objectIdentifier("1.2.840.10045.4.3.3"));
    case "ecdsa-p521":
      return sequence(objectIdentifier("1.2.840.10045.4.3.4"));
    case "ed25519":
      return sequence(objectIdentifier("1.3.101.112"));
    case "rsa":
      return sequence(objectIdentifier("1.2.840.113549.1.1.11"), derNull);
    default:
      throw algorithm satisfies never;
  }
}

/** Something signed: its signed bytes, the algorithm (DER) and the signature. */
export interface Signed {
  readonly signedBytes: Uint8Array;
  readonly signatureAlgorithm: Uint8Array;
  readonly signature: Uint8Array;
}

/** Whether `key` made the signature. SHA-1 and anything else old counts as unsupported. */
export function verifySigned({ signedBytes, signatureAlgorithm, signature }: Signed, key: KeyObject): boolean {
  const oid = readOid(new DerReader(signatureAlgorithm).enter(TAG.sequence).expect(TAG.oid).content);
  const algorithm = ALGORITHMS.get(oid);
  if (!algorithm) throw new PkiError("unsupported", `verify signature: algorithm ${oid} is not supported`);
  if (key.asymmetricKeyType !== algorithm.keyType) return false;
  return verify(algorithm.digest, signedBytes, key, signature);
}
