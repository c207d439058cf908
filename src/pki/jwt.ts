import { Buffer } from "node:buffer";
import type { KeyObject } from "node:crypto";
import { PkiError } from "./errors.ts";
import { algorithmOf, type KeyAlgorithm, keyIdOf, type PrivateKey, signBytes, verifyBytes } from "./key.ts";

export type JwtAlgorithm = "ES256" | "ES384" | "ES512" | "RS256" | "EdDSA";

/** Tokens longer than this are refused unread. */
const TOKEN_LENGTH_MAX = 64 * 1024;

export interface JwtHeader {
  readonly alg: string;
  readonly kid?: string;
  readonly typ?: string;
}

export interface JwtClaims {
  readonly iss?: string;
  readonly sub?: string;
  readonly aud?: string | readonly string[];
  /** Seconds since the epoch. */
  readonly exp?: number;
  readonly nbf?: number;
  readonly iat?: number;
  readonly jti?: string;
  readonly [name: string]: unknown;
}

/** A key that tokens are checked with. Its type decides the algorithm; what the token says must agree. */
export interface JwtKey {
  readonly publicKey: KeyObject;
  readonly algorithm: JwtAlgorithm;
  readonly keyId: string;
}

/** The checking half of a key. */
export function jwtKey(publicKey: KeyObject): JwtKey {
  return { publicKey, algorithm: jwtAlgorithmOf(algorithmOf(publicKey)), keyId: keyIdOf(publicKey) };
}

function jwtAlgorithmOf(algorithm: KeyAlgorithm): JwtAlgorithm {
  switch (algorithm) {
    case "ecdsa-p256":
      return "ES256";
    case "ecdsa-p384":
      return "ES384";
    case "ecdsa-p521":
      return "ES512";
    case "rsa":
      return "RS256";
    case "ed25519":
      return "EdDSA";
    default:
      throw algorithm satisfies never;
  }
}

const headers = new WeakMap<PrivateKey, string>();

/** A compact signed token. Its header names the algorithm and the key, as service-account tokens do. */
export function signJwt(claims: JwtClaims, key: PrivateKey): string {
  let header = headers.get(key);
  if (!header) {
    header = encode(JSON.stringify({ alg: jwtAlgorithmOf(key.algorithm), kid: keyIdOf(key.publicKey) }));
    headers.set(key, header);
  }
  const signed = `${header}.${encode(JSON.stringify(claims))}`;
  return `${signed}.${Buffer.from(signBytes(key, Buffer.from(signed), "ieee-p1363")).toString("base64url")}`;
}

const encode = (text: string) => Buffer.from(text, "utf8").toString("base64url");

export interface VerifyJwtOptions {
  readonly keys: readonly JwtKey[];
  readonly nowMs: number;
  /** The token's issuer must be one of these. */
  readonly issuers: readonly string[];
  /** The token must be for at least one of these; leave out to accept any audience. */
  readonly audiences?: readonly string[];
  /** How far clocks may differ. */
  readonly leewayMs?: number;
}

/** The claims of a token that a known key signed and that is valid now; otherwise a PkiError that says why not. */
export function verifyJwt(token: string, options: VerifyJwtOptions): JwtClaims {
  const parsed = parseJwt(token);
  if (!options.issuers.includes(parsed.claims.iss ?? ""))
    throw new PkiError("wrongIssuer", "verify token: its issuer is not accepted");
  const { keyId, alg } = { keyId: parsed.header.kid, alg: parsed.header.alg };
  const named = options.keys.filter((key) => !keyId || key.keyId === keyId);
  if (named.length === 0) throw new PkiError("unknownKey", `verify token: no key is called ${keyId}`);
  const candidates = named.filter((key) => key.algorithm === alg);
  const signed = candidates.some(({ publicKey }) =>
    verifyBytes(publicKey, parsed.signedBytes, parsed.signature, "ieee-p1363"),
  );
  if (!signed) throw new PkiError("badSignature", "verify token: no known key made its signature");
  checkClaims(parsed.claims, options);
  return parsed.claims;
}

function checkClaims(claims: JwtClaims, { nowMs, audiences, leewayMs = 0 }: VerifyJwtOptions): void {
  const { exp, nbf, iat } = claims;
  if (exp !== undefined && nowMs >= exp * 1000 + leewayMs)
    throw new PkiError("expired", "verify token: it has expired");
  if (nbf !== undefined && nowMs < nbf * 1000 - leewayMs)
    throw new PkiError("notYetValid", "verify token: it is not valid yet");
  if (iat !== undefined && nowMs < iat * 1000 - leewayMs)
    throw new PkiError("notYetValid", "verify token: it was issued in the future");
  if (audiences === undefined) return;
  const own = audiencesOf(claims);
  if (!audiences.some((audience) => own.includes(audience)))
    throw new PkiError(
      "wrongAudience",
      `verify token: it is for ${JSON.stringify(own)}, want ${JSON.stringify(audiences)}`,
    );
}

/** The audiences of a token, always as a list. */
export function audiencesOf({ aud }: JwtClaims): readonly string[] {
  return aud === undefined ? [] : typeof aud === "string" ? [aud] : aud;
}

export interface ParsedJwt {
  readonly header: JwtHeader;
  readonly claims: JwtClaims;
  readonly signedBytes: Uint8Array;
  readonly signature: Uint8Array;
}

/** Reads a token without trusting it. */
export function parseJwt(token: string): ParsedJwt {
  if (token.length > TOKEN_LENGTH_MAX) throw malformed("it is too long");
  const parts = token.split(".");
  if (parts.length !== 3 || !parts.every((part) => /^[A-Za-z0-9_-]+$/.test(part)))
    throw malformed("want three base64url parts");
  const [head, body, signature] = parts as [string, string, string];
  const header = parseObject(head);
  if (typeof header.alg !== "string") throw malformed("its header has no alg");
  if (header.crit !== undefined) throw malformed("its header has critical parts");
  if (header.kid !== undefined && typeof header.kid !== "string") throw malformed("its kid is not a string");
  return {
    header: header as unknown as JwtHeader,
    claims: checkTypes(parseObject(body)),
    signedBytes: Buffer.from(`${head}.${body}`),
    signature: Buffer.from(signature, "base64url"),
  };
}

function parseObject(part: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
  } catch (cause) {
    throw new PkiError("malformed", "read token: a part is not JSON", { cause });
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw malformed("a part is not an object");
  return value as Record<string, unknown>;
}

function checkTypes(claims: Record<string, unknown>): JwtClaims {
  for (const name of ["exp", "nbf", "iat"])
    if (claims[name] !== undefined && !Number.isFinite(claims[name])) throw malformed(`${name} is not a number`);
  for (const name of ["iss", "sub", "jti"])
    if (claims[name] !== undefined && typeof claims[name] !== "string") throw malformed(`${name} is not a string`);
  const { aud } = claims;
  const isList = Array.isArray(aud) && aud.every((item) => typeof item === "string");
  if (aud !== undefined && typeof aud !== "string" && !isList) throw malformed("aud is not a list of strings");
  return claims as JwtClaims;
}

function malformed(what: string): PkiError {
  return new PkiError("malformed", `read token: ${what}`);
}

/** The JSON Web Key Set of some public keys, as /openid/v1/jwks serves it. */
export function jwksOf(publicKeys: readonly KeyObject[]): { readonly keys: readonly Record<string, string>[] } {
  return {
    keys: publicKeys.map((publicKey) => {
      const key = jwtKey(publicKey);
      const { kty = "", ...rest } = publicKey.export({ format: "jwk" }) as Record<string, string>;
      return { use: "sig", kty, kid: key.keyId, alg: key.algorithm, ...rest };
    }),
  };
}
