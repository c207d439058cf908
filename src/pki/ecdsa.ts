import { Buffer } from "node:buffer";
import { createECDH, createHmac, hash, type KeyObject } from "node:crypto";
import { sequence, unsignedInteger } from "./der.ts";

/** The order of P-256's group. */
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
/** Exponent of Fermat's inverse modulo the (prime) order. */
const INVERSE_EXPONENT = ORDER - 2n;

/**
 * ECDSA on P-256 with SHA-256 and the nonce of RFC 6979, so that equal input gives equal signatures. The point
 * multiplication is the platform's (a Diffie-Hellman public key is k*G); the rest leaks timing: not for real secrets.
 */
export function signDeterministic(key: KeyObject, data: Uint8Array, format: "der" | "ieee-p1363"): Uint8Array {
  const secretBytes = Buffer.from(key.export({ format: "jwk" }).d as string, "base64url");
  const secret = toBigInt(secretBytes);
  const digest = hash("sha256", data, "buffer");
  const message = toBigInt(digest) % ORDER;
  const nonces = nonceStream(secretBytes, toBytes(message));
  for (;;) {
    const nonceBytes = nonces();
    const nonce = toBigInt(nonceBytes);
    if (nonce === 0n || nonce >= ORDER) continue;
    const ecdh = createECDH("prime256v1");
    ecdh.setPrivateKey(nonceBytes);
    const r = toBigInt(ecdh.getPublicKey().subarray(1, 33)) % ORDER;
    const s = (power(nonce, INVERSE_EXPONENT) * (message + r * secret)) % ORDER;
    if (r === 0n || s === 0n) continue;
    return format === "der"
      ? sequence(unsignedInteger(toBytes(r)), unsignedInteger(toBytes(s)))
      : Buffer.concat([toBytes(r), toBytes(s)]);
  }
}

/** RFC 6979 section 3.2, steps b to h: each call gives the next candidate. */
function nonceStream(secret: Uint8Array, message: Uint8Array): () => Buffer {
  const hmac = (key: Uint8Array, ...parts: readonly Uint8Array[]) => {
    const mac = createHmac("sha256", key);
    for (const part of parts) mac.update(part);
    return mac.digest();
  };
  let value: Buffer = Buffer.alloc(32, 1);
  let key: Buffer = Buffer.alloc(32, 0);
  for (const round of [0, 1]) {
    key = hmac(key, value, Uint8Array.of(round), secret, message);
    value = hmac(key, value);
  }
  let first = true;
  return () => {
    if (!first) {
      key = hmac(key, value, Uint8Array.of(0));
      value = hmac(key, value);
    }
    first = false;
    value = hmac(key, value);
    return value;
  };
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let square = base, rest = exponent; rest > 0n; rest >>= 1n, square = (square * square) % ORDER)
    if (rest & 1n) result = (result * square) % ORDER;
  return result;
}

function toBigInt(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString("hex")}`);
}

function toBytes(value: bigint): Buffer {
  return Buffer.from(value.toString(16).padStart(64, "0"), "hex");
}
