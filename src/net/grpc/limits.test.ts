/** What clients may take of a gRPC server, and for how long. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { realClock, silentLog, VirtualClock } from "../../base/index.ts";
import { PREFACE } from "../http2/frames.ts";
import { ERROR, FLAG, FRAME, frame, headerBlock, requestFields, uint32 } from "../http2/testing/raw-http2.ts";
import { createGrpcChannel } from "./channel.ts";
import type { ProtocolDescriptor } from "./codec.ts";
import { type GrpcServerOptions, listenGrpc } from "./server.ts";
import { loadService } from "./service.ts";

const MEBIBYTE = 1024 * 1024;
const descriptor: ProtocolDescriptor = {
  services: {
    "t.Sink": [
      { method: "Take", path: "/t.Sink/Take", request: "t.Blob", response: "t.Blob" },
      { method: "Watch", path: "/t.Sink/Watch", request: "t.Blob", response: "t.Blob", serverStreaming: true },
    ],
  },
  enums: {},
  messages: { "t.Blob": [{ name: "blob", n: 1, type: "bytes" }] },
};
const sink = loadService(descriptor, "t.Sink");
const take = sink.method<{ blob?: Uint8Array }, object>("Take");

/** A server that counts the calls that reach its handlers. */
async function serve(t: TestContext, options: Partial<GrpcServerOptions> = {}) {
  const begun = { calls: 0 };
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const server = await listenGrpc({
    listen: "127.0.0.1:0",
    implementations: [
      {
        service: sink,
        unary: {
          Take: async ({ blob }: { blob?: Uint8Array }) => {
            begun.calls++;
            if (blob?.length) await released;
            return {};
          },
        },
        streaming: {
          // biome-ignore lint/correctness/useYield: it has nothing to say
          async *Watch() {
            begun.calls++;
          },
        },
      },
    ],
    log: silentLog,
    clock: realClock(),
    ...options,
  });
  t.after(() => server.close(0));
  const channel = () => {
    const made = createGrpcChannel({ target: `http://127.0.0.1:${server.port}`, clock: realClock() });
    t.after(() => made.close());
    return made;
  };
  return { begun, release, channel, port: server.port };
}

function rawSocket(t: TestContext, port: number): Socket {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {});
  t.after(() => socket.destroy());
  return socket;
}

test("a message that is too large is refused in the words that clients know", async (t) => {
  const { channel } = await serve(t, { messageBytesMax: 1000 });
  await assert.rejects(channel().unary(take, { blob: Buffer.alloc(2000) }), {
    code: "resourceExhausted",
    message: "grpc: received message larger than max (2003 vs. 1000)",
  });
});

test("requests that are not answered hold so much on a connection, and on all, and no more", async (t) => {
  const { begun, release, channel } = await serve(t, { connectionBytesMax: 5 * MEBIBYTE, allBytesMax: 7 * MEBIBYTE });
  const blob = Buffer.alloc(2 * MEBIBYTE - 100);
  const [first, second] = [channel(), channel()];
  const held = [first.unary(take, { blob }), first.unary(take, { blob })];
  const exhausted = { code: "resourceExhausted" };
  await assert.rejects(first.unary(take, { blob }), exhausted, "more than a connection may hold");
  held.push(second.unary(take, { blob }));
  await assert.rejects(second.unary(take, { blob }), exhausted, "more than all may hold");
  while (begun.calls < held.length) await realClock().yield();
  await second.unary(take, {});
  release();
  await Promise.all(held);
  await Promise.all([first.unary(take, { blob }), second.unary(take, { blob })]);
});

for (const path of ["/t.Sink/Take", "/t.Sink/Watch"])
  test(`a call that is taken back as soon as it has come runs nothing: ${path}`, async (t) => {
    const { begun, channel, port } = await serve(t);
    const socket = rawSocket(t, port);
    const block = headerBlock([...requestFields(path), ["content-type", "application/grpc"]]);
    const calls = Array.from({ length: 500 }, (_, index) => [
      frame(FRAME.headers, FLAG.endHeaders, 2 * index + 1, block),
      frame(FRAME.data, FLAG.endStream, 2 * index + 1, Buffer.alloc(5)),
      frame(FRAME.reset, FLAG.none, 2 * index + 1, uint32(ERROR.cancel)),
    ]);
    const ping = frame(FRAME.ping, FLAG.none, 0, Buffer.alloc(8));
    socket.write(Buffer.concat([PREFACE, frame(FRAME.settings, FLAG.none, 0), ...calls.flat(), ping]));
    const pong = frame(FRAME.ping, FLAG.ack, 0, Buffer.alloc(8));
    let answer = Buffer.alloc(0);
    while (!answer.includes(pong)) answer = Buffer.concat([answer, (await once(socket, "data"))[0]]);
    await channel().unary(take, {});
    // What a chunk off the socket cuts apart may have begun.
    assert.ok(begun.calls <= 5, `${begun.calls} calls`);
  });

for (const [what, bytes] of [
  ["nothing", ""],
  ["a part of the preface", PREFACE.subarray(0, 10)],
  ["the preface alone", PREFACE],
  ["a part of an HTTP/1.1 request", "GET / HTTP/1.1\r\nhost: a"],
] as const)
  test(`who says ${what} is not waited for`, async (t) => {
    const clock = new VirtualClock();
    const { port } = await serve(t, { clock, plain: async () => ({ status: 200, type: "text/plain", text: "" }) });
    const socket = rawSocket(t, port);
    await once(socket, "connect");
    if (bytes) socket.write(bytes);
    const closed = once(socket.resume(), "close");
    let isClosed = false;
    void closed.then(() => (isClosed = true));
    for (let second = 0; second < 29; second++) await clock.advance(1000);
    assert.equal(isClosed, false);
    while (!isClosed) await clock.advance(1000);
  });

test("a connection without calls ends when nothing moves on it, one with a call stays", async (t) => {
  const { channel, release, begun, port } = await serve(t, { idleConnectionMs: 20 });
  const busy = channel();
  const waiting = busy.unary(take, { blob: Buffer.alloc(10) });
  while (begun.calls === 0) await realClock().yield();
  const idle = rawSocket(t, port);
  idle.write(Buffer.concat([PREFACE, frame(FRAME.settings, FLAG.none, 0)]));
  await once(idle.resume(), "close");
  release();
  await waiting;
});
