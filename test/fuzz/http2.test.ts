/** Whatever a client says, in whatever pieces: the server of HTTP/2 answers what is right, and ends no more than the connection. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { once } from "node:events";
import { connect, sensitiveHeaders } from "node:http2";
import { type AddressInfo, connect as connectSocket, createServer, type Socket } from "node:net";
import { after, before, suite, test } from "node:test";
import fc, { type Arbitrary } from "fast-check";
import { realClock, seededRandom } from "../../src/base/index.ts";
import { ServerConnection } from "../../src/net/http2/connection.ts";
import { contentOf, FLAG, FRAME, FrameReader, Http2Error, PREFACE, words } from "../../src/net/http2/frames.ts";
import { encodeHeaders, HeaderDecoder } from "../../src/net/http2/hpack.ts";
import type { ServerStream } from "../../src/net/http2/stream.ts";
import { field, frame, headerBlock, requestFields } from "../../src/net/http2/testing/raw-http2.ts";
import { runs } from "./seed.ts";

const CONVERSATIONS = 150;
const BLOCKS = 2000;
const HEADERS = 60;
const HEADER_LIST_BYTES_MAX = 64 * 1024;
const LIMITS = {
  streamsMax: 100,
  headerListBytesMax: HEADER_LIST_BYTES_MAX,
  streamWindowBytes: 256 * 1024,
  connectionWindowBytes: 1024 * 1024,
};
const WHOLE = FLAG.endStream | FLAG.endHeaders;
const HEAD = encodeHeaders({ ":status": 200 });
const TAIL = encodeHeaders({ "x-end": "fine" });

interface Served {
  readonly port: number;
  /** Requests whose end nobody has told of yet. */
  open(): number;
  /** What a handler, or the connection, threw. */
  readonly faults: readonly unknown[];
  close(): void;
}

/** A server that answers a request with its body, or with its headers where it has none. */
async function serve(): Promise<Served> {
  const faults: unknown[] = [];
  let open = 0;
  const onRequest = (stream: ServerStream) => {
    const chunks: Buffer[] = [];
    open++;
    stream.reader = {
      data: (chunk) => chunks.push(Buffer.from(chunk)),
      end() {
        stream.respond(HEAD);
        const text = chunks.length > 0 ? Buffer.concat(chunks) : Buffer.from(JSON.stringify(stream.headers), "latin1");
        stream.write(text);
        stream.end(TAIL);
      },
      closed: () => open--,
    };
  };
  const server = createServer((socket) => {
    new ServerConnection(socket, {
      clock: realClock(),
      limits: LIMITS,
      onRequest,
      onFault: (error) => faults.push(error),
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return { port, open: () => open, faults, close: () => server.close() };
}

/** One request: its frames in their order, and what is to come back; undefined when it is taken back. */
interface Asked {
  readonly frames: (stream: number) => readonly Buffer[];
  readonly answer: Buffer | undefined;
}

const BYTES = fc.uint8Array({ minLength: 1, maxLength: 3000 }).map((bytes) => Buffer.from(bytes));
const FIRST_BYTES = fc.constantFrom(0, 0x10, 0x40);
const KEPT_LAST = Buffer.of(0x80 | 62);

const ASKED: Arbitrary<Asked> = fc
  .record({
    pieces: fc.array(BYTES, { minLength: 1, maxLength: 4 }),
    padding: fc.nat(255),
    kind: FIRST_BYTES,
    cut: fc.nat(60),
    hasTrailers: fc.boolean(),
    isTakenBack: fc.boolean(),
    updates: fc.array(fc.integer({ min: 1, max: 100 }), { maxLength: 3 }),
  })
  .map(({ pieces, padding, kind, cut, hasTrailers, isTakenBack, updates }) => ({
    answer: isTakenBack ? undefined : Buffer.concat(pieces),
    frames: (stream) => {
      const more = field(kind, `x-${stream}`, "v".repeat(padding));
      const block = Buffer.concat([headerBlock(requestFields("/")), more, kind === 0x40 ? KEPT_LAST : NOTHING]);
      const data = pieces.map((piece, index) => {
        const isLast = index === pieces.length - 1 && !hasTrailers;
        const payload = Buffer.concat([Buffer.of(padding), piece, Buffer.alloc(padding)]);
        return frame(FRAME.data, FLAG.padded | (isLast && !isTakenBack ? FLAG.endStream : 0), stream, payload);
      });
      const headers = Buffer.concat([
        frame(FRAME.headers, 0, stream, block.subarray(0, cut)),
        frame(FRAME.continuation, FLAG.endHeaders, stream, block.subarray(cut)),
      ]);
      const trailers = frame(FRAME.headers, WHOLE, stream, headerBlock([["x-t", "1"]]));
      const grown = updates.map((bytes) => frame(FRAME.windowUpdate, 0, stream, words(bytes)));
      const end = isTakenBack ? [frame(FRAME.reset, 0, stream, words(8))] : hasTrailers ? [trailers] : [];
      return [headers, ...data, ...end, ...grown];
    },
  }));
const NOTHING = Buffer.alloc(0);

/** What may be said between any two frames. */
const ASIDE: Arbitrary<Buffer> = fc.oneof(
  fc.uint8Array({ minLength: 8, maxLength: 8 }).map((bytes) => frame(FRAME.ping, 0, 0, bytes)),
  fc.nat(70_000).map((bytes) => frame(FRAME.settings, 0, 0, Buffer.concat([Buffer.of(0, 4), words(bytes)]))),
  fc.constantFrom(0, 4096).map((bytes) => frame(FRAME.settings, 0, 0, Buffer.concat([Buffer.of(0, 1), words(bytes)]))),
  fc.integer({ min: 1, max: 1000 }).map((bytes) => frame(FRAME.windowUpdate, 0, 0, words(bytes))),
  fc.uint8Array({ maxLength: 40 }).map((bytes) => frame(0x77, 0xff, 3, bytes)),
  fc.constant(frame(FRAME.priority, 0, 1, Buffer.alloc(5))),
);

interface Conversation {
  readonly bytes: Buffer;
  readonly answers: ReadonlyMap<number, Buffer>;
}

/** Requests whose frames go side by side, in an order that a seed says. */
const CONVERSATION: Arbitrary<Conversation> = fc
  .record({
    asked: fc.array(ASKED, { minLength: 1, maxLength: 8 }),
    order: fc.nat().map(String),
    asides: fc.array(ASIDE, { maxLength: 12 }),
  })
  .map(({ asked, order, asides }) => {
    const random = seededRandom(order);
    const queues = asked.map(({ frames }, index) => [...frames(2 * index + 1)]);
    const said: Buffer[] = [PREFACE, frame(FRAME.settings, 0, 0)];
    // Streams have to begin in the order of their numbers.
    let begun = 0;
    for (const aside = [...asides]; queues.some((queue) => queue.length > 0); ) {
      if (aside.length > 0 && random.int(4) === 0) said.push(aside.pop()!);
      const at = random.int(Math.min(begun + 1, queues.length));
      const part = queues[at]!.shift();
      if (part === undefined) {
        if (at === begun) begun++;
        continue;
      }
      said.push(part);
      if (at === begun) begun++;
    }
    // Room for all that is still to come.
    said.push(frame(FRAME.settings, 0, 0, Buffer.concat([Buffer.of(0, 4), words(65_535)])));
    said.push(frame(FRAME.windowUpdate, 0, 0, words(1_000_000)));
    const answers = new Map<number, Buffer>();
    for (const [index, { answer }] of asked.entries()) if (answer) answers.set(2 * index + 1, answer);
    return { bytes: Buffer.concat(said), answers };
  });

/** Sends bytes in pieces that end at the cuts; a turn of the event loop lies between some. */
async function say(port: number, bytes: Buffer, cuts: readonly number[]): Promise<Socket> {
  const socket = connectSocket(port, "127.0.0.1").on("error", () => {});
  socket.setNoDelay(true);
  const ends = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  let at = 0;
  for (const end of ends) {
    socket.write(bytes.subarray(at, end));
    at = end;
    if (end % 2 === 0) await new Promise((done) => setImmediate(done));
  }
  return socket;
}

const CUTS = fc.array(fc.nat(50_000), { maxLength: 30 });

suite("HTTP/2", () => {
  let served: Served;
  before(async () => {
    served = await serve();
  });
  after(() => served.close());

  /** Every stream has ended for its reader, and somebody else is still served. */
  async function isWell(): Promise<void> {
    while (served.open() > 0) await new Promise((done) => setImmediate(done));
    assert.deepEqual(served.faults, []);
  }

  test("a conversation is answered however it is cut", async () => {
    const property = fc.asyncProperty(CONVERSATION, CUTS, async ({ bytes, answers }, cuts) => {
      const socket = await say(served.port, bytes, cuts);
      const heard = await hear(socket, answers.size);
      for (const [stream, answer] of answers) assert.ok(heard.get(stream)?.equals(answer), `stream ${stream}`);
      socket.destroy();
      await isWell();
    });
    await fc.assert(property, runs(CONVERSATIONS));
  });

  test("one that is damaged ends no more than its connection", async () => {
    const damage = fc.array(fc.tuple(fc.nat(50_000), fc.nat(255)), { minLength: 1, maxLength: 6 });
    const property = fc.asyncProperty(CONVERSATION, damage, CUTS, async ({ bytes }, places, cuts) => {
      for (const [at, byte] of places) bytes[PREFACE.length + (at % (bytes.length - PREFACE.length))] = byte;
      const socket = await say(served.port, bytes, cuts);
      await gone(socket);
      await isWell();
    });
    await fc.assert(property, runs(CONVERSATIONS));
  });

  test("frames without sense end no more than their connection", async () => {
    const some = fc
      .tuple(fc.nat(11), fc.nat(255), fc.nat(8), fc.uint8Array({ maxLength: 60 }))
      .map(([type, flags, stream, payload]) => frame(type, flags, stream, payload));
    const property = fc.asyncProperty(
      fc.array(fc.oneof(some, ASIDE), { maxLength: 40 }),
      CUTS,
      async (frames, cuts) => {
        const request = frame(FRAME.headers, FLAG.endHeaders, 1, headerBlock(requestFields("/")));
        const bytes = Buffer.concat([PREFACE, frame(FRAME.settings, 0, 0), request, ...frames]);
        const socket = await say(served.port, bytes, cuts);
        await gone(socket);
        await isWell();
      },
    );
    await fc.assert(property, runs(CONVERSATIONS));
  });

  test("Node's client and the server understand each other's headers", async () => {
    const name = fc.stringMatching(/^x-[a-z0-9]{1,12}$/);
    const value = fc.stringMatching(/^[!-~\xa1-\xff]([ -~\xa1-\xff]{0,80}[!-~\xa1-\xff])?$/);
    const session = connect(`http://127.0.0.1:${served.port}`);
    const sent = fc.tuple(fc.dictionary(name, value, { maxKeys: 20 }), fc.boolean());
    const property = fc.asyncProperty(sent, async ([headers, isSecret]) => {
      const secret = isSecret ? { [sensitiveHeaders]: Object.keys(headers) } : {};
      const stream = session.request({ ":path": "/", ...headers, ...secret }).setEncoding("latin1");
      let text = "";
      stream.on("data", (chunk) => (text += chunk));
      const [answer] = await Promise.all([once(stream, "trailers"), once(stream, "end")]);
      assert.equal(answer[0]["x-end"], "fine");
      const { host, ...heard } = JSON.parse(text);
      assert.equal(host, `127.0.0.1:${served.port}`);
      assert.deepEqual(heard, { ...headers });
    });
    await fc.assert(property, runs(HEADERS));
    session.close();
    await once(session, "close");
    await isWell();
  });

  test("any header block is read or refused, and unfolds to no more than its limit", () => {
    const blocks = fc.array(fc.uint8Array({ maxLength: 200 }), { minLength: 1, maxLength: 5 });
    const property = fc.property(blocks, (list) => {
      const decoder = new HeaderDecoder(HEADER_LIST_BYTES_MAX);
      try {
        for (const block of list)
          for (const [key, text] of decoder.decode(Buffer.from(block)).fields)
            assert.ok(key.length + text.length <= HEADER_LIST_BYTES_MAX);
      } catch (error) {
        if (!(error instanceof Http2Error && error.code === "compression")) throw error;
      }
    });
    fc.assert(property, runs(BLOCKS));
  });
});

/** Says that nothing more comes, and waits until the other end has gone, in whatever way. */
async function gone(socket: Socket): Promise<void> {
  socket.resume().end();
  if (!socket.closed) await new Promise((resolve) => socket.on("close", resolve));
}

/** The bodies of so many answers. */
async function hear(socket: Socket, count: number): Promise<Map<number, Buffer>> {
  const bodies = new Map<number, Buffer>();
  const decoder = new HeaderDecoder(HEADER_LIST_BYTES_MAX);
  const { promise: heard, resolve, reject } = Promise.withResolvers<void>();
  let ended = 0;
  const reader = new FrameReader((one) => {
    if (one.type === FRAME.goAway) reject(new Error(one.payload.toString("latin1")));
    if (one.type === FRAME.data)
      bodies.set(one.stream, Buffer.concat([bodies.get(one.stream) ?? NOTHING, contentOf(one)]));
    if (one.type !== FRAME.headers) return;
    const { fields } = decoder.decode(contentOf(one));
    if (!(one.flags & FLAG.endStream)) return;
    assert.deepEqual(fields, [["x-end", "fine"]]);
    ended++;
  });
  reader.push(PREFACE);
  socket.on("data", (chunk: Buffer) => {
    reader.push(chunk);
    if (ended === count) resolve();
  });
  if (count > 0) await heard;
  return bodies;
}
