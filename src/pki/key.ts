import { Buffer } from "node:buffer";
import {
  createECDH,
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  hash,
  type KeyObject,
  sign,
  verify,
} from "node:crypto";
import { promisify } from "node:util";
import type { Random } from "../base/index.ts";
import { signDeterministic } from "./ecdsa.ts";
import { PkiError } from "./errors.ts";
import { encodePem } from "./pem.ts";

export type KeyAlgorithm = "ecdsa-p256" | "ecdsa-p384" | "ecdsa-p521" | "ed25519" | "rsa";

/** A key that signs, with its public half. */
export interface PrivateKey {
  readonly algorithm: KeyAlgorithm;
  readonly key: KeyObject;
  readonly publicKey: KeyObject;
  /** Same input, same signature: for clusters that are replayed. */
  readonly deterministic: boolean;
}

const ED25519_PKCS8_PREFIX = Buffer.from("302e020100300506032b657004220420", "hex");

/**
 * A new key whose every bit comes from `random`. With `deterministic`, so do its signatures (RFC 6979 for ECDSA, whose
 * arithmetic here is not constant-time: for replayed clusters only).
 */
export function generateKey(options: {
  readonly random: Random;
  readonly algorithm?: "ecdsa-p256" | "ed25519";
  readonly deterministic?: boolean;
}): PrivateKey {
  const { random, algorithm = "ecdsa-p256", deterministic = false } = options;
  const key = algorithm === "ed25519" ? ed25519Key(random.bytes(32)) : p256Key(random);
  return { algorithm, key, publicKey: createPublicKey(key), deterministic };
}

const generateKeyPairAsync = promisify(generateKeyPair);
const RSA_BITS = 2048;

/**
 * A new RSA key. The machine's own randomness makes it, on another thread: finding its primes takes a tenth of a second.
 */
export async function generateRsaKey(): Promise<PrivateKey> {
  const { privateKey: key, publicKey } = await generateKeyPairAsync("rsa", { modulusLength: RSA_BITS });
  return { algorithm: "rsa", key, publicKey, deterministic: false };
}

function ed25519Key(seed: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.concat([ED25519_PKCS8_PREFIX, seed]), format: "der", type: "pkcs8" });
}

function p256Key(random: Random): KeyObject {
  const ecdh = createECDH("prime256v1");
  for (;;) {
    const scalar = random.bytes(32);
    try {
      ecdh.setPrivateKey(scalar);
    } catch {
      continue; // Zero or not below the group's order: about one in 2^32.
    }
    const point = ecdh.getPublicKey();
    const part = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64url");
    const jwk = {
      kty: "EC",
      crv: "P-256",
      d: part(scalar),
      x: part(point.subarray(1, 33)),
      y: part(point.subarray(33)),
    };
    return createPrivateKey({ key: jwk, format: "jwk" });
  }
}

/** The algorithm of a key, or an error that names what it is. */
export function algorithmOf(key: KeyObject): KeyAlgorithm {
  if (key.asymmetricKeyType === "ed25519" || key.asymmetricKeyType === "rsa") return key.asymmetricKeyType;
  if (key.asymmetricKeyType === "ec") {
    const curve = key.asymmetricKeyDetails?.namedCurve;
    if (curve === "prime256v1") return "ecdsa-p256";
    if (curve === "secp384r1") return "ecdsa-p384";
    if (curve === "secp521r1") return "ecdsa-p521";
    throw new PkiError("unsupported", `use key: curve ${curve} is not supported`);
  }
  throw new PkiError("unsupported", `use key: type ${key.asymmetricKeyType} is not supported`);
}

/** Reads a PEM private key: PKCS #8, SEC 1 ("EC PRIVATE KEY") or PKCS #1 ("RSA PRIVATE KEY"). */
export function privateKeyFromPem(pem: string, options: { readonly deterministic?: boolean } = {}): PrivateKey {
  const key = parse(() => createPrivateKey(pem), "private key");
  return {
    algorithm: algorithmOf(key),
    key,
    publicKey: createPublicKey(key),
    deterministic: options.deterministic ?? false,
  };
}

/**
 * PEM as the original's tools write it: SEC 1 for ECDSA, which clients tell by its label (some take any "PRIVATE KEY" for one
 * of RSA), and PKCS #8 for others.
 */
export function privateKeyToPem({ algorithm, key }: PrivateKey): string {
  return key.export({ format: "pem", type: algorithm.startsWith("ecdsa") ? "sec1" : "pkcs8" }) as string;
}

/** Reads a PEM public key; a certificate or a private key gives its public key too. */
export function publicKeyFromPem(pem: string): KeyObject {
  return parse(() => createPublicKey(pem), "public key");
}

/** SubjectPublicKeyInfo PEM. */
export function publicKeyToPem(key: KeyObject): string {
  return encodePem("PUBLIC KEY", publicKeyToDer(key));
}

/** SubjectPublicKeyInfo DER. */
export function publicKeyToDer(key: KeyObject): Uint8Array {
  return key.export({ format: "der", type: "spki" });
}

export function publicKeyFromDer(der: Uint8Array): KeyObject {
  return parse(() => createPublicKey({ key: Buffer.from(der), format: "der", type: "spki" }), "public key");
}

function parse(read: () => KeyObject, what: string): KeyObject {
  try {
    return read();
  } catch (cause) {
    throw new PkiError("malformed", `read ${what}: not a usable key`, { cause });
  }
}

/** Kubernetes' key id: base64url of the SHA-256 of the public key's DER. */
export function keyIdOf(publicKey: KeyObject): string {
  return hash("sha256", publicKeyToDer(publicKey), "base64url");
}

export type SignatureFormat = "der" | "ieee-p1363";

/** Signs with the digest that fits the key. `format` matters to ECDSA only. */
export function signBytes(key: PrivateKey, data: Uint8Array, format: SignatureFormat): Uint8Array {
  if (key.deterministic && key.algorithm === "ecdsa-p256") return signDeterministic(key.key, data, format);
  return sign(digestOf(key.algorithm), data, { key: key.key, dsaEncoding: format });
}

/** Whether a signature by the key's usual digest holds. */
export function verifyBytes(key: KeyObject, data: Uint8Array, signature: Uint8Array, format: SignatureFormat): boolean {
  return verify(digestOf(algorithmOf(key)), data, { key, dsaEncoding: format }, signature);
}

/** The digest that goes with a key's algorithm; null where the algorithm has its own. */
function digestOf(algorithm: KeyAlgorithm): string | null {
  switch (algorithm) {
    case "ed25519":
      return null;
    case "ecdsa-p256":
    case "rsa":
      return "sha256";
    case "ecdsa-p384":
      return "sha384";
    case "ecdsa-p521":
      return "sha512";
    default:
      throw algorithm satisfies never;
  }
}
