import { type GrpcCallContext, GrpcError, type UnaryHandler } from "../../../net/index.ts";
import { keyBytes, keyText } from "../../memory/index.ts";
import type { PasswordHash, Permission, PermissionType } from "../../accounts.ts";
import type { Store } from "../../store.ts";
import { header } from "../encode.ts";
import type { Member } from "../messages.ts";
import * as accounts from "./accounts.ts";
import type { Auth } from "./auth.ts";
import { isBcryptHash } from "./bcrypt.ts";

interface UserRequest {
  readonly name: string;
  readonly password: string;
  readonly hashedPassword: string;
  readonly options?: { readonly noPassword: boolean };
}

interface WirePermission {
  readonly permType: PermissionType;
  readonly key: Uint8Array;
  readonly rangeEnd: Uint8Array;
}

/** What only those may ask for who may do everything, once authentication is on. */
const ADMINISTRATION = new Set(["UserAdd", "UserList", "UserDelete", "UserChangePassword", "UserGrantRole"]);
for (const name of ["UserRevokeRole", "RoleAdd", "RoleList", "RoleDelete", "RoleGrantPermission"])
  ADMINISTRATION.add(name);
for (const name of ["RoleRevokePermission", "AuthEnable", "AuthDisable", "AuthStatus"]) ADMINISTRATION.add(name);

/** The Auth service: users, roles, and the passwords that tokens are given for. */
export function authHandlers(parts: {
  readonly auth: Auth;
  readonly store: Store;
  readonly member: Member;
}): Record<string, UnaryHandler> {
  const { auth, store, member } = parts;
  const services = { ...switchHandlers(auth), ...userHandlers(auth), ...roleHandlers(auth) };
  return Object.fromEntries(
    Object.entries(services).map(([name, handle]) => [
      name,
      async (request: never, context: GrpcCallContext) => {
        if (ADMINISTRATION.has(name)) auth.rights(context)?.administer();
        const answer = await handle(request, context);
        return { header: header(member, await store.revision()), ...answer };
      },
    ]),
  );
}

type Handlers = Record<string, (request: never, context: GrpcCallContext) => Promise<object>>;

function switchHandlers(auth: Auth): Handlers {
  return {
    AuthStatus: async () => ({ enabled: auth.accounts.enabled, authRevision: auth.accounts.revision }),
    async AuthEnable() {
      await auth.change(accounts.enable);
      return {};
    },
    async AuthDisable() {
      await auth.change(accounts.disable);
      auth.endTokens();
      return {};
    },
    Authenticate: async ({ name, password }: UserRequest) => ({ token: await auth.authenticate(name, password) }),
  };
}

function userHandlers(auth: Auth): Handlers {
  return {
    async UserAdd({ name, options, ...given }: UserRequest) {
      const password = options?.noPassword ? undefined : await passwordOf(auth, given);
      await auth.change((now) => accounts.addUser(now, name, password));
      return {};
    },
    async UserGet({ name }: UserRequest, context) {
      const rights = auth.rights(context);
      // One may look at oneself.
      if (rights && auth.caller(context) !== name) rights.administer();
      return { roles: accounts.requiredUser(auth.accounts, name).roles };
    },
    UserList: async () => ({ users: [...auth.accounts.users.keys()].sort() }),
    async UserDelete({ name }: UserRequest) {
      await auth.change((now) => accounts.deleteUser(now, name));
      auth.endTokens(name);
      return {};
    },
    async UserChangePassword({ name, ...given }: UserRequest) {
      const password = await passwordOf(auth, given);
      await auth.change((now) => accounts.setPassword(now, name, password));
      auth.endTokens(name);
      return {};
    },
    async UserGrantRole({ user, role }: { readonly user: string; readonly role: string }) {
      await auth.change((now) => accounts.grantRole(now, user, role));
      return {};
    },
    async UserRevokeRole({ name, role }: { readonly name: string; readonly role: string }) {
      await auth.change((now) => accounts.revokeRole(now, name, role));
      return {};
    },
  };
}

function roleHandlers(auth: Auth): Handlers {
  return {
    async RoleAdd({ name }: { readonly name: string }) {
      await auth.change((now) => accounts.addRole(now, name));
      return {};
    },
    async RoleGet({ role }: { readonly role: string }, context) {
      const rights = auth.rights(context);
      const held = rights && auth.accounts.users.get(auth.caller(context))?.roles;
      if (!held?.includes(role)) rights?.administer();
      return { perm: accounts.requiredRole(auth.accounts, role).map(wirePermission) };
    },
    RoleList: async () => ({ roles: [...auth.accounts.roles.keys()].sort() }),
    async RoleDelete({ role }: { readonly role: string }) {
      await auth.change((now) => accounts.deleteRole(now, role));
      return {};
    },
    async RoleGrantPermission({ name, perm }: { readonly name: string; readonly perm?: WirePermission }) {
      const permission = perm && {
        type: perm.permType,
        key: keyText(perm.key),
        rangeEnd: keyText(perm.rangeEnd),
      };
      await auth.change((now) => accounts.grantPermission(now, name, permission));
      return {};
    },
    async RoleRevokePermission({ role, key, rangeEnd }: { readonly role: string } & Omit<WirePermission, "permType">) {
      const range = { key: keyText(key), rangeEnd: keyText(rangeEnd) };
      await auth.change((now) => accounts.revokePermission(now, role, range));
      return {};
    },
  };
}

function wirePermission({ type, key, rangeEnd }: Permission): WirePermission {
  return { permType: type, key: keyBytes(key), rangeEnd: keyBytes(rangeEnd) };
}

/** Clients may send a hash of their own making, in base64. */
async function passwordOf(
  auth: Auth,
  { password, hashedPassword }: Pick<UserRequest, "password" | "hashedPassword">,
): Promise<PasswordHash> {
  if (!hashedPassword) return auth.hash(password);
  const bcrypt = Buffer.from(hashedPassword, "base64").toString();
  if (!isBcryptHash(bcrypt)) throw new GrpcError("invalidArgument", "etcdserver: the hash of a password is none");
  return { bcrypt };
}
