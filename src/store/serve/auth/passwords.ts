import { randomBytes, scrypt, type ScryptOptions, timingSafeEqual } from "node:crypto";
import type { PasswordHash } from "../../accounts.ts";
import { bcryptHash, isBcryptPassword } from "./bcrypt.ts";

const HASH_BYTES = 32;
const SALT_BYTES = 16;
/** Some 50 ms and 16 MiB for one try. */
const COST: ScryptOptions = { N: 16_384, r: 8, p: 1 };

/**
 * What is compared is made by a thread of its own; what etcd would keep goes along, for snapshots that it takes.
 */
export async function hashPassword(password: string): Promise<PasswordHash> {
  const salt = randomBytes(SALT_BYTES);
  const [derived, bcrypt] = await Promise.all([derive(password, salt), bcryptHash(password)]);
  return { salt: salt.toString("base64"), scrypt: derived.toString("base64"), bcrypt };
}

/** What was kept by a version that knew nothing of etcd's hashes, with one; undefined where there is nothing to add. */
export async function completed(password: string, kept: PasswordHash): Promise<PasswordHash | undefined> {
  return kept.bcrypt === undefined ? { ...kept, bcrypt: await bcryptHash(password) } : undefined;
}

export async function isPassword(
  password: string,
  { salt, scrypt: kept, bcrypt = "" }: PasswordHash,
): Promise<boolean> {
  if (salt === undefined || kept === undefined) return isBcryptPassword(password, bcrypt);
  const derived = await derive(password, Buffer.from(salt, "base64"));
  const wanted = Buffer.from(kept, "base64");
  return derived.length === wanted.length && timingSafeEqual(derived, wanted);
}

function derive(password: string, salt: Uint8Array): Promise<Buffer> {
  return new Promise((resolve, reject) =>
    scrypt(password, salt, HASH_BYTES, COST, (error, key) => (error ? reject(error) : resolve(key))),
  );
}
