import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { realClock, silentLog } from "../../base/index.ts";
import { openMemoryStore } from "../memory/index.ts";
import { sameTransactions } from "../nested.suite.ts";
import { storeSuite } from "../store.suite.ts";
import { put, Recorder, refused, text, write } from "../suite-tools.ts";
import { freePort } from "../../net/testing/free-port.ts";
import { RealEtcd, withoutEtcd } from "../testing/real-etcd.ts";
import { openEtcdStore } from "./etcd.ts";

const clock = realClock();
const log = silentLog;

suite("with a real etcd", { skip: withoutEtcd }, () => {
  const server = new RealEtcd();
  let stores = 0;
  const open = (endpoints = [server.endpoint]) => openEtcdStore({ endpoints, prefix: `/test-${stores++}`, clock, log });
  before(() => server.start());
  after(() => server.stop());

  storeSuite("etcd store", { open: () => open(), modelRuns: 8 });

  test("whatever is in a transaction, it does the same as in memory", async () => {
    await using store = await open();
    await using memory = openMemoryStore();
    await sameTransactions(memory, store, 400);
  });

  test("an endpoint that is down is passed over", async () => {
    const nobody = `http://127.0.0.1:${await freePort()}`;
    await using store = await open([nobody, server.endpoint]);
    await write(store, put("/a", "1"));
    assert.equal(text((await store.get("/a")).entry!.value), "1");
  });

  test("a cluster that nobody answers for is unavailable", async () => {
    await assert.rejects(open([`http://127.0.0.1:${await freePort()}`]), refused("unavailable"));
  });

  test("two prefixes don't see each other", async () => {
    await using one = await open();
    await using two = await open();
    await write(one, put("/a", "1"));
    assert.equal((await two.range({ start: "", end: "\u{10ffff}" })).count, 0);
    assert.equal((await one.range({ start: "", end: "\u{10ffff}" })).count, 1);
  });

  test("keys begin with another text in etcd, and are its UTF-8", async () => {
    const options = { endpoints: [server.endpoint], clock, log };
    await using renamed = await openEtcdStore({ ...options, rename: { from: "/registry", to: "/other/root" } });
    await using plain = await openEtcdStore(options);
    const watcher = new Recorder();
    renamed.watch({ start: "/registry/", end: "/registry0" }, watcher).requestProgress();
    await watcher.until(({ progressAt }) => progressAt.length > 0);
    await write(renamed, put("/registry/roles/é", "1"));
    await write(renamed, put("compact_rev_key", "2"));
    assert.equal(text((await plain.get("/other/root/roles/é")).entry!.value), "1");
    assert.equal(text((await plain.get("compact_rev_key")).entry!.value), "2");
    assert.equal((await plain.get("/registry/roles/é")).entry, undefined);
    const { entries } = await renamed.range({ start: "/registry/", end: "/registry0" });
    assert.deepEqual(
      entries.map(({ key }) => key),
      ["/registry/roles/é"],
    );
    await watcher.until(({ lines }) => lines.length === 1);
    assert.deepEqual(watcher.lines, ["put /registry/roles/é=1"]);
  });

  test("a watch goes on where it was after etcd was killed and started again", async () => {
    await using store = await open();
    const watcher = new Recorder();
    store.watch({ start: "/", end: "0" }, watcher).requestProgress();
    await watcher.until(({ progressAt }) => progressAt.length > 0);
    await write(store, put("/a", "1"));
    await watcher.until(({ lines }) => lines.length === 1);
    await server.kill();
    await assert.rejects(write(store, put("/a", "lost")), refused("unavailable"));
    await server.start();
    await write(store, put("/a", "2"));
    await watcher.until(({ lines }) => lines.length >= 2);
    assert.deepEqual(watcher.lines, ["put /a=1", "put /a=2"]);
  });
});
