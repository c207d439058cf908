/** What encrypts values on their way to the store. The form of what it makes is Kubernetes' own, so either can read it. */
export interface EncryptionProvider {
  /** What every value that it made begins with; empty for plain values. */
  readonly prefix: string;
  /** `context` is the value's key: it can't be moved to another. */
  seal(plain: Uint8Array, context: string): Uint8Array | Promise<Uint8Array>;
  open(sealed: Uint8Array, context: string): Uint8Array | Promise<Uint8Array>;
  /** Throws when it can't be used now. */
  check?(): Promise<void>;
  close?(): void;
}

/** A value that nobody here can read: damaged, moved, or made with a key that isn't configured. */
export class DecryptionError extends Error {
  override readonly name = "DecryptionError";
}

/** What values made by any provider begin with. */
export const ENCRYPTED_MARK = "k8s:enc:";

/** Plain values. */
export const identityProvider: EncryptionProvider = {
  prefix: "",
  seal: (plain) => plain,
  open: (sealed) => sealed,
};

const encoder = new TextEncoder();

export function startsWith(value: Uint8Array, prefix: string): boolean {
  if (value.length < prefix.length) return false;
  for (let index = 0; index < prefix.length; index++) if (value[index] !== prefix.charCodeAt(index)) return false;
  return true;
}

export function joined(prefix: string, ...parts: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat([encoder.encode(prefix), ...parts]);
}
