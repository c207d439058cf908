import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:http2";
import { after, before, suite, test } from "node:test";
import { realClock, silentLog } from "../../base/index.ts";
import { createGrpcChannel, GrpcError, loadService, type ProtocolDescriptor } from "../../net/index.ts";
import descriptor from "../etcd-v3.json" with { type: "json" };
import { openEtcdStore } from "../etcd/index.ts";
import { openMemoryStore } from "../memory/index.ts";
import type { Store } from "../store.ts";
import { sameTransactions } from "../nested.suite.ts";
import { storeSuite } from "../store.suite.ts";
import { bytes, put, Recorder, text, write } from "../suite-tools.ts";
import { type EtcdServer, serveEtcd } from "./serve.ts";

const clock = realClock();
const log = silentLog;

async function serve(store: Store, options: { quotaBytes?: number } = {}): Promise<EtcdServer & { endpoint: string }> {
  const server = await serveEtcd({ store, listen: ["127.0.0.1:0"], name: "default", clock, log, ...options });
  return { ...server, endpoint: `http://127.0.0.1:${server.ports[0]}` };
}

suite("a store served as etcd keeps the contract over the wire", () => {
  const store = openMemoryStore({ clock });
  let server: Awaited<ReturnType<typeof serve>>;
  let count = 0;
  before(async () => {
    server = await serve(store);
  });
  after(async () => {
    await server.close(100);
    await store.close();
  });
  storeSuite("etcd store", {
    open: () => openEtcdStore({ endpoints: [server.endpoint], prefix: `/test-${count++}`, clock, log }),
    modelRuns: 10,
  });

  test("whatever is in a transaction, it does the same as without the wire", async () => {
    const prefix = `/test-${count++}`;
    await using client = await openEtcdStore({ endpoints: [server.endpoint], prefix, clock, log });
    await using memory = openMemoryStore();
    await sameTransactions(memory, client, 400);
  });
});

suite("the served etcd", () => {
  const call = async (endpoint: string, path: string, request: object): Promise<Record<string, unknown>> => {
    const [service, method] = path.split("/") as [string, string];
    const channel = createGrpcChannel({ target: endpoint, clock });
    try {
      const found = loadService(descriptor as unknown as ProtocolDescriptor, service).method(method);
      return (await channel.unary(found, request as never)) as Record<string, unknown>;
    } finally {
      channel.close();
    }
  };

  test("keys are bytes on the wire, whatever they are in the store", async () => {
    await using store = openMemoryStore();
    const server = await serve(store);
    const doPut = (key: Uint8Array) => call(server.endpoint, "etcdserverpb.KV/Put", { key, value: bytes("1") });
    await write(store, put("/registry/roles/é", "1"));
    await doPut(bytes("/registry/roles/日"));
    await doPut(Uint8Array.of(0x2f, 0xc3));
    await doPut(Uint8Array.of(0x2f, 0xc3, 0xc0, 0xff));
    assert.equal(text((await store.get("/registry/roles/日")).entry!.value), "1");
    const range = async (key: Uint8Array, rangeEnd: Uint8Array) => {
      const { kvs } = await call(server.endpoint, "etcdserverpb.KV/Range", { key, rangeEnd });
      return (kvs as { key: Uint8Array }[]).map((one) => Buffer.from(one.key).toString("hex"));
    };
    const hex = (key: string) => Buffer.from(key).toString("hex");
    const all = [hex("/registry/roles/é"), hex("/registry/roles/日"), "2fc3", "2fc3c0ff"];
    assert.deepEqual(await range(Uint8Array.of(0), Uint8Array.of(0)), all);
    // What clients ask for to get all keys that begin with a byte.
    assert.deepEqual(await range(Uint8Array.of(0x2f, 0xc3), Uint8Array.of(0x2f, 0xc4)), all.slice(2));
    assert.deepEqual(await range(bytes("/registry/roles/é"), Uint8Array.of(...bytes("/registry/roles/"), 0xc4)), [
      all[0],
    ]);
    await server.close(100);
  });

  test("a slow watcher stops and goes on where it was; nothing is lost or told twice", async () => {
    await using store = openMemoryStore();
    const server = await serve(store);
    await using client = await openEtcdStore({ endpoints: [server.endpoint], clock, log });
    const seen = new Recorder();
    const watch = client.watch({ start: "/", end: "0" }, seen);
    await seen.settled(watch);
    const value = "x".repeat(1 << 20);
    for (let index = 0; index < 30; index++) await write(store, put(`/k${index}`, value));
    await seen.until(({ lines }) => lines.length >= 30);
    assert.deepEqual(
      seen.batches.flatMap(({ changes }) => changes.map((line) => line.slice(0, line.indexOf("=")))),
      Array.from({ length: 30 }, (_, index) => `put /k${index}`),
    );
    watch.close();
    await client.close();
    await server.close(100);
  });

  test("a store over its quota takes no puts until there is room and the alarm is off", async () => {
    await using store = openMemoryStore();
    const server = await serve(store, { quotaBytes: 1000 });
    const doPut = (key: string) =>
      call(server.endpoint, "etcdserverpb.KV/Put", { key: bytes(key), value: new Uint8Array(600) });
    const full = (error: unknown) =>
      error instanceof GrpcError && error.code === "resourceExhausted" && /database space exceeded/.test(error.message);
    await doPut("/a");
    await doPut("/b");
    await assert.rejects(doPut("/c"), full);
    await call(server.endpoint, "etcdserverpb.KV/DeleteRange", { key: bytes("/"), rangeEnd: bytes("0") });
    await call(server.endpoint, "etcdserverpb.KV/Compact", { revision: await store.revision() });
    await assert.rejects(doPut("/c"), full, "the alarm stays until it is disarmed");
    const { alarms } = await call(server.endpoint, "etcdserverpb.Maintenance/Alarm", { action: "DEACTIVATE" });
    assert.equal((alarms as object[]).length, 1);
    await doPut("/c");
    await server.close(100);
  });

  test("a lock goes from one to the next, and to nobody who has left", async () => {
    await using store = openMemoryStore();
    const server = await serve(store);
    const lock = (name: string) => call(server.endpoint, "v3lockpb.Lock/Lock", { name: bytes(name) });
    const first = await lock("door");
    let isSecond = false;
    const waiting = lock("door").then((answer) => {
      isSecond = true;
      return answer;
    });
    const other = await lock("window");
    assert.match(text(other.key as Uint8Array), /^window\//);
    assert.equal(isSecond, false);
    await call(server.endpoint, "v3lockpb.Lock/Unlock", { key: first.key });
    assert.notDeepEqual((await waiting).key, first.key);
    await server.close(100);
  });

  test("an election has one leader, who may speak and resign", async () => {
    await using store = openMemoryStore();
    const server = await serve(store);
    const election = (method: string, request: object) =>
      call(server.endpoint, `v3electionpb.Election/${method}`, request);
    const name = bytes("chief");
    await assert.rejects(election("Leader", { name }), /no leader/);
    const { leader } = await election("Campaign", { name, value: bytes("one") });
    const next = election("Campaign", { name, value: bytes("two") });
    await election("Proclaim", { leader, value: bytes("first") });
    const now = (await election("Leader", { name })).kv as { value: Uint8Array };
    assert.equal(text(now.value), "first");
    await election("Resign", { leader });
    await next;
    await assert.rejects(election("Proclaim", { leader, value: bytes("again") }), /not leader/);
    assert.equal(text(((await election("Leader", { name })).kv as { value: Uint8Array }).value), "two");
    await server.close(100);
  });

  test("plain HTTP on the same port tells version, health and figures", async () => {
    await using store = openMemoryStore();
    const server = await serve(store);
    const get = async (path: string) => (await fetch(server.endpoint + path)).text();
    assert.match(await get("/version"), /"etcdserver":"3\./);
    assert.match(await get("/health"), /"health":"true"/);
    assert.match(await get("/metrics"), /etcd_debugging_mvcc_current_revision 1\n/);
    assert.equal((await fetch(`${server.endpoint}/nothing`)).status, 404);
    await server.close(100);
  });

  test("so does HTTP/2 without gRPC, and a HEAD has no body", async () => {
    await using store = openMemoryStore();
    const server = await serve(store);
    const session = connect(server.endpoint);
    const ask = async (method: string) => {
      const stream = session.request({ ":method": method, ":path": "/version" });
      let body = "";
      stream.setEncoding("utf8").on("data", (chunk: string) => (body += chunk));
      const [[headers]] = await Promise.all([once(stream, "response"), once(stream, "end")]);
      return [headers[":status"], body.slice(0, 15)];
    };
    assert.deepEqual(await ask("GET"), [200, '{"etcdserver":"']);
    assert.deepEqual(await ask("HEAD"), [200, ""]);
    session.close();
    await server.close(100);
  });

  test("what is not served is refused by name", async () => {
    await using store = openMemoryStore();
    const server = await serve(store);
    const refused = (what: RegExp) => (error: unknown) =>
      error instanceof GrpcError && error.code === "unimplemented" && what.test(error.message);
    await assert.rejects(call(server.endpoint, "etcdserverpb.Cluster/MemberAdd", {}), refused(/changing the members/));
    await server.close(100);
  });
});
