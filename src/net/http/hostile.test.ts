/** Clients that break HTTP on purpose: the connection ends after a bounded amount of work, and others are served meanwhile. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { once } from "node:events";
import { request as secureRequest } from "node:https";
import { connect as connectSocket, type Socket } from "node:net";
import { suite, type TestContext, test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { realClock, silentLog } from "../../base/index.ts";
import { readBody } from "../body.ts";
import { servingPair, testAuthority } from "../fixtures.test.ts";
import { HeaderDecoder } from "../http2/hpack.ts";
import type { Handler } from "../message.ts";
import { createHttpClient, makeRequest } from "./client.ts";
import { type Listener, listen, type ServerLimits } from "./server.ts";
import {
  ERROR,
  FLAG,
  field,
  frame,
  FRAME,
  headerBlock,
  RawHttp2,
  requestFields,
  uint32,
} from "../http2/testing/raw-http2.ts";

const clock = realClock();
const BATCH = 50;
/** Far more than any of these floods gets through. */
const FRAMES_MAX = 300_000;
const PONG: Handler = async () => ({ status: 200, headers: {}, body: { type: "bytes", bytes: Buffer.from("pong") } });

async function serve(t: TestContext, handler: Handler = PONG, isPlain = false): Promise<Listener> {
  const tls = isPlain ? {} : { tls: { cert: servingPair.certificatePem, key: servingPair.keyPem } };
  const listener = await listen({ host: "127.0.0.1", port: 0, ...tls, handler, log: silentLog, clock });
  t.after(() => listener.close(0));
  return listener;
}

async function attack(t: TestContext, port: number): Promise<RawHttp2> {
  const attacker = await RawHttp2.connect(port);
  t.after(() => attacker.close());
  return attacker;
}

/** Sends frames until the server has had enough, while another client asks; the number of frames. */
async function flood(t: TestContext, port: number, make: (index: number) => Uint8Array): Promise<number> {
  const attacker = await attack(t, port);
  const friend = createHttpClient({ server: `https://127.0.0.1:${port}`, tls: { ca: testAuthority }, clock });
  t.after(() => friend.close());
  let sent = 0;
  while (!attacker.isOver && sent < FRAMES_MAX) {
    const frames = Array.from({ length: BATCH }, (_, index) => make(sent + index));
    sent += BATCH;
    if (!attacker.send(...frames)) await attacker.drained();
    await turn();
    if (sent % (BATCH * 20) === 0) assert.equal(await answerTo(friend), "pong");
  }
  assert.equal(await answerTo(friend), "pong");
  return sent;
}

async function answerTo({ handle }: { readonly handle: Handler }): Promise<string> {
  return Buffer.from(await readBody(await handle(makeRequest({ path: "/" })))).toString();
}

const request = (stream: number, flags: number = FLAG.endStream | FLAG.endHeaders, more: Uint8Array = NOTHING) =>
  frame(FRAME.headers, flags, stream, Buffer.concat([headerBlock(requestFields()), more]));
const NOTHING = new Uint8Array(0);
const odd = (index: number) => 2 * index + 1;

suite("HTTP/2 floods end the connection", () => {
  const ends = (what: string, make: (index: number) => Uint8Array) =>
    test(what, async (t) => {
      const { port } = await serve(t);
      assert.ok((await flood(t, port, make)) < FRAMES_MAX);
    });

  ends("requests that are reset at once", (index) =>
    Buffer.concat([request(odd(index)), frame(FRAME.reset, 0, odd(index), uint32(ERROR.cancel))]),
  );
  ends("requests that make the server reset them", (index) =>
    Buffer.concat([request(odd(index), FLAG.endHeaders), frame(FRAME.windowUpdate, 0, odd(index), uint32(0))]),
  );
  ends("requests beyond the allowed number at a time", (index) => request(odd(index), FLAG.endHeaders));
  ends("a header block without an end", (index) =>
    index === 0 ? request(1, FLAG.endStream) : frame(FRAME.continuation, 0, 1, headerBlock([["a", "b".repeat(1000)]])),
  );
  ends("a header block that goes on with nothing", (index) =>
    index === 0 ? request(1, FLAG.endStream) : frame(FRAME.continuation, 0, 1),
  );
  ends("settings", () => frame(FRAME.settings, 0, 0, Buffer.concat([Buffer.of(0, 3), uint32(100)])));
  ends("priorities", (index) => frame(FRAME.priority, 0, odd(index % 1000), Buffer.concat([uint32(0), Buffer.of(1)])));
  ends("frames of a type that nobody knows", () => frame(0x50, 0, 0, Buffer.alloc(8)));
  ends("data frames without data", (index) => (index === 0 ? request(1, FLAG.endHeaders) : frame(FRAME.data, 0, 1)));
  ends("resets of what is over", (index) =>
    index === 0 ? request(1) : frame(FRAME.reset, 0, 1, uint32(ERROR.cancel)),
  );
  ends("header names that are none", (index) =>
    frame(FRAME.headers, FLAG.endStream | FLAG.endHeaders, odd(index), headerBlock([["Bad Name", "x"]])),
  );

  test("pings of a client that reads no answer", async (t) => {
    const { port } = await serve(t);
    const attacker = await attack(t, port);
    attacker.pause();
    const pings = Buffer.concat(Array(4000).fill(frame(FRAME.ping, 0, 0, Buffer.alloc(8))));
    let batches = 0;
    for (; !attacker.isOver && batches < FRAMES_MAX / 100; batches++) {
      if (!attacker.send(pings)) await attacker.drained();
      await turn();
    }
    assert.ok(attacker.isOver);
  });
});

suite("HTTP/2 headers", () => {
  test("those that grow from a few bytes are refused by what they take", async (t) => {
    const { port } = await serve(t, async () => assert.fail("the request got through"));
    const attacker = await attack(t, port);
    // One field of 4 KB that the server remembers, and 300 mentions of it of one byte each.
    const bomb = Buffer.concat([field(0x40, "x", "y".repeat(3900)), Buffer.alloc(300, 0x80 | 62)]);
    attacker.send(request(1, undefined, bomb));
    const answer = await attacker.first(({ stream }) => stream === 1);
    assert.equal(answer?.type, FRAME.headers);
    const { fields } = new HeaderDecoder(1024).decode(Buffer.from(answer.payload));
    assert.deepEqual(fields[0], [":status", "431"]);
  });

  test("of a client that can't know the allowed number yet, a request beyond it is refused and may be sent again", async (t) => {
    const { promise: finished, resolve: finish } = Promise.withResolvers<void>();
    const { port } = await serve(t, (request) => finished.then(() => PONG(request)));
    const attacker = await attack(t, port);
    for (let index = 0; index <= 100; index++) attacker.send(request(odd(index)));
    const refused = await attacker.first(({ type }) => type === FRAME.reset);
    assert.equal(refused?.stream, odd(100));
    assert.equal(Buffer.from(refused.payload).readUInt32BE(), ERROR.refusedStream);
    finish();
    await attacker.first(({ stream, flags }) => stream === odd(99) && (flags & FLAG.endStream) !== 0);
    attacker.send(request(odd(101)));
    assert.equal((await attacker.first(({ stream }) => stream === odd(101)))?.type, FRAME.headers);
  });
});

suite("HTTP/2 clients that do nothing", () => {
  const idle = async (t: TestContext, limits: Partial<ServerLimits>) => {
    const tls = { cert: servingPair.certificatePem, key: servingPair.keyPem };
    const listener = await listen({
      host: "127.0.0.1",
      port: 0,
      tls,
      handler: readBack,
      log: silentLog,
      clock,
      limits,
    });
    t.after(() => listener.close(0));
    return listener;
  };
  const readBack: Handler = async (request) => ({
    status: 200,
    headers: {},
    body: { type: "bytes", bytes: await readBody(request) },
  });

  test("one that stays when it is told to go is cut", async (t) => {
    const { port } = await idle(t, { idleConnectionMs: 50 });
    const { promise: accepted, resolve } = Promise.withResolvers<Socket>();
    const accept = (message: unknown) => resolve((message as { socket: Socket }).socket);
    subscribe("net.server.socket", accept);
    t.after(() => unsubscribe("net.server.socket", accept));
    const attacker = await attack(t, port);
    attacker.pause();
    const socket = await accepted;
    if (!socket.closed) await once(socket, "close");
    assert.ok(!attacker.isOver);
  });

  test("a request that is never finished is taken back", async (t) => {
    const { port } = await idle(t, { requestTimeoutMs: 50 });
    const attacker = await attack(t, port);
    attacker.send(request(1, FLAG.endHeaders), frame(FRAME.data, 0, 1, Buffer.from("x")));
    const reset = await attacker.first(({ type }) => type === FRAME.reset);
    assert.deepEqual([reset?.stream, Buffer.from(reset!.payload).readUInt32BE()], [1, ERROR.cancel]);
  });
});

test("an answer without content says nothing of its length", async (t) => {
  const empty: Handler = async () => ({ status: 204, headers: {}, body: { type: "bytes", bytes: Buffer.from("no") } });
  const { port } = await serve(t, empty);
  const client = await attack(t, port);
  client.send(request(1));
  const answer = await client.first(({ stream }) => stream === 1);
  assert.equal(answer!.flags, FLAG.endHeaders | FLAG.endStream);
  const names = new HeaderDecoder(1024).decode(Buffer.from(answer!.payload)).fields.map(([name]) => name);
  assert.deepEqual(names, [":status", "date"]);
});

/** All that comes back for what was said on a socket, until the server closes it. */
async function said(port: number, text: string): Promise<string> {
  const socket = connectSocket(port, "127.0.0.1");
  let answer = "";
  socket.on("data", (chunk) => {
    answer += chunk;
  });
  socket.write(text);
  await once(socket, "close");
  return answer;
}

const refusal = (line: string) =>
  `HTTP/1.1 ${line}\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n${line}`;

suite("HTTP/1", () => {
  test("headers over the limit are refused, and the client hears it however much it sends", async (t) => {
    const { port } = await serve(t, undefined, true);
    const head = "GET / HTTP/1.1\r\nHost: a\r\nA: ";
    assert.equal(
      await said(port, `${head}${"x".repeat(8_000_000)}\r\n\r\n`),
      refusal("431 Request Header Fields Too Large"),
    );
    const allowed = await said(port, `${head}${"x".repeat(1_000_000)}\r\nConnection: close\r\n\r\n`);
    assert.match(allowed, /^HTTP\/1.1 200 OK/);
    const long = await said(port, `GET /${"x".repeat(2_000_000)} HTTP/1.1\r\nHost: a\r\n\r\n`);
    assert.equal(long, refusal("431 Request Header Fields Too Large"));
  });

  test("what is no request, or two in one, is refused", async (t) => {
    const { port } = await serve(t, undefined, true);
    for (const text of [
      "garbage\r\n\r\n",
      "GET /\u0001 HTTP/1.1\r\nHost: a\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: a\r\nBad Name: x\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ])
      assert.equal(await said(port, text), refusal("400 Bad Request"), text);
  });

  test("a request to two hosts is refused", async (t) => {
    const { port } = await serve(t, undefined, true);
    const answer = await said(port, "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n");
    assert.match(answer, /^HTTP\/1.1 400 Bad Request\r\n/);
    assert.match(answer, /400 Bad Request: too many Host headers/);
  });

  test("a body whose pieces can't be told apart is refused", async (t) => {
    const { port } = await serve(
      t,
      async (request) => {
        await readBody(request);
        return PONG(request);
      },
      true,
    );
    const text = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n";
    assert.equal(await said(port, text), refusal("400 Bad Request"));
  });

  test("a client that forgot the s of https is told", async (t) => {
    const { port } = await serve(t);
    assert.equal(
      await said(port, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"),
      "HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n",
    );
  });

  test("over TLS the same limit holds", async (t) => {
    const { port } = await serve(t);
    const options = { host: "127.0.0.1", port, ca: testAuthority, headers: { a: "x".repeat(2_000_000) } };
    const out = secureRequest(options).end();
    const [answer] = await once(out, "response");
    assert.equal(answer.statusCode, 431);
    answer.resume();
  });
});
