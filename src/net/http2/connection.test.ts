import assert from "node:assert/strict";
import { once } from "node:events";
import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants, type SessionOptions } from "node:http2";
import { type AddressInfo, connect as connectSocket, createServer, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { realClock, seededRandom } from "../../base/index.ts";
import { ServerConnection } from "./connection.ts";
import {
  ERROR_CODE,
  FLAG,
  FRAME,
  type Frame,
  FrameReader,
  frameHeader,
  type Http2ErrorCode,
  PREFACE,
  words,
} from "./frames.ts";
import { encodeHeaders } from "./hpack.ts";
import type { ServerStream } from "./stream.ts";
import { headerBlock } from "./testing/raw-http2.ts";

const HEAD = encodeHeaders({ ":status": 200 });
const TAIL = encodeHeaders({ "x-end": "fine" });

/** Answers with what came, once all of it has. */
function echo(stream: ServerStream): void {
  const chunks: Buffer[] = [];
  stream.reader = {
    data: (chunk) => chunks.push(Buffer.from(chunk)),
    end() {
      stream.respond(HEAD);
      stream.write(Buffer.concat(chunks));
      stream.end(TAIL);
    },
    closed() {},
  };
}

const LIMITS = {
  streamsMax: 10_000,
  headerListBytesMax: 64 * 1024,
  streamWindowBytes: 4 * 1024 * 1024,
  connectionWindowBytes: 32 * 1024 * 1024,
};

async function serve(
  t: TestContext,
  onRequest: (stream: ServerStream) => void = echo,
  onFault: (error: unknown) => void = () => {},
) {
  const connections: ServerConnection[] = [];
  const server = createServer((socket) => {
    connections.push(new ServerConnection(socket, { clock: realClock(), onRequest, onFault, limits: LIMITS }));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    for (const { socket } of connections) socket.destroy();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, connections };
}

function session(t: TestContext, port: number, options: SessionOptions = {}): ClientHttp2Session {
  const made = connect(`http://127.0.0.1:${port}`, options);
  made.on("error", () => {});
  t.after(() => made.destroy());
  return made;
}

async function answer(stream: ClientHttp2Stream): Promise<{ body: Buffer; end: unknown }> {
  const chunks: Buffer[] = [];
  let end: unknown;
  stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  stream.on("trailers", (trailers) => (end = trailers["x-end"]));
  await once(stream, "end");
  return { body: Buffer.concat(chunks), end };
}

/** A client that sends what it likes; `next` waits for a frame. */
async function rawClient(t: TestContext, port: number) {
  const socket: Socket = connectSocket(port, "127.0.0.1");
  t.after(() => socket.destroy());
  const frames: Frame[] = [];
  const chunks: Buffer[] = [];
  let wake = () => {};
  const reader = new FrameReader((frame) => frames.push({ ...frame, payload: Buffer.from(frame.payload) }));
  reader.push(PREFACE);
  socket.on("data", (chunk: Buffer) => {
    chunks.push(chunk);
    reader.push(chunk);
    wake();
  });
  socket.on("error", () => {}).on("close", () => wake());
  await once(socket, "connect");
  return {
    socket,
    chunks,
    send: (...parts: Buffer[]) => socket.write(Buffer.concat(parts)),
    async next(type: number): Promise<Frame> {
      for (;;) {
        const index = frames.findIndex((frame) => frame.type === type && !(type === FRAME.settings && frame.flags));
        if (index >= 0) return frames.splice(index, 1)[0]!;
        if (socket.closed) throw new Error(`the connection ended without a frame of type ${type}`);
        await new Promise<void>((resolve) => (wake = resolve));
      }
    },
  };
}

function frame(type: number, stream: number, payload: Buffer = Buffer.alloc(0), flags = 0): Buffer {
  return Buffer.concat([frameHeader({ type, flags, stream, length: payload.length }), payload]);
}

const SETTINGS = frame(FRAME.settings, 0);
const REQUEST = encodeHeaders({ ":method": "POST", ":scheme": "http", ":path": "/x", ":authority": "a" });
const WHOLE = FLAG.endHeaders | FLAG.endStream;
const NOTHING = Buffer.alloc(0);
const setting = (name: number, value: number) => {
  const payload = Buffer.alloc(6);
  payload.writeUInt16BE(name);
  payload.writeUInt32BE(value, 2);
  return frame(FRAME.settings, 0, payload);
};
const request = (stream: number, flags: number = FLAG.endHeaders) => frame(FRAME.headers, stream, REQUEST, flags);

test("headers, data and trailers of an answer are one packet, and so are answers that are ready together", async (t) => {
  const { port } = await serve(t);
  const client = await rawClient(t, port);
  client.send(PREFACE, SETTINGS);
  await client.next(FRAME.settings);
  const before = client.chunks.length;
  const data = (stream: number) => frame(FRAME.data, stream, Buffer.from("hello"), FLAG.endStream);
  client.send(request(1), request(3), data(1), data(3));
  for (let count = 0; count < 2; count++) assert.equal((await client.next(FRAME.data)).payload.toString(), "hello");
  for (let count = 0; count < 4; count++) await client.next(FRAME.headers);
  const packets = client.chunks.slice(before).filter((chunk) => chunk.includes("hello"));
  assert.equal(packets.length, 1);
  assert.equal(packets[0]!.toString("latin1").split("x-end").length, 3);
});

test("the last data of an answer says that it is the last, and an end that comes later is a frame of its own", async (t) => {
  const late: (() => void)[] = [];
  const { port } = await serve(t, (stream) => {
    stream.respond(HEAD);
    stream.write(Buffer.from("data"));
    if (stream.id === 1) stream.end();
    else late.push(() => stream.end());
  });
  const client = await rawClient(t, port);
  client.send(PREFACE, SETTINGS, request(1, WHOLE), request(3, WHOLE));
  const [first, second] = [await client.next(FRAME.data), await client.next(FRAME.data)];
  assert.deepEqual([first.stream, first.flags, String(first.payload)], [1, FLAG.endStream, "data"]);
  assert.deepEqual([second.stream, second.flags, String(second.payload)], [3, 0, "data"]);
  for (const end of late) end();
  const last = await client.next(FRAME.data);
  assert.deepEqual([last.stream, last.flags, last.payload.length], [3, FLAG.endStream, 0]);
});

test("large bodies go both ways through small windows", async (t) => {
  const { port } = await serve(t);
  const client = session(t, port, { settings: { initialWindowSize: 1000 } });
  const bodies = Array.from({ length: 5 }, (_, index) => Buffer.alloc(9_000_000 + index, index));
  const answers = bodies.map((body) => {
    const stream = client.request({ ":method": "POST", ":path": "/" });
    stream.end(body);
    return answer(stream);
  });
  for (const [index, { body, end }] of (await Promise.all(answers)).entries()) {
    assert.ok(body.equals(bodies[index]!), `answer ${index}`);
    assert.equal(end, "fine");
  }
});

test("an answer that nobody reads waits, and does not keep others waiting", async (t) => {
  const { port } = await serve(t);
  const client = session(t, port);
  const ask = (body: Buffer) => {
    const stream = client.request({ ":method": "POST", ":path": "/" });
    stream.end(body);
    return stream;
  };
  const unread = ask(Buffer.alloc(1_000_000));
  await once(unread, "response");
  assert.equal((await answer(ask(Buffer.from("small")))).body.toString(), "small");
  assert.equal((await answer(unread)).body.length, 1_000_000);
});

test("a reader that pauses is sent no more than a window, and all of it once it goes on", async (t) => {
  const { promise: paused, resolve } = Promise.withResolvers<ServerStream>();
  let received = 0;
  const { port } = await serve(t, (stream) => {
    stream.reader = {
      data(chunk) {
        received += chunk.length;
        stream.pause();
        resolve(stream);
      },
      end: () => stream.respondWhole(HEAD),
      closed() {},
    };
  });
  const client = session(t, port);
  const upload = client.request({ ":method": "POST", ":path": "/" });
  upload.end(Buffer.alloc(20_000_000));
  const stream = await paused;
  while (stream.receiveWindow > 0) await new Promise((done) => setImmediate(done));
  assert.equal(received, 4 * 1024 * 1024);
  stream.pause = () => {};
  stream.resume();
  await once(upload, "response");
  assert.equal(received, 20_000_000);
});

test("headers longer than a frame, and trailers behind a request", async (t) => {
  let long = "";
  const { port } = await serve(t, (stream) => {
    long = stream.headers["x-long"]!;
    echo(stream);
  });
  const stream = session(t, port).request(
    { ":method": "POST", ":path": "/", "x-long": "ü".repeat(20_000) },
    { waitForTrailers: true },
  );
  stream.on("wantTrailers", () => stream.sendTrailers({ "x-more": "1" }));
  stream.end("body");
  assert.deepEqual(await answer(stream), { body: Buffer.from("body"), end: "fine" });
  assert.equal(Buffer.from(long, "latin1").toString("latin1").length, 20_000);
});

test("a client that keeps no table of headers understands the answers", async (t) => {
  const { port } = await serve(t);
  const stream = session(t, port, { settings: { headerTableSize: 0 } }).request({ ":method": "POST", ":path": "/" });
  stream.end("body");
  assert.equal((await answer(stream)).end, "fine");
});

test("a request that is taken back is over, whatever was under way", async (t) => {
  const { promise: over, resolve } = Promise.withResolvers<ServerStream>();
  const { port } = await serve(t, (stream) => {
    stream.respond(HEAD);
    stream.reader = { data() {}, end() {}, closed: () => resolve(stream) };
  });
  const client = session(t, port);
  const taken = client.request({ ":method": "POST", ":path": "/" });
  taken.on("error", () => {});
  await once(taken, "response");
  taken.close(constants.NGHTTP2_CANCEL);
  const stream = await over;
  assert.ok(stream.write(Buffer.from("nobody hears this")) && stream.isClosed);
  stream.end(TAIL);
  const next = client.request({ ":method": "POST", ":path": "/" });
  await once(next, "response");
});

test("a server that closes ends what has begun and takes nothing new", async (t) => {
  const begun: ServerStream[] = [];
  const { port, connections } = await serve(t, (stream) => {
    echo(stream);
    begun.push(stream);
  });
  const client = await rawClient(t, port);
  client.send(PREFACE, SETTINGS, request(1));
  await client.next(FRAME.settings);
  while (begun.length === 0) await new Promise((done) => setImmediate(done));
  connections[0]!.close();
  assert.equal((await client.next(FRAME.goAway)).payload.readUInt32BE(0), 1);
  client.send(request(3), frame(FRAME.data, 3, Buffer.from("late"), FLAG.endStream));
  const refused = await client.next(FRAME.reset);
  assert.deepEqual([refused.stream, refused.payload.readUInt32BE(0)], [3, ERROR_CODE.refusedStream]);
  client.send(frame(FRAME.data, 1, Buffer.from("last"), FLAG.endStream));
  assert.equal((await client.next(FRAME.data)).payload.toString(), "last");
  await once(client.socket, "close");
  assert.equal(begun.length, 1);
});

const VIOLATIONS: readonly (readonly [what: string, code: Http2ErrorCode, frames: readonly Buffer[]])[] = [
  ["no settings first", "protocol", [request(1)]],
  ["an even stream", "protocol", [SETTINGS, request(2)]],
  ["a stream that is over", "streamClosed", [SETTINGS, request(3, FLAG.endHeaders | FLAG.endStream), request(1)]],
  ["data of no stream", "protocol", [SETTINGS, frame(FRAME.data, 5, Buffer.from("x"))]],
  ["headers that are interrupted", "protocol", [SETTINGS, request(1, 0), frame(FRAME.ping, 0, Buffer.alloc(8))]],
  ["headers that go on and never began", "protocol", [SETTINGS, frame(FRAME.continuation, 1)]],
  [
    "headers without end",
    "enhanceYourCalm",
    [SETTINGS, request(1, 0), ...Array(70).fill(frame(FRAME.continuation, 1))],
  ],
  ["a window that grows by nothing", "protocol", [SETTINGS, frame(FRAME.windowUpdate, 0, words(0))]],
  ["a window that grows too large", "flowControl", [SETTINGS, frame(FRAME.windowUpdate, 0, words(0x7fffffff))]],
  ["a ping of three bytes", "frameSize", [SETTINGS, frame(FRAME.ping, 0, Buffer.alloc(3))]],
  ["settings that are cut", "frameSize", [SETTINGS, frame(FRAME.settings, 0, Buffer.alloc(5))]],
  ["a receipt of settings before any", "protocol", [frame(FRAME.settings, 0, NOTHING, FLAG.ack), request(1)]],
  ["a receipt that says something", "frameSize", [SETTINGS, frame(FRAME.settings, 0, Buffer.alloc(6), FLAG.ack)]],
  ["pushes neither wanted nor not", "protocol", [SETTINGS, setting(2, 2)]],
  ["frames that may be too small", "protocol", [SETTINGS, setting(5, 16_383)]],
  ["frames that may be too large", "protocol", [SETTINGS, setting(5, 1 << 24)]],
  ["a first window that is too large", "flowControl", [SETTINGS, setting(4, 0x8000_0000)]],
  [
    "settings that make a window too large",
    "flowControl",
    [SETTINGS, request(1), frame(FRAME.windowUpdate, 1, words(0x7fff_0000)), setting(4, 0x7fff_ffff)],
  ],
  ["settings of a stream", "protocol", [SETTINGS, frame(FRAME.settings, 1)]],
  ["a ping of a stream", "protocol", [SETTINGS, frame(FRAME.ping, 1, Buffer.alloc(8))]],
  ["a farewell of a stream", "protocol", [SETTINGS, frame(FRAME.goAway, 1, Buffer.alloc(8))]],
  ["a farewell of four bytes", "frameSize", [SETTINGS, frame(FRAME.goAway, 0, Buffer.alloc(4))]],
  ["a priority of no stream", "protocol", [SETTINGS, frame(FRAME.priority, 0, Buffer.alloc(5))]],
  ["a priority of four bytes", "frameSize", [SETTINGS, frame(FRAME.priority, 1, Buffer.alloc(4))]],
  ["a window of no stream", "protocol", [SETTINGS, frame(FRAME.windowUpdate, 1, words(1))]],
  ["a window update of three bytes", "frameSize", [SETTINGS, frame(FRAME.windowUpdate, 0, Buffer.alloc(3))]],
  ["a reset of no stream", "protocol", [SETTINGS, frame(FRAME.reset, 1, words(8))]],
  ["a reset of an even stream", "protocol", [SETTINGS, request(3), frame(FRAME.reset, 2, words(8))]],
  ["a reset of three bytes", "frameSize", [SETTINGS, request(1), frame(FRAME.reset, 1, Buffer.alloc(3))]],
  ["data of an even stream", "protocol", [SETTINGS, request(3), frame(FRAME.data, 2, Buffer.from("x"))]],
  ["a push", "protocol", [SETTINGS, frame(FRAME.pushPromise, 1, Buffer.alloc(8))]],
  ["more padding than frame", "protocol", [SETTINGS, request(1), frame(FRAME.data, 1, Buffer.of(9, 1), FLAG.padded)]],
  [
    "headers that refer to nothing",
    "compression",
    [SETTINGS, frame(FRAME.headers, 1, Buffer.of(0xff, 0x7f), FLAG.endHeaders)],
  ],
  ["a frame of 16 KiB and one byte", "frameSize", [SETTINGS, frame(FRAME.data, 1, Buffer.alloc(16_385))]],
  [
    "more requests taken back than anyone needs",
    "enhanceYourCalm",
    [
      SETTINGS,
      ...Array.from({ length: 1200 }, (_, index) => [
        request(2 * index + 1),
        frame(FRAME.reset, 2 * index + 1, words(8)),
      ]).flat(),
    ],
  ],
];

for (const [what, code, frames] of VIOLATIONS)
  test(`${what}: the connection ends with ${code}`, async (t) => {
    const { port } = await serve(t);
    const client = await rawClient(t, port);
    client.send(PREFACE, ...frames);
    assert.equal((await client.next(FRAME.goAway)).payload.readUInt32BE(4), ERROR_CODE[code]);
    await once(client.socket, "close");
  });

test("more data than a window ends the connection", async (t) => {
  const { port } = await serve(t, (stream) => {
    stream.pause();
    stream.reader = { data() {}, end() {}, closed() {} };
  });
  const client = await rawClient(t, port);
  const piece = frame(FRAME.data, 1, Buffer.alloc(16_384));
  client.send(PREFACE, SETTINGS, request(1), ...Array(257).fill(piece));
  assert.equal((await client.next(FRAME.goAway)).payload.readUInt32BE(4), ERROR_CODE.flowControl);
});

const PSEUDO = { ":method": "POST", ":scheme": "http", ":path": "/" };

for (const [what, headers] of [
  ["without a path", { ":method": "POST", ":scheme": "http" }],
  ["with a name in capitals", { ...PSEUDO, "X-Name": "1" }],
  ["with a line's end in a value", { ...PSEUDO, x: "a\r\nb: c" }],
  ["with a header of connections", { ...PSEUDO, connection: "close" }],
  ["with a pseudo-header that there isn't", { ...PSEUDO, ":status": "200" }],
  ["with a pseudo-header behind others", { x: "1", ...PSEUDO }],
  ["with a control character in its path", { ...PSEUDO, ":path": "/\u0001" }],
  ["with a space in its path", { ...PSEUDO, ":path": "/a HTTP/1.1" }],
  ["with a method that is none", { ...PSEUDO, ":method": "GET /" }],
  ["for a tunnel", { ...PSEUDO, ":method": "CONNECT" }],
  ["with a control character in a value", { ...PSEUDO, x: "a\u007f" }],
  ["with a space before a value", { ...PSEUDO, x: " a" }],
  ["with a tab behind a value", { ...PSEUDO, x: "a\t" }],
  ["to two hosts", { ...PSEUDO, ":authority": "a", host: "b" }],
  ["with a length that is no number", { ...PSEUDO, "content-length": "0x10" }],
] as const)
  test(`a request ${what} is refused, and only that`, async (t) => {
    const { port } = await serve(t);
    const client = await rawClient(t, port);
    client.send(PREFACE, SETTINGS, frame(FRAME.headers, 1, headerBlock(Object.entries(headers)), FLAG.endHeaders));
    assert.equal((await client.next(FRAME.reset)).payload.readUInt32BE(0), ERROR_CODE.protocol);
    client.send(request(3, FLAG.endHeaders | FLAG.endStream));
    assert.equal((await client.next(FRAME.headers)).stream, 3);
  });

test("whatever bytes come in whatever pieces, nothing but the connection ends", async (t) => {
  const { port } = await serve(t);
  const random = seededRandom("http2");
  const data = frame(FRAME.data, 1, Buffer.from("hello"), FLAG.endStream);
  const whole = Buffer.concat([
    PREFACE,
    SETTINGS,
    request(1),
    frame(FRAME.windowUpdate, 1, words(9)),
    data,
    request(3),
  ]);
  for (let run = 0; run < 150; run++) {
    const bytes = Buffer.from(whole);
    for (let count = random.int(4); count > 0; count--)
      bytes[PREFACE.length + random.int(bytes.length - PREFACE.length)] = random.int(256);
    const socket = connectSocket(port, "127.0.0.1").on("error", () => {});
    socket.setNoDelay(true).resume();
    for (let at = 0; at < bytes.length; ) {
      const end = at + 1 + random.int(40);
      socket.write(bytes.subarray(at, end));
      at = end;
      if (random.int(3) === 0) await new Promise((done) => setImmediate(done));
    }
    socket.end();
    if (!socket.closed) await new Promise((resolve) => socket.on("close", resolve));
  }
  const stream = session(t, port).request({ ":method": "POST", ":path": "/" });
  stream.end("still there");
  assert.equal((await answer(stream)).body.toString(), "still there");
});

for (const [what, more] of [
  ["two hosts", { host: ["a", "a"] }],
  ["two lengths", { "content-length": ["1", "2"] }],
  ["a length and no data", { "content-length": "1" }],
] as const)
  test(`a request with ${what} is refused`, async (t) => {
    const { port } = await serve(t);
    const client = await rawClient(t, port);
    client.send(PREFACE, SETTINGS, frame(FRAME.headers, 1, encodeHeaders({ ...PSEUDO, ...more }), WHOLE));
    assert.equal((await client.next(FRAME.reset)).payload.readUInt32BE(0), ERROR_CODE.protocol);
  });

for (const [what, code, frames] of [
  ["data behind the request's end", "streamClosed", [request(1, WHOLE), frame(FRAME.data, 1, Buffer.from("x"))]],
  ["headers behind the request's end", "streamClosed", [request(1, WHOLE), request(1, WHOLE)]],
  ["headers that end nothing", "protocol", [request(1), frame(FRAME.headers, 1, TAIL, FLAG.endHeaders)]],
  ["trailers that ask for something", "protocol", [request(1), request(1, WHOLE)]],
  [
    "a stream's window that grows too large",
    "flowControl",
    [request(1), frame(FRAME.windowUpdate, 1, words(0x7fff_ffff))],
  ],
] as const)
  test(`${what}: the stream ends with ${code}, others go on`, async (t) => {
    const { port } = await serve(t, (stream) => {
      stream.reader = { data() {}, end: () => stream.id === 3 && stream.respondWhole(HEAD), closed() {} };
    });
    const client = await rawClient(t, port);
    client.send(PREFACE, SETTINGS, ...frames, request(3, WHOLE));
    const { stream, payload } = await client.next(FRAME.reset);
    assert.deepEqual([stream, payload.readUInt32BE(0)], [1, ERROR_CODE[code]]);
    assert.equal((await client.next(FRAME.headers)).stream, 3);
  });

test("trailers of a request that was answered before they came end nothing", async (t) => {
  const { port } = await serve(t, (stream) => stream.respondWhole(HEAD));
  const client = await rawClient(t, port);
  client.send(PREFACE, SETTINGS, request(1));
  await client.next(FRAME.reset);
  client.send(frame(FRAME.headers, 1, TAIL, WHOLE), request(3, WHOLE));
  await client.next(FRAME.headers);
  assert.equal((await client.next(FRAME.headers)).stream, 3);
});

test("data that comes too late counts against no window for good", async (t) => {
  let served = 0;
  const { port } = await serve(t, (stream) => {
    served++;
    stream.reader = { data() {}, end() {}, closed() {} };
  });
  const client = await rawClient(t, port);
  client.send(PREFACE, SETTINGS);
  await client.next(FRAME.settings);
  await client.next(FRAME.windowUpdate);
  const late = frame(FRAME.data, 1, Buffer.alloc(16_384));
  for (let index = 0; index < 600; index++) {
    late.writeUInt32BE(2 * index + 1, 5);
    client.send(request(2 * index + 1, WHOLE), late);
  }
  const { stream, payload } = await client.next(FRAME.windowUpdate);
  assert.deepEqual([stream, payload.readUInt32BE(0)], [0, LIMITS.connectionWindowBytes / 4]);
  assert.ok(served >= 512);
});

test("a window may become less than nothing, and what waits goes on once it is more", async (t) => {
  const { port } = await serve(t, (stream) => {
    stream.respond(HEAD);
    stream.write(Buffer.alloc(70_000));
    stream.end();
  });
  const client = await rawClient(t, port);
  client.send(PREFACE, setting(4, 100), request(1, WHOLE));
  assert.equal((await client.next(FRAME.data)).payload.length, 100);
  client.send(setting(4, 10), frame(FRAME.windowUpdate, 1, words(90)), frame(FRAME.windowUpdate, 1, words(5)));
  assert.equal((await client.next(FRAME.data)).payload.length, 5);
  client.send(setting(4, 17));
  assert.equal((await client.next(FRAME.data)).payload.length, 7);
});

test("what a handler throws ends its connection and is reported", async (t) => {
  const faults: unknown[] = [];
  const { port } = await serve(
    t,
    () => {
      throw new RangeError("a handler's fault");
    },
    (fault) => faults.push(fault),
  );
  const client = await rawClient(t, port);
  client.send(PREFACE, SETTINGS, request(1));
  assert.equal((await client.next(FRAME.goAway)).payload.readUInt32BE(4), ERROR_CODE.internal);
  await once(client.socket, "close");
  assert.deepEqual(faults.map(String), ["RangeError: a handler's fault"]);
});

test("who asks and reads no answers is not read any more", async (t) => {
  const { port, connections } = await serve(t, (stream) =>
    stream.respondWhole(encodeHeaders({ ":status": 200, x: "y".repeat(10_000) })),
  );
  const client = await rawClient(t, port);
  client.socket.pause();
  client.send(PREFACE, SETTINGS);
  const asked = 5000;
  for (let index = 0; index < asked; index++) client.send(request(2 * index + 1, WHOLE));
  while (!connections[0]?.socket.isPaused()) await new Promise((done) => setImmediate(done));
  client.socket.resume();
  for (let index = 0; index < asked; index++) await client.next(FRAME.headers);
});

test("a client that says it sends no more is owed nothing", async (t) => {
  const { promise: over, resolve } = Promise.withResolvers<void>();
  const { port } = await serve(t, (stream) => {
    stream.respond(HEAD);
    stream.write(Buffer.alloc(100_000_000));
    stream.reader = { data() {}, end() {}, closed: resolve };
  });
  const client = await rawClient(t, port);
  client.send(PREFACE, setting(4, 0x7fff_ffff), frame(FRAME.windowUpdate, 0, words(0x7000_0000)), request(1));
  await client.next(FRAME.headers);
  client.socket.pause();
  client.socket.end();
  await over;
});

test("nothing that is written is told to be sent at once", async (t) => {
  let told = 0;
  const { port } = await serve(t, (stream) => {
    stream.respond(HEAD);
    assert.ok(stream.write(NOTHING, () => told++));
    stream.end(TAIL);
  });
  const client = await rawClient(t, port);
  client.send(PREFACE, SETTINGS, request(1, WHOLE));
  await client.next(FRAME.headers);
  await client.next(FRAME.headers);
  assert.equal(told, 1);
});
