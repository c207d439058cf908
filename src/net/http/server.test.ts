import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { type ClientHttp2Session, connect as connectHttp2, constants } from "node:http2";
import { request as httpsRequest } from "node:https";
import { connect as connectSocket } from "node:net";
import { suite, type TestContext, test } from "node:test";
import { realClock, silentLog } from "../../base/index.ts";
import { readBody } from "../body.ts";
import { clientPair, otherPair, servingPair, testAuthority } from "../fixtures.test.ts";
import { NetError } from "../errors.ts";
import { type ApiRequest, type Handler, OBJECT_MEDIA_TYPE } from "../message.ts";
import { type Listener, type ListenOptions, listen } from "./server.ts";

async function serve(t: TestContext, handler: Handler, extra: Partial<ListenOptions> = {}): Promise<Listener> {
  const tls = { cert: servingPair.certificatePem, key: servingPair.keyPem, ca: testAuthority };
  const base = { host: "127.0.0.1", port: 0, tls, handler, log: silentLog, clock: realClock() };
  const listener = await listen({ ...base, ...extra });
  t.after(() => listener.close(0));
  return listener;
}

interface Answer {
  readonly status: number;
  readonly headers: Record<string, unknown>;
  readonly body: string;
}
interface Ask {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Record<string, string | string[]>;
  readonly body?: Uint8Array | string;
  readonly cert?: { certificatePem: string; keyPem: string };
}
type Client = (port: number, ask: Ask) => Promise<Answer>;

const http1: Client = (port, { method = "GET", path = "/", headers, body, cert }) =>
  new Promise((resolve, reject) => {
    const tls = { ca: testAuthority, ...(cert && { cert: cert.certificatePem, key: cert.keyPem }) };
    const out = httpsRequest({ host: "127.0.0.1", port, method, path, headers, agent: false, ...tls }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on("data", (chunk) => chunks.push(chunk));
      incoming.on("end", () =>
        resolve({ status: incoming.statusCode!, headers: incoming.headers, body: Buffer.concat(chunks).toString() }),
      );
      incoming.on("error", reject);
    });
    out.on("error", reject).end(body);
  });

function session(t: TestContext, port: number, cert?: Ask["cert"]): ClientHttp2Session {
  const tls = { ca: testAuthority, ...(cert && { cert: cert.certificatePem, key: cert.keyPem }) };
  const client = connectHttp2(`https://127.0.0.1:${port}`, tls);
  t.after(() => client.destroy());
  return client;
}

async function ask2(client: ClientHttp2Session, { method = "GET", path = "/", headers, body }: Ask): Promise<Answer> {
  const stream = client.request({ ":method": method, ":path": path, ...headers }, { endStream: body === undefined });
  if (body !== undefined) stream.end(body);
  const [received] = await once(stream, "response");
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return { status: received[":status"], headers: received, body: Buffer.concat(chunks).toString() };
}

const http2: Client = async (port, ask) => {
  const { cert } = ask;
  const tls = { ca: testAuthority, ...(cert && { cert: cert.certificatePem, key: cert.keyPem }) };
  const client = connectHttp2(`https://127.0.0.1:${port}`, tls);
  try {
    return await ask2(client, ask);
  } finally {
    client.close();
  }
};

const text = (body: string, status = 200) => ({
  status,
  headers: { "content-type": "text/plain" },
  body: { type: "bytes" as const, bytes: Buffer.from(body) },
});

for (const [version, client] of [
  ["HTTP/1.1", http1],
  ["HTTP/2", http2],
] as const)
  suite(`the server over ${version}`, () => {
    test("the handler sees the request as it was sent", async (t) => {
      let seen: ApiRequest | undefined;
      const { port } = await serve(t, async (request) => {
        seen = request;
        return text(Buffer.from(await readBody(request)).toString());
      });
      const answer = await client(port, {
        method: "POST",
        path: "/a%2Fb/c?x=1&y=%20?",
        headers: { "X-Mixed": "V", "x-two": ["1", "2"] },
        body: "hello",
      });
      assert.equal(answer.body, "hello");
      assert.equal(answer.headers["content-length"], "5");
      assert.ok(Math.abs(Date.parse(String(answer.headers.date)) - Date.now()) < 60_000);
      assert.equal(seen?.method, "POST");
      assert.equal(seen.path, "/a%2Fb/c");
      assert.equal(seen.query, "x=1&y=%20?");
      assert.equal(seen.headers["x-mixed"], "V");
      assert.equal(seen.headers["x-two"], "1, 2");
      assert.equal(seen.headers.host, `127.0.0.1:${port}`);
      assert.ok(!Object.keys(seen.headers).some((name) => name.startsWith(":")));
      assert.equal(seen.peer.address, "127.0.0.1");
      assert.equal(seen.peer.certificate, undefined);
    });

    test("nobody gets objects over a socket", async (t) => {
      const seen: (string | undefined)[] = [];
      const { port } = await serve(t, async ({ headers }) => {
        seen.push(headers.accept);
        return text("");
      });
      const json = "application/json;as=Table, */*";
      for (const accept of [json, `${OBJECT_MEDIA_TYPE}, ${json}`, OBJECT_MEDIA_TYPE])
        await client(port, { headers: { accept } });
      assert.deepEqual(seen, [json, json, ""]);
    });

    test("a client certificate counts when a known authority signed it", async (t) => {
      const seen: (Uint8Array | undefined)[] = [];
      const { port } = await serve(t, async ({ peer }) => {
        seen.push(peer.certificate);
        return text("");
      });
      await client(port, { cert: clientPair });
      await client(port, { cert: otherPair });
      assert.deepEqual(Buffer.from(seen[0]!), Buffer.from(clientPair.certificate.der));
      assert.equal(seen[1], undefined);
    });

    test("a body over the limit gets its answer while it is still being sent", async (t) => {
      const { port } = await serve(t, async (request) => {
        await assert.rejects(readBody(request, 1000), { code: "bodyTooLarge" });
        return text("too large", 413);
      });
      const answer = await client(port, { method: "POST", body: Buffer.alloc(5_000_000) });
      assert.equal(answer.status, 413);
      assert.equal(answer.body, "too large");
    });

    test("HEAD has the headers and no body", async (t) => {
      const { port } = await serve(t, async () => text("12345"));
      const answer = await client(port, { method: "HEAD" });
      assert.equal(answer.headers["content-length"], "5");
      assert.ok(Math.abs(Date.parse(String(answer.headers.date)) - Date.now()) < 60_000);
      assert.equal(answer.body, "");
    });

    test("streams arrive in order and end", async (t) => {
      const { port } = await serve(t, async () => ({
        status: 200,
        headers: {},
        body: {
          type: "stream",
          chunks: (async function* () {
            for (let index = 0; index < 500; index++) yield Buffer.from(`${index}\n`);
            yield Buffer.alloc(3_000_000, "x");
          })(),
        },
      }));
      const { body } = await client(port, {});
      assert.equal(body.length, 3_000_000 + 10 * 2 + 90 * 3 + 400 * 4);
      assert.ok(body.startsWith("0\n1\n2\n"));
    });

    test("a handler that throws gives 500 and the server goes on", async (t) => {
      const { port } = await serve(t, async ({ path }) => {
        if (path === "/bad") throw new Error("bad");
        return text("good");
      });
      assert.equal((await client(port, { path: "/bad" })).status, 500);
      assert.equal((await client(port, { path: "/" })).body, "good");
    });

    test("headers over the limit are refused, below they pass", async (t) => {
      const { port } = await serve(t, async () => text("ok"), { limits: { headerBytesMax: 40_000 } });
      assert.equal((await client(port, { headers: { a: "x".repeat(30_000) } })).status, 200);
      const refused = await client(port, { headers: { a: "x".repeat(50_000) } }).catch(() => ({ status: 431 }));
      assert.equal(refused.status, 431);
    });
  });

test("a body of HTTP/2 is whole, announced or not, at once or in pieces, and its stream closes", async (t) => {
  const listener = await serve(t, async (request) => {
    const bytes = await readBody(request);
    return text(createHash("sha256").update(bytes).digest("hex"));
  });
  const client = session(t, listener.port);
  for (const size of [1, 20_000, 400_000, 2_000_000]) {
    const body = Buffer.from(Array.from({ length: size }, (_, index) => index % 251));
    for (const headers of [{ "content-length": String(size) }, {}]) {
      for (const pieces of [1, 3]) {
        const stream = client.request({ ":method": "POST", ...headers });
        const each = Math.ceil(size / pieces);
        for (let at = 0; at < size; at += each) stream.write(body.subarray(at, at + each));
        stream.end();
        const closed = once(stream, "close");
        const chunks: Buffer[] = [];
        for await (const chunk of stream) chunks.push(chunk);
        assert.equal(Buffer.concat(chunks).toString(), createHash("sha256").update(body).digest("hex"));
        await closed;
      }
    }
  }
  // Streams that were left open would hold this up until the grace is over.
  await listener.close(60_000);
});

test("a client that goes in the middle of an announced body ends the reading", async (t) => {
  const asked = Promise.withResolvers<void>();
  const read = Promise.withResolvers<Uint8Array>();
  const { port } = await serve(t, async (request) => {
    const body = readBody(request);
    asked.resolve();
    await body.then(read.resolve, read.reject);
    return text("");
  });
  const stream = session(t, port).request({ ":method": "POST", "content-length": "10" });
  stream.on("error", () => {});
  stream.write("abc");
  await asked.promise;
  stream.close(constants.NGHTTP2_CANCEL);
  await assert.rejects(read.promise, { code: "connectionLost" });
});

test("the signal fires when the client goes, and the source of its stream is ended", async (t) => {
  const { promise: ended, resolve } = Promise.withResolvers<string>();
  const { port } = await serve(t, async (request) => ({
    status: 200,
    headers: {},
    body: {
      type: "stream",
      chunks: (async function* () {
        yield Buffer.from("first");
        await once(request.signal, "abort");
        resolve("aborted");
      })(),
    },
  }));
  const client = session(t, port);
  const stream = client.request({ ":path": "/?watch=1" });
  await once(stream, "data");
  stream.close(constants.NGHTTP2_CANCEL);
  assert.equal(await ended, "aborted");
});

test("headers that can't be written end the source of the body too", async (t) => {
  let ended = 0;
  const body = {
    next: () => new Promise<never>(() => {}),
    return: async () => ({ done: true, value: ++ended }) as never,
  };
  const { port } = await serve(t, async () => ({
    status: 200,
    headers: { "x-bad": "a\nb" },
    body: { type: "stream", chunks: { [Symbol.asyncIterator]: () => body } },
  }));
  assert.equal((await ask2(session(t, port), {})).status, 500);
  assert.equal(ended, 1);
  await http1(port, {}).catch(() => {});
  assert.equal(ended, 2);
});

test("half a body, and then a reset, is no body", async (t) => {
  for (const read of ["whole", "in pieces"]) {
    const { promise: outcome, resolve } = Promise.withResolvers<unknown>();
    const { promise: arrived, resolve: hasArrived } = Promise.withResolvers<void>();
    const { port } = await serve(t, async (request) => {
      hasArrived();
      const whole = async () => {
        assert.ok(request.body.type === "stream");
        for await (const chunk of request.body.chunks) assert.equal(Buffer.from(chunk).toString(), "a: b");
      };
      await (read === "whole" ? readBody(request) : whole()).then(resolve, resolve);
      return { status: 200, headers: {}, body: { type: "none" } };
    });
    const stream = session(t, port).request({ ":method": "POST", ":path": "/" });
    stream.on("error", () => {}).write("a: b");
    await arrived;
    stream.destroy(new Error("reset"));
    const error = await outcome;
    assert.ok(error instanceof NetError, read);
    assert.equal(error.code, "connectionLost");
  }
});

test("a long answer that nobody reads yet holds nothing up on its connection", async (t) => {
  const long = Buffer.alloc(30_000_000, "x");
  const { port } = await serve(t, async ({ path }) => ({
    status: 200,
    headers: {},
    body: { type: "bytes", bytes: path === "/long" ? long : Buffer.from("short") },
  }));
  const client = session(t, port);
  const unread = client.request({ ":path": "/long" });
  await once(unread, "response");
  for (let index = 0; index < 5; index++) assert.equal((await ask2(client, { path: "/short" })).body, "short");
  let sizeBytes = 0;
  for await (const chunk of unread) sizeBytes += chunk.length;
  assert.equal(sizeBytes, long.length);
});

test("a slow reader stops the source", async (t) => {
  let produced = 0;
  const { port } = await serve(t, async () => ({
    status: 200,
    headers: {},
    body: {
      type: "stream",
      chunks: (async function* () {
        for (; produced < 1000; produced++) yield Buffer.alloc(65536);
      })(),
    },
  }));
  const client = session(t, port);
  const stream = client.request({ ":path": "/" });
  await once(stream, "response");
  await once(stream, "readable");
  const clock = realClock();
  let before = -1;
  while (before !== produced) {
    before = produced;
    for (let turn = 0; turn < 20; turn++) await clock.yield();
  }
  assert.ok(produced < 200, `produced ${produced} chunks that nobody reads`);
  let sizeBytes = 0;
  for await (const chunk of stream) sizeBytes += chunk.length;
  assert.equal(sizeBytes, 65536 * 1000);
});

test("closing ends watches, finishes what runs, and refuses the new", async (t) => {
  const { promise: slow, resolve: finish } = Promise.withResolvers<void>();
  const { promise: started, resolve: start } = Promise.withResolvers<void>();
  let begun = 0;
  const listener = await serve(t, async (request) => {
    if (request.path === "/slow") {
      if (++begun === 2) start();
      await slow;
      return text("done");
    }
    return {
      status: 200,
      headers: {},
      body: {
        type: "stream",
        chunks: (async function* () {
          yield Buffer.from("event");
          await once(request.signal, "abort");
          yield Buffer.from("last");
        })(),
      },
    };
  });
  const { port } = listener;
  const client = session(t, port);
  const watching = ask2(client, { path: "/pods?watch=true" });
  const running = ask2(client, { path: "/slow" });
  const running1 = http1(port, { path: "/slow" });
  await started;
  const closed = listener.close(5000);
  assert.equal((await watching).body, "eventlast");
  finish();
  assert.equal((await running).body, "done");
  assert.equal((await running1).body, "done");
  await closed;
  await assert.rejects(http1(port, {}));
});

test("closing cuts what doesn't end within the grace", async (t) => {
  const listener = await serve(t, () => new Promise(() => {}));
  const lost = http1(listener.port, {}).then(
    () => "answered",
    () => "lost",
  );
  await realClock().sleep(50);
  await listener.close(20);
  assert.equal(await lost, "lost");
});

test("an upgrade that the handler refuses gets a plain answer", async (t) => {
  const { port } = await serve(t, async ({ upgrade }) => text(`offered ${upgrade?.protocol}`, 403));
  const headers = { connection: "Upgrade", upgrade: "SPDY/3.1" };
  const answer = await http1(port, { method: "POST", headers });
  assert.equal(answer.status, 403);
  assert.equal(answer.body, "offered spdy/3.1");
  const unknown = await http1(port, { headers: { connection: "Upgrade", upgrade: "h2c" } });
  assert.equal(unknown.body, "offered undefined");
});

test("certificates can be changed while serving", async (t) => {
  const listener = await serve(t, async () => text("ok"));
  listener.setTls({ cert: otherPair.certificatePem, key: otherPair.keyPem });
  await assert.rejects(http1(listener.port, {}), /self-signed|unable to (verify|get)/);
});

test("plain HTTP serves the same", async (t) => {
  const listener = await listen({
    host: "127.0.0.1",
    port: 0,
    handler: async ({ path }) => text(path),
    log: silentLog,
    clock: realClock(),
  });
  t.after(() => listener.close(0));
  const socket = connectSocket(listener.port, "127.0.0.1");
  socket.write("GET http://x/absolute HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
  let all = "";
  for await (const chunk of socket) all += chunk;
  assert.match(all, /^HTTP\/1.1 200 OK\r\n[\s\S]*\r\n\/absolute$/);
});

test("a port in use is an error that names it", async (t) => {
  const { port } = await serve(t, async () => text(""));
  await assert.rejects(
    serve(t, async () => text(""), { port }),
    { code: "EADDRINUSE" },
  );
});
