import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { once } from "node:events";
import { connect as connectHttp2 } from "node:http2";
import { connect as connectSocket, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, type TestContext, test } from "node:test";
import { realClock, silentLog } from "../../base/index.ts";
import { clientPair, servingPair, testAuthority } from "../fixtures.test.ts";
import { PREFACE } from "../http2/frames.ts";
import { ERROR, FLAG, FRAME, frame, headerBlock, requestFields, uint32 } from "../http2/testing/raw-http2.ts";
import { freePort } from "../testing/free-port.ts";
import { createGrpcChannel, type GrpcChannel } from "./channel.ts";
import type { Message, ProtocolDescriptor } from "./codec.ts";
import type { GrpcCallContext } from "./call.ts";
import { type GrpcServer, listenGrpc } from "./server.ts";
import { loadService } from "./service.ts";
import { GrpcError } from "./status.ts";

const clock = realClock();
const descriptor: ProtocolDescriptor = {
  services: {
    "t.Echo": [
      { method: "Say", path: "/t.Echo/Say", request: "t.Text", response: "t.Text" },
      { method: "Missing", path: "/t.Echo/Missing", request: "t.Text", response: "t.Text" },
      { method: "Count", path: "/t.Echo/Count", request: "t.Text", response: "t.Text", serverStreaming: true },
      {
        method: "Talk",
        path: "/t.Echo/Talk",
        request: "t.Text",
        response: "t.Text",
        clientStreaming: true,
        serverStreaming: true,
      },
    ],
  },
  enums: {},
  messages: {
    "t.Text": [
      { name: "text", n: 1, type: "string" },
      { name: "blob", n: 2, type: "bytes" },
    ],
  },
};
interface Text {
  readonly text?: string;
  readonly blob?: Uint8Array;
}
const echo = loadService(descriptor, "t.Echo");
const say = echo.method<Text, Text>("Say");
const count = echo.method<Text, Text>("Count");
const talk = echo.method<Text, Text>("Talk");

let cancelled = 0;
const implementation = {
  service: echo,
  unary: {
    Say: async (
      { text, blob }: Text,
      { metadata, signal }: { metadata: Record<string, string>; signal: AbortSignal },
    ) => {
      if (text === "fail")
        throw new GrpcError("notFound", "no such thing: 100% ü", { trailers: { "x-why": "because" } });
      if (text === "crash") throw new Error("secret");
      if (text === "wait")
        await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
      return { text: `${text}${metadata["x-who"] ?? ""}`, blob };
    },
  },
  streaming: {
    async *Count(requests: AsyncIterable<Text>) {
      let index = 0;
      try {
        for await (const { text } of requests) for (; index < Number(text); index++) yield { text: String(index) };
      } finally {
        cancelled = index;
      }
    },
    async *Talk(requests: AsyncIterable<Text>) {
      for await (const { text } of requests) yield { text: `re: ${text}` };
    },
  },
};

async function start(t: TestContext, where: "unix" | "tcp" | "tls"): Promise<GrpcChannel> {
  const directory = mkdtempSync(join(tmpdir(), "grpc-"));
  const listen = where === "unix" ? `unix://${directory}/s.sock` : "127.0.0.1:0";
  const tls = where === "tls" ? { cert: servingPair.certificatePem, key: servingPair.keyPem } : undefined;
  const server: GrpcServer = await listenGrpc({
    listen,
    implementations: [implementation as never],
    log: silentLog,
    clock,
    ...(tls && { tls }),
  });
  const target = where === "unix" ? listen : `${where === "tls" ? "https" : "http"}://127.0.0.1:${server.port}`;
  const channel = createGrpcChannel({
    target,
    clock,
    ...(tls && { tls: { ca: testAuthority } }),
    metadata: { "x-who": "!" },
  });
  t.after(async () => {
    channel.close();
    await server.close(0);
    rmSync(directory, { recursive: true });
  });
  return channel;
}

for (const where of ["unix", "tcp", "tls"] as const)
  suite(`gRPC over ${where}`, () => {
    test("a call and its answer, with metadata", async (t) => {
      const channel = await start(t, where);
      assert.equal((await channel.unary(say, { text: "hello" })).text, "hello!");
    });

    test("messages far over 4 MB", async (t) => {
      const channel = await start(t, where);
      const { blob } = await channel.unary(say, { blob: Buffer.alloc(20_000_000, 7) });
      assert.equal(blob?.length, 20_000_000);
    });

    test("an error has its code, message and trailers; a crash tells nothing", async (t) => {
      const channel = await start(t, where);
      await assert.rejects(channel.unary(say, { text: "fail" }), (error: GrpcError) => {
        assert.deepEqual(
          [error.code, error.message, error.trailers["x-why"]],
          ["notFound", "no such thing: 100% ü", "because"],
        );
        return true;
      });
      await assert.rejects(channel.unary(say, { text: "crash" }), { code: "unknown", message: "internal error" });
      await assert.rejects(channel.unary(echo.method("Missing"), {}), { code: "unimplemented" });
    });

    test("deadlines and aborts end a call", async (t) => {
      const channel = await start(t, where);
      await assert.rejects(channel.unary(say, { text: "wait" }, { timeoutMs: 30 }), { code: "deadlineExceeded" });
      const abort = new AbortController();
      const waiting = channel.unary(say, { text: "wait" }, { signal: abort.signal });
      abort.abort(new Error("enough"));
      await assert.rejects(waiting, /enough/);
    });

    test("server streams are read at the reader's pace and can be left", async (t) => {
      const channel = await start(t, where);
      let read = 0;
      for await (const { text } of channel.stream(count, [{ text: "3000" }])) assert.equal(text, String(read++));
      assert.equal(read, 3000);
      for await (const { text } of channel.stream(count, [{ text: "100000000" }])) if (text === "10") break;
      while (cancelled <= 3000) await clock.yield();
      assert.ok(cancelled < 1_000_000);
    });

    test("both sides talk in turn", async (t) => {
      const channel = await start(t, where);
      const { promise: second, resolve: goOn } = Promise.withResolvers<void>();
      async function* requests(): AsyncGenerator<Text> {
        yield { text: "one" };
        await second;
        yield { text: "two" };
      }
      const heard: unknown[] = [];
      for await (const { text } of channel.stream(talk, requests())) {
        heard.push(text);
        goOn();
      }
      assert.deepEqual(heard, ["re: one", "re: two"]);
    });
  });

test("nobody listening is unavailable", async (t) => {
  const channel = createGrpcChannel({ target: "unix:///nonexistent/x.sock", clock });
  t.after(() => channel.close());
  await assert.rejects(channel.unary(say, {}), { code: "unavailable" });
});

test("a server that gives no sign of life is unavailable, and is connected to anew", async (t) => {
  const connections: Socket[] = [];
  const server = createServer((socket) => connections.push(socket.on("error", () => {})));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  const keepAlive = { everyMs: 5, timeoutMs: 5 };
  const channel = createGrpcChannel({ target: `http://127.0.0.1:${port}`, clock, keepAlive });
  t.after(() => {
    channel.close();
    for (const socket of connections) socket.destroy();
    server.close();
  });
  await assert.rejects(channel.unary(say, {}), { code: "unavailable" });
  await assert.rejects(channel.unary(say, {}), { code: "unavailable" });
  assert.equal(connections.length, 2);
  // A connection that is given up takes its calls along at once.
  const patient = createGrpcChannel({ target: `http://127.0.0.1:${port}`, clock });
  const call = assert.rejects(patient.unary(say, {}), { name: "GrpcError" });
  patient.reset();
  await call;
});

async function startEtcd(t: TestContext): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), "etcd-"));
  const [client, peer] = [await freePort(), await freePort()].map((port) => `http://127.0.0.1:${port}`);
  const flags = { "data-dir": directory, "listen-client-urls": client, "advertise-client-urls": client };
  const more = { "listen-peer-urls": peer, "initial-advertise-peer-urls": peer, "initial-cluster": `default=${peer}` };
  const args = Object.entries({ ...flags, ...more }).flatMap(([name, value]) => [`--${name}`, value!]);
  const child: ChildProcess = spawn("etcd", args, { stdio: "ignore" });
  t.after(() => {
    child.kill("SIGKILL");
    rmSync(directory, { recursive: true, force: true });
  });
  return client!;
}

const hasEtcd = spawnSync("etcd", ["--version"]).status === 0;

test("a real etcd: put, range, watch, lease", { skip: !hasEtcd && "etcd is not installed" }, async (t) => {
  const file = new URL("testdata/etcd.json", import.meta.url);
  const etcd: ProtocolDescriptor = JSON.parse(readFileSync(file, "utf8"));
  const channel = createGrpcChannel({ target: await startEtcd(t), clock });
  t.after(() => channel.close());
  const kv = loadService(etcd, "etcdserverpb.KV");
  const watch = loadService(etcd, "etcdserverpb.Watch").method("Watch");
  const key = Buffer.from("/a");
  for (let attempt = 0; ; attempt++)
    try {
      await channel.unary(kv.method("Range"), { key }, { timeoutMs: 2000 });
      break;
    } catch (error) {
      if (attempt > 100) throw error;
      await clock.sleep(50);
    }
  const put = await channel.unary(kv.method("Put"), { key, value: Buffer.from("1") });
  const { revision } = put.header as { revision: number };
  const { promise: enough, resolve: stop } = Promise.withResolvers<void>();
  async function* requests(): AsyncGenerator<Message> {
    yield { createRequest: { key, startRevision: revision } };
    await enough;
  }
  const values: string[] = [];
  for await (const answer of channel.stream(watch, requests())) {
    if (answer.created) await channel.unary(kv.method("Put"), { key, value: Buffer.from("2") });
    for (const { kv: pair } of answer.events as { kv: { value: Uint8Array } }[])
      values.push(Buffer.from(pair.value).toString());
    if (values.length === 2) break;
  }
  stop();
  assert.deepEqual(values, ["1", "2"]);
  const txn = await channel.unary(kv.method("Txn"), {
    compare: [{ key, target: "MOD", result: "EQUAL", modRevision: revision + 1 }],
    success: [{ requestDeleteRange: { key } }],
  });
  assert.equal(txn.succeeded, true);
  const lease = loadService(etcd, "etcdserverpb.Lease").method("LeaseGrant");
  const granted = await channel.unary(lease, { TTL: 10 });
  assert.ok(BigInt(granted.ID as number) > 0n);
  await assert.rejects(channel.unary(kv.method("Range"), { key, revision: 1_000_000 }), { code: "outOfRange" });
});

test("a handler knows the name in the client's certificate, where one was asked for", async (t) => {
  const names: (string | undefined)[] = [];
  const implementations = [
    {
      service: echo,
      unary: {
        Say: async (request: never, { clientName }: GrpcCallContext) => {
          names.push(clientName);
          return request;
        },
      },
    },
  ];
  const { certificatePem: cert, keyPem: key } = clientPair;
  for (const asks of [true, false]) {
    const server = await listenGrpc({
      listen: "127.0.0.1:0",
      implementations,
      log: silentLog,
      clock,
      tls: { cert: servingPair.certificatePem, key: servingPair.keyPem, ca: testAuthority },
      clientCertAuth: asks,
    });
    const target = `https://127.0.0.1:${server.port}`;
    const channel = createGrpcChannel({ target, clock, tls: { ca: testAuthority, cert, key } });
    t.after(async () => {
      channel.close();
      await server.close(0);
    });
    await channel.unary(say, { text: "hello" });
  }
  assert.deepEqual(names, ["client", undefined]);
});

test("a path with letters that no header may have is refused, one with others is named, and nobody else is concerned", async (t) => {
  const server = await listenGrpc({ listen: "127.0.0.1:0", implementations: [implementation], log: silentLog, clock });
  t.after(() => server.close(0));
  const session = connectHttp2(`http://127.0.0.1:${server.port}`);
  t.after(() => session.destroy());
  const message = async (path: string) => {
    const call = session.request({ ":method": "POST", ":path": path, "content-type": "application/grpc" });
    const [headers] = await once(call.end(), "response");
    return headers["grpc-message"];
  };
  assert.equal(await message("/a%b"), "unknown method /a%25b");
  const raw = connectSocket(server.port, "127.0.0.1");
  t.after(() => raw.destroy());
  const fields = [...requestFields("/\u0001"), ["content-type", "application/grpc"]] as const;
  raw.write(PREFACE);
  raw.write(frame(FRAME.settings, FLAG.none, 0));
  raw.write(frame(FRAME.headers, FLAG.endHeaders, 1, headerBlock(fields)));
  const reset = frame(FRAME.reset, FLAG.none, 1, uint32(ERROR.protocol));
  let answer = Buffer.alloc(0);
  while (!answer.includes(reset)) answer = Buffer.concat([answer, (await once(raw, "data"))[0]]);
  assert.equal(await message("/b"), "unknown method /b");
});
