import assert from "node:assert/strict";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, type TestContext, test } from "node:test";
import { realClock, silentLog, VirtualClock } from "../../../base/index.ts";
import { createGrpcChannel, GrpcError, loadService, type ProtocolDescriptor } from "../../../net/index.ts";
import descriptor from "../../etcd-v3.json" with { type: "json" };
import { openMemoryStore } from "../../memory/index.ts";
import { bytes, put, refused, write } from "../../suite-tools.ts";
import { serveEtcd } from "../serve.ts";
import { encodeAccounts, NO_ACCOUNTS } from "../../accounts.ts";
import { addRole, addUser, enable, grantPermission, grantRole } from "./accounts.ts";
import { Auth } from "./auth.ts";
import { accountFile } from "./file.ts";
import { hashPassword, isPassword } from "./passwords.ts";
import { Rights } from "./rights.ts";
import { Tokens } from "./tokens.ts";

const failed = (code: string, text: RegExp) => (error: unknown) =>
  error instanceof GrpcError && error.code === code && text.test(error.message);

function temporary(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), "navarch-auth-"));
  t.after(() => rmSync(directory, { recursive: true }));
  return directory;
}

/** root with a password, and a user who may read what begins with /a/ and write it, and a little more. */
async function accounts() {
  const password = await hashPassword("pw");
  let now = grantRole(addUser(NO_ACCOUNTS, "root", password), "root", "root");
  now = addRole(addUser(now, "alice", password), "reader");
  for (const [type, key, rangeEnd] of [
    ["READWRITE", "/a/", "/a0"],
    ["READ", "/a0", "/a1"],
    ["WRITE", "/w", ""],
    ["READ", "/z", "\0"],
  ] as const)
    now = grantPermission(now, "reader", { type, key, rangeEnd });
  return enable(grantRole(now, "alice", "reader"));
}

suite("rights", () => {
  const range = (start: string, end = `${start}\0`) => ({ start, end });
  test("ranges that touch count as one, and no key more", async () => {
    const alice = new Rights(await accounts(), "alice");
    for (const given of [range("/a/"), range("/a/", "/a1"), range("/a/x", "/a0x"), range("/z", "\udfff")])
      alice.read(given);
    for (const refusedRange of [range("/a/", "/a2"), range("/a"), range("/w"), range("/y", "/zz")])
      assert.throws(() => alice.read(refusedRange), failed("permissionDenied", /permission denied/));
    alice.write(range("/w"));
    assert.throws(() => alice.write(range("/w", "/x")), /permission denied/);
    assert.throws(() => alice.write(range("/a0")), /permission denied/);
    assert.throws(() => alice.administer(), /permission denied/);
  });

  test("the role root may do everything, nobody nothing", async () => {
    const known = await accounts();
    new Rights(known, "root").write(range("/x", "\udfff"));
    new Rights(known, "root").administer();
    assert.throws(() => new Rights(known, "stranger").read(range("/a/")), /permission denied/);
  });
});

suite("tokens", () => {
  test("end when they aren't used for five minutes, when the user's do, and no earlier", async () => {
    const clock = new VirtualClock();
    const tokens = new Tokens(clock);
    const token = tokens.make("alice");
    for (let turn = 0; turn < 3; turn++) {
      await clock.advance(299_000);
      assert.equal(tokens.userOf(token), "alice");
    }
    await clock.advance(301_000);
    assert.equal(tokens.userOf(token), undefined);
    const [one, other] = [tokens.make("alice"), tokens.make("bob")];
    tokens.end("alice");
    assert.deepEqual([tokens.userOf(one), tokens.userOf(other)], [undefined, "bob"]);
    assert.equal(tokens.userOf("guessed"), undefined);
  });
});

suite("accounts in a file", () => {
  test("are there after a restart, and only their owner can read them", async (t) => {
    const directory = temporary(t);
    const clock = realClock();
    const first = await Auth.open({ storage: accountFile(directory), clock });
    const wanted = await accounts();
    await first.change(() => wanted);
    assert.equal(statSync(join(directory, "auth.json")).mode & 0o777, 0o600);
    const second = await Auth.open({ storage: accountFile(directory), clock });
    assert.deepEqual(second.accounts, wanted);
    assert.match(await second.authenticate("alice", "pw"), /\S/);
    await assert.rejects(second.authenticate("alice", "wrong"), failed("invalidArgument", /authentication failed/));
    const token = await first.authenticate("alice", "pw");
    assert.throws(
      () => second.caller({ metadata: { token }, clientName: undefined }),
      failed("unauthenticated", /token/),
    );
  });

  test("that are damaged let nobody in", async (t) => {
    const directory = temporary(t);
    for (const text of ["", "{", '{"version":2}', "[]"]) {
      writeFileSync(join(directory, "auth.json"), text);
      await assert.rejects(Auth.open({ storage: accountFile(directory), clock: realClock() }), refused("corrupt"));
    }
  });

  test("a change that can't be saved doesn't count", async () => {
    const storage = { load: async () => undefined, save: async () => Promise.reject(new Error("disk full")) };
    const auth = await Auth.open({ storage, clock: realClock() });
    await assert.rejects(
      auth.change((now) => addRole(now, "r")),
      /disk full/,
    );
    assert.equal(auth.accounts.roles.size, 0);
  });
});

test("only so many passwords are compared at a time", async () => {
  const auth = await Auth.open({ clock: realClock() });
  const known = await accounts();
  await auth.change(() => known);
  const tries = await Promise.allSettled(Array.from({ length: 70 }, () => auth.authenticate("alice", "pw")));
  assert.equal(tries.filter(({ status }) => status === "fulfilled").length, 64);
  const { reason } = tries.at(-1) as PromiseRejectedResult;
  assert.ok(failed("resourceExhausted", /too many requests/)(reason));
  assert.match(await auth.authenticate("alice", "pw"), /\S/);
});

test("a certificate's name is a user where there is no token", async () => {
  const auth = await Auth.open({ clock: realClock() });
  const known = await accounts();
  await auth.change(() => known);
  const context = (clientName: string | undefined) => ({ metadata: {}, clientName, signal: AbortSignal.timeout(1000) });
  auth.rights(context("alice"))!.read({ start: "/a/", end: "/a0" });
  assert.throws(() => auth.rights(context("mallory"))!.read({ start: "/a/", end: "/a0" }), /permission denied/);
  assert.throws(() => auth.rights(context(undefined)), failed("invalidArgument", /user name is empty/));
});

test("every method that reads or changes keys asks what its caller may do", async (t) => {
  await using store = openMemoryStore();
  await write(store, put("/secret", "1"));
  const { id } = await store.grantLease({ ttlSeconds: 300 });
  await store.transact({
    compare: [],
    success: [{ type: "put", key: "/secret/leased", value: bytes("1"), lease: id }],
    failure: [],
  });
  const known = await accounts();
  const clock = realClock();
  const storage = { load: async () => encodeAccounts(known), save: async () => {} };
  const server = await serveEtcd({
    store,
    listen: ["127.0.0.1:0"],
    name: "n",
    accounts: storage,
    clock,
    log: silentLog,
  });
  const channel = createGrpcChannel({ target: `http://127.0.0.1:${server.ports[0]}`, clock });
  t.after(async () => {
    channel.close();
    await server.close(100);
  });
  const method = (path: string) => {
    const [service, name] = path.split("/") as [string, string];
    return loadService(descriptor as unknown as ProtocolDescriptor, service).method(name);
  };
  const { token } = (await channel.unary(method("etcdserverpb.Auth/Authenticate"), {
    name: "alice",
    password: "pw",
  })) as { token: string };
  const metadata = { token };
  const key = bytes("/secret");
  const txn = { compare: [], success: [], failure: [{ requestTxn: { success: [{ requestRange: { key } }] } }] };
  for (const [path, request] of [
    ["etcdserverpb.KV/Range", { key }],
    ["etcdserverpb.KV/Put", { key, value: bytes("2") }],
    ["etcdserverpb.KV/Put", { key: bytes("/w"), value: bytes("2"), lease: id }],
    ["etcdserverpb.KV/DeleteRange", { key: bytes("/a/"), rangeEnd: bytes("/z") }],
    ["etcdserverpb.KV/Txn", txn],
    ["etcdserverpb.KV/Txn", { compare: [{ key: bytes("/a/"), rangeEnd: bytes("/z") }] }],
    ["etcdserverpb.Lease/LeaseRevoke", { ID: id }],
    ["etcdserverpb.Lease/LeaseTimeToLive", { ID: id, keys: true }],
    ["etcdserverpb.Maintenance/HashKV", {}],
    ["etcdserverpb.Maintenance/Defragment", {}],
    ["etcdserverpb.Auth/AuthDisable", {}],
    ["etcdserverpb.Auth/UserChangePassword", { name: "root", password: "x" }],
    ["v3lockpb.Lock/Lock", { name: key }],
    ["v3lockpb.Lock/Unlock", { key }],
    ["v3electionpb.Election/Campaign", { name: key }],
    ["v3electionpb.Election/Leader", { name: key }],
    ["v3electionpb.Election/Proclaim", { leader: { key } }],
    ["v3electionpb.Election/Resign", { leader: { key } }],
  ] as const) {
    const denied = failed("permissionDenied", /permission denied/);
    await assert.rejects(channel.unary(method(path), request, { metadata }), denied, path);
    if (!path.includes("/User"))
      await assert.rejects(channel.unary(method(path), request), failed("invalidArgument", /user name is empty/), path);
  }
  for (const [path, request] of [
    ["etcdserverpb.Maintenance/Snapshot", {}],
    ["v3electionpb.Election/Observe", { name: key }],
  ] as const)
    await assert.rejects(
      async () => {
        for await (const _ of channel.stream(method(path), [request], { metadata })) assert.fail(path);
      },
      failed("permissionDenied", /permission denied/),
    );
  for await (const answer of channel.stream(method("etcdserverpb.Watch/Watch"), [{ createRequest: { key } }], {
    metadata,
  })) {
    const { canceled, cancelReason } = answer as { canceled: boolean; cancelReason: string };
    assert.deepEqual([canceled, /PermissionDenied/.test(cancelReason)], [true, true]);
    break;
  }
  await channel.unary(method("etcdserverpb.KV/Put"), { key: bytes("/a/b"), value: bytes("2") }, { metadata });
  assert.equal((await store.get("/secret")).entry!.version, 1);
});

test("a password that an older version has kept gets etcd's hash when its user logs in", async () => {
  const { bcrypt, ...older } = await hashPassword("pw");
  assert.ok(bcrypt);
  let saved = encodeAccounts(enable(grantRole(addUser(NO_ACCOUNTS, "root", older), "root", "root")));
  const storage = { load: async () => saved, save: async (given: Uint8Array) => void (saved = given) };
  const auth = await Auth.open({ clock: realClock(), storage });
  const { revision } = auth.accounts;
  await assert.rejects(auth.authenticate("root", "wrong"));
  assert.deepEqual(auth.accounts.users.get("root")?.password, older);
  await auth.authenticate("root", "pw");
  const kept = (await Auth.open({ clock: realClock(), storage })).accounts.users.get("root")!.password!;
  assert.equal(await isPassword("pw", { bcrypt: kept.bcrypt! }), true);
  assert.equal(await isPassword("pw", kept), true);
  assert.equal(auth.accounts.revision, revision);
});

test("a password may come as a hash of etcd's kind, and as no other", async () => {
  await using store = openMemoryStore();
  const server = await serveEtcd({
    store,
    listen: ["127.0.0.1:0"],
    name: "default",
    clock: realClock(),
    log: silentLog,
  });
  const channel = createGrpcChannel({ clock: realClock(), target: `http://127.0.0.1:${server.ports[0]}` });
  const service = loadService(descriptor as unknown as ProtocolDescriptor, "etcdserverpb.Auth");
  const call = (name: string, request: object) => channel.unary(service.method(name), request);
  // Of "a".
  const hash = "$2a$06$m0CrhHm10qJ3lXRY.5zDGO3rS2KdeeWLuGmsfGlMfOxih58VYVfxe";
  const add = (name: string, kept: string) =>
    call("UserAdd", { name, hashedPassword: Buffer.from(kept).toString("base64") });
  try {
    await add("root", hash);
    await assert.rejects(add("x", "x"), failed("invalidArgument", /hash of a password is none/));
    await call("UserGrantRole", { user: "root", role: "root" });
    await call("AuthEnable", {});
    const wrongPassword = failed("invalidArgument", /invalid user ID or password/);
    await assert.rejects(call("Authenticate", { name: "root", password: "b" }), wrongPassword);
    const { token } = (await call("Authenticate", { name: "root", password: "a" })) as { token: string };
    assert.ok(token);
  } finally {
    channel.close();
    await server.close(100);
  }
});
