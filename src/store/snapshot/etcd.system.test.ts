import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, type TestContext, test } from "node:test";
import { promisify } from "node:util";
import { realClock, silentLog } from "../../base/index.ts";
import { openEmbeddedStore, restoreEmbeddedStore, snapshotStatus } from "../embedded/index.ts";
import { openEtcdStore } from "../etcd/index.ts";
import { LAST_KEY, openMemoryStore } from "../memory/index.ts";
import { accountFile, serveEtcd } from "../serve/index.ts";
import type { Entry, Store } from "../store.ts";
import { bytes, put, write } from "../suite-tools.ts";
import { ETCDCTL_ENV, RealEtcd, withoutEtcd } from "../testing/real-etcd.ts";
import { encodeEtcdSnapshot, readEtcdSnapshot } from "./index.ts";

const clock = realClock();
const log = silentLog;
const entry = (key: string, revision: number, more: Partial<Entry> = {}): Entry => ({
  key,
  value: bytes(`value of ${key}`),
  createRevision: revision,
  modRevision: revision,
  version: 1,
  lease: 0,
  ...more,
});

function temporary(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), "navarch-snapshot-"));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

function etcdctl(...args: string[]): string {
  const { status, stdout, stderr } = spawnSync("etcdctl", args, {
    encoding: "utf8",
    env: { ...process.env, ...ETCDCTL_ENV },
  });
  assert.equal(status, 0, `etcdctl ${args.join(" ")}: ${stderr}`);
  return stdout;
}

async function* oneChunk(piece: Uint8Array): AsyncGenerator<Uint8Array> {
  yield piece;
}

/** Everything that is in a store, keys and their history in numbers, and the leases. */
async function contents(store: Store): Promise<object> {
  const { entries, revision } = await store.range({ start: "", end: LAST_KEY });
  const leases = (await store.leases()).map(({ id, ttlSeconds }) => ({ id, ttlSeconds })).sort((a, b) => a.id - b.id);
  return { revision, entries: entries.map((one) => ({ ...one, value: Buffer.from(one.value).toString() })), leases };
}

/** Keys of many sizes, some changed, some deleted, some on a lease, the newest change a delete. */
async function fill(store: Store): Promise<void> {
  const lease = await store.grantLease({ ttlSeconds: 4000, id: 77 });
  for (let index = 0; index < 300; index++) {
    const value = bytes(`${index}`.repeat(1 + index * 3));
    const more = index % 7 === 0 ? { lease: lease.id } : {};
    await store.transact({
      compare: [],
      success: [
        { type: "put", key: `/registry/a/${index}`, value, ...more },
        { type: "put", key: `/registry/b/${index % 20}`, value },
      ],
      failure: [],
    });
  }
  await write(store, put("/registry/clusterroles/é日本\u{1f600}", "a name"), put("/bytes/\udcff\udc80", "no text"));
  await write(store, put("/big", "x".repeat(100_000)));
  await write(store, { type: "deleteRange", start: "/registry/a/1", end: "/registry/a/2" });
}

suite("etcd's snapshots", () => {
  test("what is written reads the same, whatever the sizes", () => {
    for (const count of [0, 1, 100, 20_000]) {
      const entries = Array.from({ length: count }, (_, index) =>
        entry(`/k/${index}`, 2 + (index >> 1), { value: new Uint8Array((index * 7919) % 9000).fill(index) }),
      ).slice(0, count > 1000 ? 2000 : count);
      const state = { revision: count + 50, entries, leases: [{ id: 2 ** 40, ttlSeconds: 60 }] };
      const file = Buffer.concat([...encodeEtcdSnapshot(state)]);
      const read = readEtcdSnapshot(file, "snapshot");
      assert.equal(read.revision, state.revision);
      assert.deepEqual(
        [...read.entries].map((one) => ({ ...one, value: Buffer.from(one.value) })),
        entries.map((one) => ({ ...one, value: Buffer.from(one.value) })),
      );
      assert.deepEqual([...read.leases], state.leases);
    }
  });

  test("a cut or damaged one is refused by name and leaves nothing", async (t) => {
    const file = Buffer.concat([...encodeEtcdSnapshot({ revision: 9, entries: [entry("/a", 3)], leases: [] })]);
    const flipped = Buffer.from(file);
    flipped[5000]! ^= 1;
    const directory = join(temporary(t), "store");
    for (const bad of [file.subarray(0, 4096), file.subarray(0, -1), file.subarray(0, -32), flipped, bytes("hello")])
      await assert.rejects(restoreEmbeddedStore({ directory, snapshot: oneChunk(bad) }), { code: "corrupt" });
    assert.throws(() => readFileSync(directory), { code: "ENOENT" });
  });

  test("one of a real etcd becomes a store", { skip: withoutEtcd }, async (t) => {
    const etcd = new RealEtcd();
    await etcd.start();
    t.after(() => etcd.stop());
    const directory = temporary(t);
    const file = join(directory, "saved");
    await using real = await openEtcdStore({ endpoints: [etcd.endpoint], clock, log });
    await fill(real);
    await real.compact((await real.revision()) - 5);
    etcdctl("--endpoints", etcd.endpoint, "snapshot", "save", file);
    const snapshot = readFileSync(file);
    const status = await restoreEmbeddedStore({ directory: join(directory, "store"), snapshot: oneChunk(snapshot) });
    assert.deepEqual(status, snapshotStatus(snapshot, file));
    await using store = await openEmbeddedStore({ directory: join(directory, "store"), clock, log });
    assert.deepEqual(await contents(store), await contents(real));
  });

  test("users, roles and passwords go along, from a real etcd to ours and back", { skip: withoutEtcd }, async (t) => {
    const directory = temporary(t);
    const [first, second] = [join(directory, "first"), join(directory, "second")];
    const real = new RealEtcd();
    t.after(() => real.stop());
    await real.start();
    const ask = (...args: string[]) => etcdctl("--endpoints", real.endpoint, ...args);
    ask("snapshot", "save", first);
    const { userCount, isProtected } = snapshotStatus(readFileSync(first), first);
    assert.deepEqual([userCount, isProtected], [0, false]);
    for (const line of [
      "user add root:pw",
      "user grant-role root root",
      "role add r",
      "user add alice:a",
      "role add no",
    ])
      ask(...line.split(" "));
    ask("role", "grant-permission", "r", "readwrite", "/a/", "--prefix=true");
    ask("role", "grant-permission", "r", "read", "/b");
    ask("user", "grant-role", "alice", "r");
    ask("user", "add", "mute", "--no-password");
    ask("put", "/b", "1");
    ask("auth", "enable");
    ask("--user=root:pw", "snapshot", "save", first);

    const store = join(directory, "store");
    const status = await restoreEmbeddedStore({ directory: store, snapshot: oneChunk(readFileSync(first)) });
    assert.deepEqual([status.userCount, status.passwordlessCount, status.isProtected], [3, 1, true]);
    assert.equal(statSync(join(store, "auth.json")).mode & 0o777, 0o600);
    {
      await using opened = await openEmbeddedStore({ directory: store, clock, log });
      const options = { store: opened, listen: ["127.0.0.1:0"], name: "default", clock, log } as const;
      const server = await serveEtcd({ ...options, accounts: accountFile(store) });
      const endpoint = `http://127.0.0.1:${server.ports[0]}`;
      await checkUsers(endpoint);
      await asks(endpoint, "--user=root:pw", "user", "add", "bob:b");
      await asks(endpoint, "--user=root:pw", "user", "grant-role", "bob", "r");
      await asks(endpoint, "--user=root:pw", "snapshot", "save", second);
      await server.close(100);
    }
    const restored = new RealEtcd();
    restored.restore(second);
    t.after(() => restored.stop());
    await restored.start();
    await checkUsers(restored.endpoint);
    assert.equal(await asks(restored.endpoint, "--user=bob:b", "get", "/b", "--print-value-only"), "1\n");
  });

  test("one of ours becomes a real etcd", { skip: withoutEtcd }, async (t) => {
    const directory = temporary(t);
    await using store = openMemoryStore({ clock });
    await fill(store);
    const server = await serveEtcd({ store, listen: ["127.0.0.1:0"], name: "default", clock, log });
    t.after(() => server.close(100));
    const file = join(directory, "saved");
    await asks(`http://127.0.0.1:${server.ports[0]}`, "snapshot", "save", file);
    const [status] = JSON.parse(`[${etcdctl("snapshot", "status", file, "-w", "json")}]`) as [{ revision: number }];
    assert.equal(status.revision, await store.revision());
    const restored = new RealEtcd();
    restored.restore(file);
    await restored.start();
    t.after(() => restored.stop());
    await using real = await openEtcdStore({ endpoints: [restored.endpoint], clock, log });
    assert.deepEqual(await contents(real), await contents(store));
    await write(real, put("/after", "1"));
    assert.equal(await real.revision(), (await store.revision()) + 1);
  });
});

/** Without blocking this process, which may be the one that serves it. */
async function asks(endpoint: string, ...args: string[]): Promise<string> {
  const env = { ...process.env, ...ETCDCTL_ENV };
  const { stdout } = await promisify(execFile)("etcdctl", ["--endpoints", endpoint.replace("http://", ""), ...args], {
    env,
  });
  return stdout;
}

/** Alice may do what her role says, whoever knows no password nothing, root everything. */
async function checkUsers(endpoint: string): Promise<void> {
  await asks(endpoint, "--user=alice:a", "put", "/a/b", "2");
  assert.equal(await asks(endpoint, "--user=alice:a", "get", "/b", "--print-value-only"), "1\n");
  for (const args of [
    ["get", "/b"],
    ["--user=alice:wrong", "get", "/b"],
    ["--user=mute:", "get", "/b"],
    ["--user=alice:a", "put", "/b", "3"],
    ["--user=alice:a", "get", "/c"],
  ])
    await assert.rejects(asks(endpoint, ...args), Error, args.join(" "));
  assert.equal(await asks(endpoint, "--user=root:pw", "get", "/a/b", "--print-value-only"), "2\n");
  assert.match(await asks(endpoint, "--user=root:pw", "role", "list"), /^no\nr\n|\nno\nr\n/);
}
