import { constants, createPublicKey, type JsonWebKeyInput, type KeyObject, verify } from "node:crypto";

/** How each algorithm checks a signature (RFC 7518, section 3.1). */
const ALGORITHMS: Readonly<Record<string, (data: Uint8Array, key: KeyObject, signature: Uint8Array) => boolean>> = {
  RS256: rsa("sha256"),
  RS384: rsa("sha384"),
  RS512: rsa("sha512"),
  PS256: pss("sha256"),
  PS384: pss("sha384"),
  PS512: pss("sha512"),
  ES256: ecdsa("sha256", "prime256v1"),
  ES384: ecdsa("sha384", "secp384r1"),
  ES512: ecdsa("sha512", "secp521r1"),
};

function rsa(hash: string) {
  return (data: Uint8Array, key: KeyObject, signature: Uint8Array) =>
    key.asymmetricKeyType === "rsa" && verify(hash, data, key, signature);
}

function pss(hash: string) {
  const settings = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_AUTO };
  return (data: Uint8Array, key: KeyObject, signature: Uint8Array) =>
    key.asymmetricKeyType === "rsa" && verify(hash, data, { key, ...settings }, signature);
}

function ecdsa(hash: string, curve: string) {
  return (data: Uint8Array, key: KeyObject, signature: Uint8Array) =>
    key.asymmetricKeyType === "ec" &&
    key.asymmetricKeyDetails?.namedCurve === curve &&
    verify(hash, data, { key, dsaEncoding: "ieee-p1363" }, signature);
}

/** A key that an issuer publishes. */
export interface IssuerKey {
  readonly keyId: string;
  readonly key: KeyObject;
}

/** The keys of a JSON Web Key Set that signatures can be checked with; others in it are for something else. */
export function keysOf(set: unknown): IssuerKey[] {
  const { keys } = (set ?? {}) as { readonly keys?: unknown };
  if (!Array.isArray(keys)) throw new TypeError("read key set: it has no keys");
  return (keys as (JsonWebKeyInput["key"] & { readonly kid?: string; readonly use?: string })[])
    .filter(({ use }) => use === undefined || use === "sig")
    .flatMap((jwk) => {
      try {
        return [{ keyId: String(jwk.kid ?? ""), key: createPublicKey({ key: jwk, format: "jwk" }) }];
      } catch {
        return [];
      }
    });
}

/** Whether a key made a signature by an algorithm; never for what the key isn't made for. */
export function isSignedBy(
  key: KeyObject,
  {
    algorithm,
    data,
    signature,
  }: { readonly algorithm: string; readonly data: Uint8Array; readonly signature: Uint8Array },
): boolean {
  return Object.hasOwn(ALGORITHMS, algorithm) && ALGORITHMS[algorithm]!(data, key, signature);
}
