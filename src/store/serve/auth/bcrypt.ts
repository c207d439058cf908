import { compare, hash } from "bcryptjs";

/** etcd's own. */
const COST = 10;
/** A higher cost than this would take a quarter of a minute. */
const COST_MAX = 16;
const FORM = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/;

/** Whether it is a hash that {@link isBcryptPassword} can compare. */
export function isBcryptHash(text: string): boolean {
  return Number(FORM.exec(text)?.[1] ?? Number.NaN) <= COST_MAX;
}

/** Whether a hash as etcd keeps them is of this password. */
export async function isBcryptPassword(password: string, kept: string): Promise<boolean> {
  return isBcryptHash(kept) && (await compare(password, kept));
}

/** A hash that etcd takes. */
export function bcryptHash(password: string): Promise<string> {
  return hash(password, COST);
}
