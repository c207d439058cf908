import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { connect } from "node:net";
import { test } from "node:test";
import { decode, encode, type Packet } from "dns-packet";
import type { EndpointSlice, Service } from "../api/index.ts";
import { realClock, Scope, silentLog } from "../base/index.ts";
import type { ClusterNames } from "./answer.ts";
import { serveDns } from "./server.ts";

const HOST = "127.0.0.1";
const PODS = 200;

const headless = { metadata: { namespace: "default", name: "db" }, spec: { clusterIP: "None" } } as unknown as Service;
const slice = {
  metadata: { namespace: "default", labels: {} },
  endpoints: Array.from({ length: PODS }, (_, index) => ({ addresses: [`10.1.${index >> 8}.${index & 255}`] })),
} as unknown as EndpointSlice;
const names: ClusterNames = {
  service: (_, name) => (name === "db" ? headless : undefined),
  slicesOf: () => [slice],
  serviceByIP: () => undefined,
  slicesByIP: () => [],
  hasNamespace: () => true,
};

async function serve(scope: Scope, upstreams: readonly string[] = []): Promise<number> {
  const options = { host: HOST, port: 0, zone: "cluster.local", names, upstreams };
  return (await serveDns({ ...options, clock: realClock(), log: silentLog, scope })).port;
}

const question = (name: string) => encode({ type: "query", id: 7, flags: 0x100, questions: [{ type: "A", name }] });

function overUdp(port: number, message: Buffer): Promise<Packet> {
  return new Promise((resolve) => {
    const socket = createSocket("udp4");
    socket.on("message", (reply) => {
      socket.close();
      resolve(decode(reply));
    });
    socket.send(message, port, HOST);
  });
}

function overTcp(port: number, message: Buffer): Promise<Packet> {
  return new Promise((resolve) => {
    const socket = connect(port, HOST);
    let text = Buffer.alloc(0);
    socket.on("data", (chunk: Buffer) => {
      text = Buffer.concat([text, chunk]);
      if (text.length < 2 || text.length < 2 + text.readUInt16BE(0)) return;
      socket.destroy();
      resolve(decode(text.subarray(2)));
    });
    const length = Buffer.alloc(2);
    length.writeUInt16BE(message.length);
    socket.write(Buffer.concat([length, message]));
  });
}

const isCut = (reply: Packet) => (reply as { flag_tc?: boolean }).flag_tc;
const codeOf = (reply: Packet) => (reply as { rcode?: string }).rcode;

test("an answer too long for a packet says so, and comes whole over TCP", async () => {
  const scope = new Scope((error) => assert.fail(String(error)));
  const port = await serve(scope);
  const short = await overUdp(port, question("db.default.svc.cluster.local"));
  assert.equal(isCut(short), true);
  assert.ok(short.answers!.length < PODS);
  const whole = await overTcp(port, question("db.default.svc.cluster.local"));
  assert.equal(isCut(whole), false);
  assert.equal(whole.answers!.length, PODS);
  await scope.close();
});

test("what isn't the cluster's is asked of the resolvers in turn", async () => {
  const scope = new Scope((error) => assert.fail(String(error)));
  const upstream = createSocket("udp4");
  upstream.on("message", (message, { port, address }) => {
    const { id, questions } = decode(message);
    const [asked] = questions!;
    const answers = [{ type: "A", name: asked!.name, ttl: 5, data: "192.0.2.1" }] as const;
    upstream.send(encode({ type: "response", id: id!, questions: questions!, answers: [...answers] }), port, address);
  });
  await new Promise<void>((resolve) => upstream.bind(0, HOST, resolve));
  const port = await serve(scope, [`${HOST}:1`, `${HOST}:${upstream.address().port}`]);
  const [found] = (await overUdp(port, question("example.com"))).answers!;
  assert.equal((found as { data?: unknown }).data, "192.0.2.1");
  upstream.close();
  await scope.close();
});

test("without anybody to ask the answer is a failure with its question; what can't be read is refused", async () => {
  const scope = new Scope((error) => assert.fail(String(error)));
  const port = await serve(scope);
  const failed = await overUdp(port, question("example.com"));
  assert.equal(codeOf(failed), "SERVFAIL");
  assert.equal(failed.id, 7);
  assert.equal(failed.questions![0]!.name, "example.com");
  const broken = question("db.default.svc.cluster.local").subarray(0, 20);
  assert.equal(codeOf(await overUdp(port, Buffer.from(broken))), "FORMERR");
  assert.equal(codeOf(await overUdp(port, question("nothing.default.svc.cluster.local"))), "NXDOMAIN");
  await scope.close();
});

test("an open connection doesn't hold up the end", async () => {
  const scope = new Scope((error) => assert.fail(String(error)));
  const port = await serve(scope);
  const socket = connect(port, HOST);
  await new Promise<void>((resolve) => socket.on("connect", resolve));
  await overTcp(port, question("db.default.svc.cluster.local"));
  await scope.close();
  socket.destroy();
});
