import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createSocket, type Socket } from "node:dgram";
import { existsSync } from "node:fs";
import { type AddressInfo, connect, createServer } from "node:net";
import { suite, test } from "node:test";
import { silentLog } from "../base/index.ts";
import { enterNamespaces, withoutNamespaces } from "../kubelet/testing/namespaces.ts";
import { clearRules, installedRules, isOwner, openRuleSink } from "./apply.ts";
import type { Backend, ServiceRule } from "./compile.ts";

const skip =
  withoutNamespaces() ||
  (["/usr/sbin/nft", "/usr/sbin/iptables-restore"].every((path) => existsSync(path))
    ? false
    : "nft or iptables is not installed");
if (!skip) await enterNamespaces();
const noConntrack = existsSync("/usr/sbin/conntrack") ? false : "conntrack is not installed";

const { signal } = new AbortController();
/** The address that namespaces of tests have. */
const HOST = "192.0.2.2";

for (const mode of ["nftables", "iptables"] as const) {
  suite(`service rules in the kernel by ${mode}`, { skip }, () => {
    const owner = `/data/${mode}`;
    const open = () => openRuleSink({ mode, clusterCidr: "10.244.0.0/16", owner, log: silentLog });

    test("connections reach a backend, as long as there is one", async (t) => {
      const [first, second] = [await tcpServer(t, "first"), await tcpServer(t, "second")];
      const sink = await open();
      t.after(() => sink.clear());
      const web = rule({ id: "a/web:", clusterIPs: ["10.96.1.1"], port: 80, nodePort: 30_080 });
      await sink.apply([{ ...web, ...to(first) }], signal);
      assert.equal(await askTcp("10.96.1.1", 80), "first");
      assert.equal(await askTcp(HOST, 30_080), "first");
      await sink.apply([{ ...web, ...to(second) }], signal);
      assert.equal(await askTcp("10.96.1.1", 80), "second");
      await sink.apply([{ ...web, ...to(first, second) }], signal);
      const answers = await Promise.all(Array.from({ length: 40 }, () => askTcp("10.96.1.1", 80)));
      assert.deepEqual([...new Set(answers)].sort(), ["first", "second"]);
      await sink.apply([{ ...web, ...to() }], signal);
      await assert.rejects(askTcp("10.96.1.1", 80), { code: "ECONNREFUSED" });
      await assert.rejects(askTcp(HOST, 30_080), { code: "ECONNREFUSED" });
    });

    test("a node reaches its own external addresses whatever the policy, and others within their ranges", async (t) => {
      const server = await tcpServer(t, "first");
      const sink = await open();
      t.after(() => sink.clear());
      const web = rule({
        id: "a/lb:",
        clusterIPs: ["10.96.1.6"],
        port: 80,
        balancerIPs: ["198.51.100.1"],
        externalLocal: true,
      });
      const away = { ...web, internal: [server], ownExternal: [server], hasBackends: true };
      await sink.apply([away], signal);
      assert.equal(await askTcp("198.51.100.1", 80), "first");
      await sink.apply([{ ...away, sourceRanges: ["192.0.2.0/24"] }], signal);
      assert.equal(await askTcp("198.51.100.1", 80), "first");
      await sink.apply([{ ...away, sourceRanges: ["203.0.113.0/24"] }], signal);
      await assert.rejects(askTcp("198.51.100.1", 80, 500), /no answer/);
    });

    test("a client with affinity keeps its backend, also when others come", async (t) => {
      const servers = [await tcpServer(t, "first"), await tcpServer(t, "second"), await tcpServer(t, "third")];
      const sink = await open();
      t.after(() => sink.clear());
      const web = rule({ id: "a/sticky:", clusterIPs: ["10.96.1.2"], port: 80, affinitySeconds: 60 });
      await sink.apply([{ ...web, ...to(...servers.slice(0, 2)) }], signal);
      const first = await askTcp("10.96.1.2", 80);
      await sink.apply([{ ...web, ...to(...servers) }], signal);
      for (let count = 0; count < 20; count++) assert.equal(await askTcp("10.96.1.2", 80), first);
    });

    test("packets of two services with one port each reach their own", async (t) => {
      const [first, second] = [await udpServer(t, "first"), await udpServer(t, "second")];
      const sink = await open();
      t.after(() => sink.clear());
      const names = { protocol: "UDP", port: 53 } as const;
      await sink.apply(
        [
          { ...rule({ id: "a/one:", clusterIPs: ["10.96.1.3"], ...names }), ...to(first) },
          { ...rule({ id: "a/two:", clusterIPs: ["10.96.1.4"], ...names }), ...to(second) },
        ],
        signal,
      );
      assert.equal(await askUdp("10.96.1.3", 53), "first");
      assert.equal(await askUdp("10.96.1.4", 53), "second");
    });

    test("a client that goes on talking over UDP is led to the new backend", { skip: noConntrack }, async (t) => {
      const [first, second] = [await udpServer(t, "first", "192.0.2.3"), await udpServer(t, "second", "192.0.2.4")];
      const sink = await open();
      t.after(() => sink.clear());
      const service = rule({ id: "a/udp:", clusterIPs: ["10.96.1.7"], protocol: "UDP", port: 53, nodePort: 30_082 });
      const client = createSocket("udp4");
      t.after(() => client.close());
      for (const [host, port] of [
        ["10.96.1.7", 53],
        [HOST, 30_082],
      ] as const) {
        await sink.apply([{ ...service, ...to(first) }], signal);
        assert.equal(await askAgain(client, host, port), "first");
        await sink.apply([{ ...service, ...to(second) }], signal);
        assert.equal(await askAgain(client, host, port), "second");
      }
    });

    test("rules say whose they are, and go with their owner only", async () => {
      const sink = await open();
      await sink.apply(
        [{ ...rule({ id: "a/web:", clusterIPs: ["10.96.1.5"], port: 80, nodePort: 30_081 }), ...to() }],
        signal,
      );
      const [found] = await installedRules();
      assert.equal(found?.mode, mode);
      assert.ok(isOwner(found, owner) && !isOwner(found, "/data/other"));
      await clearRules("/data/other", silentLog);
      assert.equal((await installedRules()).length, 1);
      await clearRules(owner, silentLog);
      assert.deepEqual(await installedRules(), []);
      assert.doesNotMatch(execFileSync("/usr/sbin/nft", ["list", "ruleset"]).toString(), /KUBE|NAVARCH|navarch|10\.96/);
    });
  });
}

function rule(some: Pick<ServiceRule, "id" | "clusterIPs" | "port"> & Partial<ServiceRule>): ServiceRule {
  const [namespace = "", name = ""] = some.id.split(/[/:]/);
  return {
    namespace,
    name,
    portName: "",
    protocol: "TCP",
    externalIPs: [],
    balancerIPs: [],
    sourceRanges: [],
    nodePort: 0,
    affinitySeconds: 0,
    internal: [],
    external: [],
    externalLocal: false,
    ownExternal: [],
    hasBackends: false,
    ...some,
  };
}

const to = (...backends: Backend[]) => ({
  internal: backends,
  external: backends,
  hasBackends: backends.length > 0,
});

interface Cleaner {
  after(work: () => void): void;
}

async function tcpServer(t: Cleaner, answer: string): Promise<Backend> {
  const server = createServer((socket) => socket.on("error", () => {}).end(answer));
  await new Promise<void>((resolve) => server.listen(0, HOST, resolve));
  t.after(() => server.close());
  return { ip: HOST, port: (server.address() as AddressInfo).port, local: true };
}

async function udpServer(t: Cleaner, answer: string, ip = HOST): Promise<Backend> {
  if (ip !== HOST) execFileSync("ip", ["address", "replace", `${ip}/24`, "dev", "eth0"]);
  const socket = createSocket("udp4");
  socket.on("message", (_, { port, address }) => socket.send(answer, port, address));
  await new Promise<void>((resolve) => socket.bind(0, ip, resolve));
  t.after(() => socket.close());
  return { ip, port: socket.address().port, local: true };
}

function askTcp(host: string, port: number, timeout = 30_000): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, timeout });
    socket.on("timeout", () => socket.destroy(new Error("no answer")));
    let text = "";
    socket.on("data", (chunk) => {
      text += chunk;
    });
    socket.on("end", () => resolve(text));
    socket.on("error", reject);
  });
}

/** Asks over a socket that was used before: its packets belong to the flow they started. */
function askAgain(socket: Socket, host: string, port: number): Promise<string> {
  return new Promise((resolve) => {
    socket.once("message", (answer) => resolve(answer.toString()));
    socket.send("?", port, host);
  });
}

function askUdp(host: string, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = createSocket("udp4");
    socket.on("message", (answer) => {
      socket.close();
      resolve(answer.toString());
    });
    socket.on("error", reject);
    socket.send("?", port, host);
  });
}
