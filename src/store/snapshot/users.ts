import { type Accounts, NO_ACCOUNTS, type Permission, type PermissionType, type User } from "../accounts.ts";
import { keyBytes, keyText } from "../memory/index.ts";
import type { BoltFile } from "./bolt-read.ts";
import { type BoltBucket, entryOf, uintKey } from "./bolt-write.ts";
import { bytesOf, encodeFields, fieldsIn, numberOf } from "./messages.ts";

const [AUTH, USERS, ROLES] = ["auth", "authUsers", "authRoles"];
const [ENABLED, REVISION] = ["authEnabled", "authRevision"];
/** By their numbers in a permission. */
const TYPES: readonly PermissionType[] = ["READ", "WRITE", "READWRITE"];

/** Users and roles as etcd's file has them; undefined where nobody ever made any. */
export function readAccounts(file: BoltFile): Accounts | undefined {
  const settings = new Map([...file.items(AUTH!)].map(({ key, value }) => [key.toString("latin1"), value]));
  const users = new Map([...file.items(USERS!)].map(({ key, value }) => [key.toString(), readUser(value)]));
  const roles = new Map([...file.items(ROLES!)].map(({ key, value }) => [key.toString(), readRole(value)]));
  const enabled = settings.get(ENABLED!)?.[0] === 1;
  if (!enabled && users.size === 0 && roles.size === 0) return undefined;
  const kept = settings.get(REVISION!);
  const revision = kept && kept.length >= 8 ? Number(kept.readBigUInt64BE(0)) : NO_ACCOUNTS.revision;
  if (!Number.isSafeInteger(revision)) throw new RangeError(`the revision of its users is ${revision}`);
  return { enabled, revision, users, roles };
}

function readUser(bytes: Buffer): User {
  const fields = fieldsIn(bytes);
  const bcrypt = bytesOf(new Map(fields).get(2)).toString();
  const roles = fields.filter(([number]) => number === 3).map(([, role]) => bytesOf(role).toString());
  return { roles, ...(bcrypt !== "" && { password: { bcrypt } }) };
}

function readRole(bytes: Buffer): readonly Permission[] {
  return fieldsIn(bytes)
    .filter(([number]) => number === 2)
    .map(([, permission]) => {
      const fields = new Map(fieldsIn(bytesOf(permission)));
      const type = TYPES[Number(numberOf(fields.get(1)))];
      if (!type) throw new RangeError("a permission in it is of no known type");
      return { type, key: keyText(bytesOf(fields.get(2))), rangeEnd: keyText(bytesOf(fields.get(3))) };
    });
}

/** The same as buckets of etcd's file. */
export function bucketsOfAccounts({ enabled, revision, users, roles }: Accounts = NO_ACCOUNTS): BoltBucket[] {
  const sorted = <Value>(map: ReadonlyMap<string, Value>) =>
    [...map].map(([name, value]) => ({ key: Buffer.from(name), value })).sort((a, b) => a.key.compare(b.key));
  return [
    {
      name: AUTH!,
      entries: [
        entryOf(Buffer.from(ENABLED!), Buffer.of(enabled ? 1 : 0)),
        entryOf(Buffer.from(REVISION!), uintKey(revision)),
      ],
    },
    { name: ROLES!, entries: sorted(roles).map(({ key, value }) => entryOf(key, encodeRole(key, value))) },
    { name: USERS!, entries: sorted(users).map(({ key, value }) => entryOf(key, encodeUser(key, value))) },
  ];
}

/** Whose password is kept in a way that etcd can't compare gets none there. */
function encodeUser(name: Buffer, { password, roles }: User): Buffer {
  const bcrypt = Buffer.from(password?.bcrypt ?? "");
  const options = encodeFields([[1, bcrypt.length > 0 ? 0 : 1]]);
  return encodeFields([[1, name], [2, bcrypt], ...roles.map((role) => [3, Buffer.from(role)] as const), [4, options]]);
}

function encodeRole(name: Buffer, permissions: readonly Permission[]): Buffer {
  const encoded = permissions.map(({ type, key, rangeEnd }) =>
    encodeFields([
      [1, TYPES.indexOf(type)],
      [2, keyBytes(key)],
      [3, keyBytes(rangeEnd)],
    ]),
  );
  return encodeFields([[1, name], ...encoded.map((permission) => [2, permission] as const)]);
}
