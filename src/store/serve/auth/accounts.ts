import { GrpcError } from "../../../net/index.ts";
import type { Accounts, PasswordHash, Permission, User } from "../../accounts.ts";

/** Who may do everything, once they hold the role of the same name. */
export const ROOT = "root";

/** What is wrong with a request, in etcd's words, which clients know. */
export const wrong = {
  userEmpty: () => new GrpcError("invalidArgument", "etcdserver: user name is empty"),
  denied: () => new GrpcError("permissionDenied", "etcdserver: permission denied"),
  userNotFound: () => new GrpcError("failedPrecondition", "etcdserver: user name not found"),
  roleNotFound: () => new GrpcError("failedPrecondition", "etcdserver: role name not found"),
  management: () => new GrpcError("invalidArgument", "etcdserver: invalid auth management"),
  notEnabled: () => new GrpcError("failedPrecondition", "etcdserver: authentication is not enabled"),
  failed: () => new GrpcError("invalidArgument", "etcdserver: authentication failed, invalid user ID or password"),
  busy: () => new GrpcError("resourceExhausted", "etcdserver: too many requests"),
  token: () => new GrpcError("unauthenticated", "etcdserver: invalid auth token"),
};
const precondition = (text: string) => new GrpcError("failedPrecondition", `etcdserver: ${text}`);

export function requiredUser({ users }: Accounts, name: string): User {
  const user = users.get(name);
  if (!user) throw wrong.userNotFound();
  return user;
}

/** Keeps the same password in another way: nothing changes for anyone. */
export function rehash(
  accounts: Accounts,
  name: string,
  { from, to }: { readonly from: PasswordHash; readonly to: PasswordHash },
): Accounts {
  const user = accounts.users.get(name);
  if (user?.password !== from) return accounts;
  return { ...accounts, users: new Map(accounts.users).set(name, { ...user, password: to }) };
}

export function requiredRole({ roles }: Accounts, name: string): readonly Permission[] {
  const role = roles.get(name);
  if (!role) throw wrong.roleNotFound();
  return role;
}

export function enable(accounts: Accounts): Accounts {
  if (accounts.enabled) return accounts;
  const root = accounts.users.get(ROOT);
  if (!root) throw precondition("root user does not exist");
  if (!root.roles.includes(ROOT)) throw precondition("root user does not have root role");
  return { ...accounts, enabled: true };
}

export function disable(accounts: Accounts): Accounts {
  return accounts.enabled ? changed({ ...accounts, enabled: false }) : accounts;
}

export function addUser(accounts: Accounts, name: string, password: PasswordHash | undefined): Accounts {
  if (name === "") throw wrong.userEmpty();
  if (accounts.users.has(name)) throw precondition("user name already exists");
  return withUser(accounts, name, { roles: [], ...(password && { password }) });
}

export function deleteUser(accounts: Accounts, name: string): Accounts {
  if (accounts.enabled && name === ROOT) throw wrong.management();
  requiredUser(accounts, name);
  const users = new Map(accounts.users);
  users.delete(name);
  return changed({ ...accounts, users });
}

export function setPassword(accounts: Accounts, name: string, password: PasswordHash | undefined): Accounts {
  const { roles } = requiredUser(accounts, name);
  return withUser(accounts, name, { roles, ...(password && { password }) });
}

export function grantRole(accounts: Accounts, name: string, role: string): Accounts {
  const user = requiredUser(accounts, name);
  // What the role root allows needs no saying.
  if (role !== ROOT) requiredRole(accounts, role);
  if (user.roles.includes(role)) return accounts;
  return withUser(accounts, name, { ...user, roles: [...user.roles, role].sort() });
}

export function revokeRole(accounts: Accounts, name: string, role: string): Accounts {
  if (accounts.enabled && name === ROOT && role === ROOT) throw wrong.management();
  const user = requiredUser(accounts, name);
  if (!user.roles.includes(role)) throw precondition("role is not granted to the user");
  return withUser(accounts, name, { ...user, roles: user.roles.filter((one) => one !== role) });
}

export function addRole(accounts: Accounts, name: string): Accounts {
  if (name === "") throw new GrpcError("invalidArgument", "etcdserver: role name is empty");
  if (accounts.roles.has(name)) throw precondition("role name already exists");
  return withRole(accounts, name, []);
}

export function deleteRole(accounts: Accounts, name: string): Accounts {
  if (accounts.enabled && name === ROOT) throw wrong.management();
  requiredRole(accounts, name);
  const roles = new Map(accounts.roles);
  roles.delete(name);
  const users = new Map(
    [...accounts.users].map(([user, one]) => [user, { ...one, roles: one.roles.filter((role) => role !== name) }]),
  );
  return changed({ ...accounts, roles, users });
}

export function grantPermission(accounts: Accounts, name: string, permission: Permission | undefined): Accounts {
  if (!permission) throw new GrpcError("invalidArgument", "etcdserver: permission not given");
  const others = requiredRole(accounts, name).filter((one) => !isSameRange(one, permission));
  const all = [...others, permission].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  return withRole(accounts, name, all);
}

export function revokePermission(accounts: Accounts, name: string, range: Omit<Permission, "type">): Accounts {
  const role = requiredRole(accounts, name);
  const left = role.filter((one) => !isSameRange(one, range));
  if (left.length === role.length) throw precondition("permission is not granted to the role");
  return withRole(accounts, name, left);
}

function isSameRange(one: Omit<Permission, "type">, other: Omit<Permission, "type">): boolean {
  return one.key === other.key && one.rangeEnd === other.rangeEnd;
}

function withUser(accounts: Accounts, name: string, user: User): Accounts {
  return changed({ ...accounts, users: new Map(accounts.users).set(name, user) });
}

function withRole(accounts: Accounts, name: string, permissions: readonly Permission[]): Accounts {
  return changed({ ...accounts, roles: new Map(accounts.roles).set(name, permissions) });
}

function changed(accounts: Accounts): Accounts {
  return { ...accounts, revision: accounts.revision + 1 };
}
