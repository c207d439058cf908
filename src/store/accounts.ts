/** A password as it is kept: in a form that is compared, and in the one that etcd keeps, or in one of them. */
export interface PasswordHash {
  /** Both in base64. */
  readonly salt?: string;
  readonly scrypt?: string;
  /** As etcd has it, `$2a$…`. */
  readonly bcrypt?: string;
}

export type PermissionType = "READ" | "WRITE" | "READWRITE";

/** What a role allows: one key, or those up to the range's end; keys are text as the store has them. */
export interface Permission {
  readonly type: PermissionType;
  readonly key: string;
  /** "" for the one key; "\0" for all that follow. */
  readonly rangeEnd: string;
}

export interface User {
  /** Absent for who shows a certificate instead. */
  readonly password?: PasswordHash;
  readonly roles: readonly string[];
}

/** Users, roles, and whether they count. */
export interface Accounts {
  readonly enabled: boolean;
  /** Goes up with each change. */
  readonly revision: number;
  readonly users: ReadonlyMap<string, User>;
  readonly roles: ReadonlyMap<string, readonly Permission[]>;
}

export const NO_ACCOUNTS: Accounts = { enabled: false, revision: 1, users: new Map(), roles: new Map() };

/** Where a store's directory has them. */
export const ACCOUNTS_FILE = "auth.json";

/** As a file has them. */
export function encodeAccounts({ enabled, revision, users, roles }: Accounts): Uint8Array {
  const text = JSON.stringify({ version: 1, enabled, revision, users: [...users], roles: [...roles] });
  return new TextEncoder().encode(text);
}

/** Throws on anything that isn't as {@link encodeAccounts} writes it: nobody gets in on a file that is damaged. */
export function decodeAccounts(bytes: Uint8Array): Accounts {
  const { version, enabled, revision, users, roles } = JSON.parse(new TextDecoder().decode(bytes));
  if (version !== 1 || typeof enabled !== "boolean" || !Number.isSafeInteger(revision))
    throw new TypeError(`read accounts: version is ${version}, wanted 1 and its fields`);
  return { enabled, revision, users: new Map(users), roles: new Map(roles) };
}
