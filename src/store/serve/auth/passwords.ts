import { randomBytes, scrypt, type ScryptOptions, timingSafeEqual } from "node:crypto";

/** A password as it is kept. */
export interface PasswordHash {
  /** Both in base64. */
  readonly salt: string;
  readonly scrypt: string;
}

const HASH_BYTES = 32;
const SALT_BYTES = 16;
/** Some 50 ms and 16 MiB for one try. */
const COST: ScryptOptions = { N: 16_384, r: 8, p: 1 };

export async function hashPassword(password: string): Promise<PasswordHash> {
  const salt = randomBytes(SALT_BYTES);
  return { salt: salt.toString("base64"), scrypt: (await derive(password, salt)).toString("base64") };
}

export async function isPassword(password: string, { salt, scrypt: kept }: PasswordHash): Promise<boolean> {
  const derived = await derive(password, Buffer.from(salt, "base64"));
  const wanted = Buffer.from(kept, "base64");
  return derived.length === wanted.length && timingSafeEqual(derived, wanted);
}

function derive(password: string, salt: Uint8Array): Promise<Buffer> {
  return new Promise((resolve, reject) =>
    scrypt(password, salt, HASH_BYTES, COST, (error, key) => (error ? reject(error) : resolve(key))),
  );
}
