import { createCipheriv, createDecipheriv } from "node:crypto";
import { xsalsa20poly1305 } from "@noble/ciphers/salsa.js";
import type { Random } from "../../base/index.ts";
import { DecryptionError, type EncryptionProvider, joined } from "./provider.ts";

/** A key of the configuration. */
export interface LocalKey {
  readonly name: string;
  readonly secret: Uint8Array;
}

export type LocalKind = "aescbc" | "aesgcm" | "secretbox";

/** Lengths of keys in bytes. */
export const KEY_BYTES: Readonly<Record<LocalKind, readonly number[]>> = {
  aescbc: [16, 24, 32],
  aesgcm: [16, 24, 32],
  secretbox: [32],
};

/** One provider for each key: the first of a configuration writes, all of them read. */
export function localProvider(kind: LocalKind, { name, secret }: LocalKey, random: Random): EncryptionProvider {
  const cipher = CIPHERS[kind];
  const prefix = `k8s:enc:${kind}:v1:${name}:`;
  return {
    prefix,
    seal: (plain, context) => {
      const nonce = random.bytes(cipher.nonceBytes);
      return joined(prefix, nonce, cipher.seal({ secret, nonce, context }, plain));
    },
    open: (sealed, context) => {
      const nonce = sealed.subarray(prefix.length, prefix.length + cipher.nonceBytes);
      try {
        return cipher.open({ secret, nonce, context }, sealed.subarray(prefix.length + cipher.nonceBytes));
      } catch (cause) {
        throw new DecryptionError(`decrypt ${context}: key ${name} of ${kind} does not open it`, { cause });
      }
    },
  };
}

interface Use {
  readonly secret: Uint8Array;
  readonly nonce: Uint8Array;
  readonly context: string;
}

interface Cipher {
  readonly nonceBytes: number;
  seal(use: Use, plain: Uint8Array): Uint8Array;
  open(use: Use, sealed: Uint8Array): Uint8Array;
}

const TAG_BYTES = 16;

/** AES-GCM bound to the key of the value; nonce and tag stand around the ciphertext. */
export const gcm: Cipher = {
  nonceBytes: 12,
  seal({ secret, nonce, context }, plain) {
    const cipher = createCipheriv(`aes-${secret.length * 8}-gcm` as "aes-256-gcm", secret, nonce);
    cipher.setAAD(Buffer.from(context));
    return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  },
  open({ secret, nonce, context }, sealed) {
    const options = { authTagLength: TAG_BYTES };
    const cipher = createDecipheriv(`aes-${secret.length * 8}-gcm` as "aes-256-gcm", secret, nonce, options);
    cipher.setAAD(Buffer.from(context));
    cipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
    return Buffer.concat([cipher.update(sealed.subarray(0, sealed.length - TAG_BYTES)), cipher.final()]);
  },
};

const CIPHERS: Readonly<Record<LocalKind, Cipher>> = {
  aesgcm: gcm,
  aescbc: {
    nonceBytes: 16,
    seal({ secret, nonce }, plain) {
      const cipher = createCipheriv(`aes-${secret.length * 8}-cbc`, secret, nonce);
      return Buffer.concat([cipher.update(plain), cipher.final()]);
    },
    open({ secret, nonce }, sealed) {
      const cipher = createDecipheriv(`aes-${secret.length * 8}-cbc`, secret, nonce);
      return Buffer.concat([cipher.update(sealed), cipher.final()]);
    },
  },
  secretbox: {
    nonceBytes: 24,
    seal: ({ secret, nonce }, plain) => xsalsa20poly1305(secret, nonce).encrypt(plain),
    open: ({ secret, nonce }, sealed) => xsalsa20poly1305(secret, nonce).decrypt(sealed),
  },
};
