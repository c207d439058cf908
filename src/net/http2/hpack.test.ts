import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:http2";
import { type AddressInfo, createServer } from "node:net";
import { test } from "node:test";
import { seededRandom } from "../../base/index.ts";
import { contentOf, FRAME, FrameReader, type Http2Error } from "./frames.ts";
import { encodeHeaders, type Field, HeaderDecoder } from "./hpack.ts";

const LIST_BYTES_MAX = 64 * 1024;
const bytes = (hex: string) => Buffer.from(hex.replaceAll(" ", ""), "hex");

test("the standard's example: three requests of one connection, coded and by reference", () => {
  const decoder = new HeaderDecoder(LIST_BYTES_MAX);
  const read = (hex: string) => decoder.decode(bytes(hex)).fields.map((field) => field.join(": "));
  const first = [":method: GET", ":scheme: http", ":path: /", ":authority: www.example.com"];
  assert.deepEqual(read("8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff"), first);
  assert.deepEqual(read("8286 84be 5886 a8eb 1064 9cbf"), [...first, "cache-control: no-cache"]);
  assert.deepEqual(read("8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf"), [
    ":method: GET",
    ":scheme: https",
    ":path: /index.html",
    ":authority: www.example.com",
    "custom-key: custom-value",
  ]);
});

for (const [what, hex] of [
  ["an index of nothing", "ff00"],
  ["an index beyond the tables", "be"],
  ["index 0", "80"],
  ["a text that is cut", "0003 6162"],
  ["a number that is cut", "ff"],
  ["a number of more than 28 bits", "ffff ffff ff7f"],
  ["a table that is larger than allowed", "3fe2 1f"],
  ["a table's size behind a field", "8220"],
  ["a code that ends the text", "0001 6184 ffff fffc"],
  ["a code filled up with more than seven bits", "0001 6182 1fff"],
  ["a code filled up with noughts", "0001 6181 18"],
] as const)
  test(`${what} is refused`, () => {
    assert.throws(
      () => new HeaderDecoder(LIST_BYTES_MAX).decode(bytes(hex)),
      (error: Http2Error) => error.code === "compression",
    );
  });

test("headers that unfold to more than the limit are read to their end and told of", () => {
  const decoder = new HeaderDecoder(LIST_BYTES_MAX);
  decoder.decode(Buffer.concat([encodeKept("x", "y".repeat(3000))]));
  const references = Buffer.alloc(100, 0xbe);
  const { fields, isTooLong } = decoder.decode(references);
  assert.deepEqual([fields.length, isTooLong], [Math.floor(LIST_BYTES_MAX / (3000 + 1 + 32)), true]);
});

function encodeKept(name: string, value: string): Buffer {
  const literal = encodeHeaders({ [name]: value });
  literal[0]! |= 0x40;
  return literal;
}

test("what is written is read again", () => {
  const headers = {
    ":status": 200,
    ":path": "/x",
    "content-type": "application/grpc",
    "x-long": "z".repeat(5000),
    a: "",
  };
  const { fields } = new HeaderDecoder(LIST_BYTES_MAX).decode(encodeHeaders(headers));
  assert.deepEqual(Object.fromEntries(fields), { ...headers, ":status": "200" });
});

test("a header that changes from answer to answer is sent as it is, however long it was before", () => {
  for (const value of ["one", "one", "two", "x".repeat(1000), "two", "one"]) {
    const { fields } = new HeaderDecoder(LIST_BYTES_MAX).decode(encodeHeaders({ ":status": 200, "x-changing": value }));
    assert.deepEqual(fields, [
      [":status", "200"],
      ["x-changing", value],
    ]);
  }
});

test("what another implementation sends is read as it was meant, whatever letters are in it", async (t) => {
  const random = seededRandom("hpack");
  const decoder = new HeaderDecoder(LIST_BYTES_MAX);
  const read: (readonly Field[])[] = [];
  const { promise: all, resolve } = Promise.withResolvers<void>();
  const requests = 200;
  const server = createServer((socket) => {
    const reader = new FrameReader((frame) => {
      if (frame.type !== FRAME.headers) return;
      read.push(decoder.decode(contentOf(frame)).fields);
      if (read.length === requests) resolve();
    });
    socket.on("data", (chunk: Buffer) => reader.push(chunk)).on("error", () => {});
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, {
    peerMaxConcurrentStreams: requests,
  });
  t.after(() => {
    session.destroy();
    server.close();
  });
  session.on("error", () => {});
  const letter = () => String.fromCharCode(random.int(4) === 0 ? 0x80 + random.int(0x80) : 0x21 + random.int(0x5e));
  const sent = Array.from({ length: requests }, (_, index) => {
    const value = Array.from({ length: 1 + random.int(60) }, letter).join("");
    const headers = { ":path": `/${index % 7}`, [`x-${index % 40}`]: value, "x-all": index % 3 === 0 ? "same" : value };
    session.request(headers).on("error", () => {});
    return headers;
  });
  await all;
  for (const [index, fields] of read.entries()) {
    const headers = Object.fromEntries(fields);
    for (const [name, value] of Object.entries(sent[index]!)) assert.equal(headers[name], value, `${index}: ${name}`);
  }
});
