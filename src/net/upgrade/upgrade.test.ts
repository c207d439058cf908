import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { suite, type TestContext, test } from "node:test";

import { createDeflate, deflateSync, constants as zlib } from "node:zlib";
import { realClock, silentLog } from "../../base/index.ts";
import { clientPair, servingPair, testAuthority } from "../fixtures.test.ts";
import { createHttpClient, makeRequest } from "../http/client.ts";
import { listen } from "../http/server.ts";
import type { Handler, UpgradedConnection, UpgradedStream } from "../message.ts";
import { connectUpgrade } from "./connect.ts";
import { negotiate } from "./serve.ts";
import { DICTIONARY, HeaderReader, HeaderWriter } from "./spdy-headers.ts";

const clock = realClock();

async function transport(t: TestContext, handler: Handler): Promise<Handler> {
  const tls = { cert: servingPair.certificatePem, key: servingPair.keyPem, ca: testAuthority };
  const listener = await listen({ host: "127.0.0.1", port: 0, tls, handler, log: silentLog, clock });
  const ours = { ca: testAuthority, cert: clientPair.certificatePem, key: clientPair.keyPem };
  const client = createHttpClient({ server: `https://127.0.0.1:${listener.port}`, tls: ours, clock });
  t.after(async () => {
    client.close();
    await listener.close(0);
  });
  return client.handle;
}

const direct = async (_t: TestContext, handler: Handler): Promise<Handler> => handler;
/** Client, proxy over a socket, server over a socket: the way of kubectl to the kubelet. */
const proxied = async (t: TestContext, handler: Handler): Promise<Handler> => transport(t, await transport(t, handler));

function accepting(supported: string[], serve: (connection: UpgradedConnection) => Promise<void>): Handler {
  return async (request) => {
    const subprotocol = negotiate(request.upgrade?.subprotocols ?? [], supported);
    return { status: 101, headers: {}, body: { type: "upgrade", serve, ...(subprotocol && { subprotocol }) } };
  };
}

async function dial(handler: Handler, protocol: string, subprotocols: string[]): Promise<UpgradedConnection> {
  const request = makeRequest({ method: "POST", path: "/exec", query: "a=b", upgrade: { protocol, subprotocols } });
  const result = await connectUpgrade(handler, request);
  assert.ok("connection" in result, "refused");
  return result.connection;
}

async function all(stream: UpgradedStream): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream.incoming) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

for (const [way, make] of [
  ["in process", direct],
  ["over TLS", transport],
  ["through a proxy", proxied],
] as const)
  suite(`upgrades ${way}`, () => {
    test("WebSocket v5: channels both ways, and the client can end its direction", async (t) => {
      const handler = await make(
        t,
        accepting(["v5.channel.k8s.io", "v4.channel.k8s.io"], async (connection) => {
          assert.equal(connection.subprotocol, "v5.channel.k8s.io");
          const input = await all(connection.channel(0));
          await connection.channel(1).write(Buffer.from(`got ${input.length}`));
          await connection.channel(3).write(Buffer.from("status"));
          await connection.channel(1).end();
        }),
      );
      const connection = await dial(handler, "websocket", ["v5.channel.k8s.io", "v4.channel.k8s.io"]);
      assert.equal(connection.subprotocol, "v5.channel.k8s.io");
      for (let index = 0; index < 30; index++) await connection.channel(0).write(Buffer.alloc(100_000, 7));
      await connection.channel(0).end();
      assert.equal(await all(connection.channel(1)), "got 3000000");
      assert.equal(await all(connection.channel(3)), "status");
      connection.close();
      await connection.closed;
    });

    test("WebSocket: a server that is done ends every channel", async (t) => {
      const handler = await make(
        t,
        accepting(["v4.channel.k8s.io"], async (connection) => {
          await connection.channel(1).write(Buffer.from("out"));
          await connection.channel(2).write(Buffer.from("err"));
        }),
      );
      const connection = await dial(handler, "websocket", ["v4.channel.k8s.io"]);
      assert.equal(await all(connection.channel(1)), "out");
      assert.equal(await all(connection.channel(2)), "err");
      await connection.closed;
    });

    for (const tunnelled of [false, true])
      test(`SPDY${tunnelled ? " tunnelled in a WebSocket" : ""}: streams with headers, both sides, half-closed`, async (t) => {
        const name = tunnelled ? "SPDY/3.1+portforward.k8s.io" : "portforward.k8s.io";
        const handler = await make(
          t,
          accepting([name], async (connection) => {
            const running: Promise<void>[] = [];
            for await (const stream of connection.streams)
              running.push(
                (async () => {
                  const text = await all(stream);
                  await stream.write(Buffer.from(`${stream.headers.streamtype}:${stream.headers.port}:${text.length}`));
                  await stream.end();
                })(),
              );
            await Promise.all(running);
          }),
        );
        const connection = await dial(handler, tunnelled ? "websocket" : "spdy/3.1", [name]);
        assert.equal(connection.subprotocol, "portforward.k8s.io");
        assert.equal(connection.protocol, "spdy/3.1");
        const answers = Array.from({ length: 20 }, async (_, index) => {
          const stream = await connection.open({ streamtype: "data", port: String(index), requestid: "1" });
          if (index % 2) await stream.write(Buffer.alloc(50_000 * index));
          await stream.end();
          return all(stream);
        });
        assert.deepEqual(
          await Promise.all(answers),
          Array.from({ length: 20 }, (_, index) => `data:${index}:${index % 2 ? 50_000 * index : 0}`),
        );
        connection.close();
        await connection.closed;
      });

    test("a refusal comes back as an ordinary answer", async (t) => {
      const handler = await make(t, async () => ({
        status: 403,
        headers: { "content-type": "text/plain" },
        body: { type: "bytes", bytes: Buffer.from("no") },
      }));
      for (const protocol of ["websocket", "spdy/3.1"]) {
        const upgrade = { protocol, subprotocols: ["v4.channel.k8s.io"] };
        const result = await connectUpgrade(handler, makeRequest({ path: "/", upgrade }));
        assert.ok("refused" in result);
        assert.equal(result.refused.status, 403);
      }
    });
  });

test("base64 channels carry text", async (t) => {
  const handler = await transport(
    t,
    accepting(["base64.channel.k8s.io"], async (connection) => {
      for await (const chunk of connection.channel(0).incoming) {
        await connection.channel(1).write(chunk);
        break;
      }
    }),
  );
  const connection = await dial(handler, "websocket", ["base64.channel.k8s.io"]);
  await connection.channel(0).write(Buffer.from([0, 255, 10]));
  const chunks: Uint8Array[] = [];
  for await (const chunk of connection.channel(1).incoming) chunks.push(chunk);
  assert.deepEqual([...Buffer.concat(chunks)], [0, 255, 10]);
});

test("text messages carry binary channels too, as Python's client sends them", async (t) => {
  const got = Promise.withResolvers<string>();
  const handler = accepting(["v4.channel.k8s.io"], async (connection) => {
    for await (const chunk of connection.channel(0).incoming) return got.resolve(Buffer.from(chunk).toString());
  });
  const listener = await listen({ host: "127.0.0.1", port: 0, handler, log: silentLog, clock });
  t.after(() => listener.close(0));
  const socket = new WebSocket(`ws://127.0.0.1:${listener.port}/exec`, "v4.channel.k8s.io");
  await new Promise((resolve) => socket.addEventListener("open", resolve));
  socket.send("\0typed");
  assert.equal(await got.promise, "typed");
  socket.close();
});

test("a reset stream ends alone", async (t) => {
  const handler = await transport(
    t,
    accepting(["x"], async (connection) => {
      for await (const stream of connection.streams) {
        if (stream.headers.kind === "bad") stream.close();
        else void stream.write(Buffer.from("fine")).then(() => stream.end());
      }
    }),
  );
  const connection = await dial(handler, "spdy/3.1", ["x"]);
  const bad = await connection.open({ kind: "bad" });
  const good = await connection.open({ kind: "good" });
  assert.equal(await all(bad), "");
  assert.equal(await all(good), "fine");
  connection.close();
});

test("the SPDY dictionary is the published one", () => {
  assert.equal(DICTIONARY.length, 1423);
  const checksum = deflateSync(Buffer.alloc(0), { dictionary: DICTIONARY }).subarray(2, 6);
  assert.equal(checksum.toString("hex"), "e3c6a7c2");
});

test("SPDY headers of a compressing peer are read, block after block", async () => {
  const deflate = createDeflate({ dictionary: DICTIONARY, flush: zlib.Z_SYNC_FLUSH });
  const reader = new HeaderReader();
  const plain = new HeaderWriter();
  for (let round = 0; round < 3; round++) {
    const headers = { streamtype: "error", port: "80", requestid: String(round) };
    // Our writer's block without its zlib frame is what a compressing peer compresses.
    const stored = new HeaderWriter().write(headers);
    const block = stored.subarray(2 + 5, stored.length - 5);
    const compressed = await new Promise<Buffer>((resolve) => {
      deflate.write(block, () => deflate.flush(zlib.Z_SYNC_FLUSH, () => resolve(deflate.read())));
    });
    assert.deepEqual({ ...(await reader.read(compressed)) }, headers);
  }
  const own = new HeaderReader();
  assert.deepEqual({ ...(await own.read(plain.write({ A: "1" }))) }, { a: "1" });
  assert.deepEqual({ ...(await own.read(plain.write({ b: "2" }))) }, { b: "2" });
});

test("a WebSocket without a subprotocol carries text, or bytes as they are", async (t) => {
  const bytes = Uint8Array.of(0xff, 0x00, 0x80);
  const handler: Handler = async ({ path }) => {
    const serve = (connection: UpgradedConnection) => connection.channel(0).write(bytes);
    const body = { type: "upgrade", serve } as const;
    return { status: 101, headers: {}, body: path === "/binary" ? { ...body, messages: "binary" } : body };
  };
  const listener = await listen({ host: "127.0.0.1", port: 0, handler, log: silentLog, clock });
  t.after(() => listener.close(0));
  const first = async (path: string): Promise<unknown> => {
    const socket = new WebSocket(`ws://127.0.0.1:${listener.port}${path}`);
    socket.binaryType = "arraybuffer";
    const { data } = await new Promise<MessageEvent>((resolve) => socket.addEventListener("message", resolve));
    socket.close();
    return data;
  };
  assert.deepEqual(await first("/binary"), bytes.buffer);
  assert.equal(await first("/text"), Buffer.from(bytes).toString());
});
