import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { realClock, silentLog } from "../../base/index.ts";
import { storeSuite } from "../store.suite.ts";
import { put, Recorder, refused, text, write } from "../suite-tools.ts";
import { openEtcdStore } from "./etcd.ts";

const skip = spawnSync("etcd", ["--version"]).status === 0 ? false : "etcd is not installed";
const clock = realClock();
const log = silentLog;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** A real etcd of one member on this machine. */
class Server {
  readonly #directory = mkdtempSync(join(tmpdir(), "navarch-etcd-"));
  #process: ChildProcess | undefined;
  #ports: readonly [number, number] | undefined;
  endpoint = "";

  async start(): Promise<void> {
    this.#ports ??= [await freePort(), await freePort()];
    const [client, peer] = this.#ports.map((port) => `http://127.0.0.1:${port}`) as [string, string];
    const urls = { "listen-client-urls": client, "advertise-client-urls": client, "listen-peer-urls": peer };
    const more = {
      "initial-advertise-peer-urls": peer,
      "initial-cluster": `default=${peer}`,
      "data-dir": this.#directory,
    };
    const flags = Object.entries({ ...urls, ...more, logger: "zap" }).map(([name, value]) => `--${name}=${value}`);
    this.#process = spawn("etcd", flags, { stdio: "ignore" });
    this.endpoint = client;
    for (let attempt = 0; ; attempt++) {
      try {
        await using _ = await openEtcdStore({ endpoints: [client], clock, log });
        return;
      } catch (error) {
        if (attempt > 100) throw error;
        await clock.sleep(50);
      }
    }
  }

  async kill(): Promise<void> {
    const running = this.#process!;
    running.kill("SIGKILL");
    await once(running, "exit");
  }

  async stop(): Promise<void> {
    await this.kill();
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

suite("with a real etcd", { skip }, () => {
  const server = new Server();
  let stores = 0;
  const open = (endpoints = [server.endpoint]) => openEtcdStore({ endpoints, prefix: `/test-${stores++}`, clock, log });
  before(() => server.start());
  after(() => server.stop());

  storeSuite("etcd store", { open: () => open(), modelRuns: 8 });

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
