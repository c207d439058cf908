import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { once } from "node:events";
import { suite, type TestContext, test } from "node:test";
import { realClock, silentLog } from "../../base/index.ts";
import { readBody } from "../body.ts";
import { clientPair, servingPair, testAuthority } from "../fixtures.test.ts";
import { NetError } from "../errors.ts";
import type { ApiResponse, Handler } from "../message.ts";
import { createHttpClient, type HttpClient, type HttpClientOptions, makeRequest } from "./client.ts";
import { listen } from "./server.ts";
import { endToEndHeaders } from "./target.ts";

const clock = realClock();
const bytes = (text: string): ApiResponse["body"] => ({ type: "bytes", bytes: Buffer.from(text) });

async function serve(t: TestContext, handler: Handler, port = 0) {
  const tls = { cert: servingPair.certificatePem, key: servingPair.keyPem, ca: testAuthority };
  const listener = await listen({ host: "127.0.0.1", port, tls, handler, log: silentLog, clock });
  t.after(() => listener.close(0));
  return listener;
}

function client(t: TestContext, port: number, extra: Partial<HttpClientOptions> = {}): HttpClient {
  const tls = { ca: testAuthority, cert: clientPair.certificatePem, key: clientPair.keyPem };
  const made = createHttpClient({ server: `https://127.0.0.1:${port}`, tls, clock, ...extra });
  t.after(() => made.close());
  return made;
}

const textOf = async (response: ApiResponse) => Buffer.from(await readBody(response)).toString();

for (const protocol of ["auto", "http1"] as const)
  suite(`the client, protocol ${protocol}`, () => {
    test("a header with several values goes as a line each", async (t) => {
      const { port } = await serve(t, async ({ headers }) => ({
        status: 200,
        headers: {},
        body: bytes(headers["x-a"]!),
      }));
      const { handle } = client(t, port, { protocol });
      const request = makeRequest({ path: "/", repeatedHeaders: { "x-a": ["1", "2"] } });
      assert.equal(await textOf(await handle(request)), "1, 2");
    });

    test("a request arrives as it was made, and the answer as it was given", async (t) => {
      const { port } = await serve(t, async (request) => ({
        status: 201,
        headers: { "x-answer": "a", "content-type": "text/plain" },
        body: bytes(
          [
            request.method,
            request.path,
            request.query,
            request.headers.authorization,
            request.headers["x-a"],
            Boolean(request.peer.certificate),
            Buffer.from(await readBody(request)),
          ].join("|"),
        ),
      }));
      const { handle } = client(t, port, {
        protocol,
        server: `https://127.0.0.1:${port}/prefix/`,
        token: async () => "secret",
      });
      const response = await handle(
        makeRequest({
          method: "PUT",
          path: "/a%20b",
          query: "q=1",
          headers: { "x-a": "1", connection: "keep-alive", "content-type": "text/plain" },
          body: { type: "bytes", bytes: Buffer.from("body") },
        }),
      );
      assert.equal(response.status, 201);
      assert.equal(response.headers["x-answer"], "a");
      assert.equal(await textOf(response), "PUT|/prefix/a%20b|q=1|Bearer secret|1|true|body");
    });

    test("many requests at once, more than one connection takes", async (t) => {
      const { port } = await serve(t, async (request) => {
        await clock.yield();
        return { status: 200, headers: {}, body: bytes(request.query) };
      });
      const { handle } = client(t, port, { protocol });
      const texts = await Promise.all(
        Array.from({ length: 400 }, async (_, index) =>
          textOf(await handle(makeRequest({ path: "/", query: `${index}` }))),
        ),
      );
      assert.deepEqual(
        texts,
        texts.map((_, index) => String(index)),
      );
    });

    test("an aborted watch ends at both ends", async (t) => {
      const { promise: gone, resolve } = Promise.withResolvers<void>();
      const { port } = await serve(t, async ({ signal }) => ({
        status: 200,
        headers: {},
        body: {
          type: "stream",
          chunks: (async function* () {
            yield Buffer.from("one");
            await once(signal, "abort");
            resolve();
          })(),
        },
      }));
      const { handle } = client(t, port, { protocol });
      const abort = new AbortController();
      const response = await handle(makeRequest({ path: "/", query: "watch=1", signal: abort.signal }));
      assert.equal(response.body.type, "stream");
      const chunks = (response.body as Extract<ApiResponse["body"], { type: "stream" }>).chunks[Symbol.asyncIterator]();
      assert.equal(Buffer.from((await chunks.next()).value!).toString(), "one");
      const next = chunks.next();
      abort.abort();
      await assert.rejects(next);
      await gone;
    });

    test("leaving off in the middle of a body cancels it", async (t) => {
      const { promise: gone, resolve } = Promise.withResolvers<void>();
      const { port } = await serve(t, async () => ({
        status: 200,
        headers: {},
        body: {
          type: "stream",
          chunks: (async function* () {
            try {
              for (;;) {
                yield Buffer.alloc(1000);
                await clock.sleep(1);
              }
            } finally {
              resolve();
            }
          })(),
        },
      }));
      const { handle } = client(t, port, { protocol });
      const { body } = await handle(makeRequest({ path: "/" }));
      assert.ok(body.type === "stream");
      for await (const chunk of body.chunks) if (chunk.length > 0) break;
      await gone;
    });

    test("a body is there however late it is read, whole or in pieces", async (t) => {
      const texts = { bytes: "a".repeat(100_000), stream: "b".repeat(50) };
      const { port } = await serve(t, async ({ path }) => ({
        status: 200,
        headers: {},
        body:
          path === "/bytes"
            ? bytes(texts.bytes)
            : {
                type: "stream",
                chunks: (async function* () {
                  for (const letter of texts.stream) yield Buffer.from(letter);
                })(),
              },
      }));
      const { handle } = client(t, port, { protocol });
      const late = await Promise.all(
        ["/bytes", "/stream", "/bytes", "/stream"].map((path) => handle(makeRequest({ path }))),
      );
      // Another call and its answer take as long as it takes for the ends of those before it to be here.
      await textOf(await handle(makeRequest({ path: "/bytes" })));
      assert.equal(await textOf(late[0]!), texts.bytes);
      assert.equal(await textOf(late[1]!), texts.stream);
      for (const [response, text] of [[late[2]!, texts.bytes] as const, [late[3]!, texts.stream] as const]) {
        assert.ok(response.body.type === "stream");
        const chunks: Uint8Array[] = [];
        for await (const chunk of response.body.chunks) chunks.push(chunk);
        assert.equal(Buffer.concat(chunks).toString(), text);
      }
    });

    test("a body that the server breaks off fails, also when it is read late", async (t) => {
      const { promise: broken, reject: breakOff } = Promise.withResolvers<never>();
      const { port } = await serve(t, async () => ({
        status: 200,
        headers: {},
        body: {
          type: "stream",
          chunks: (async function* () {
            yield Buffer.from("one");
            await broken;
          })(),
        },
      }));
      const { handle } = client(t, port, { protocol });
      const { body } = await handle(makeRequest({ path: "/" }));
      assert.ok(body.type === "stream");
      const chunks = body.chunks[Symbol.asyncIterator]();
      assert.equal(Buffer.from((await chunks.next()).value!).toString(), "one");
      breakOff(new Error("broken off"));
      await assert.rejects(chunks.next(), { name: "NetError", code: "connectionLost" });
    });

    test("half a body, and then an abort, is no body", async (t) => {
      const { promise: outcome, resolve } = Promise.withResolvers<unknown>();
      const abort = new AbortController();
      const { port } = await serve(t, async (request) => {
        assert.ok(request.body.type === "stream");
        const whole = async (chunks: AsyncIterable<Uint8Array>) => {
          for await (const chunk of chunks) abort.abort(new Error(Buffer.from(chunk).toString()));
        };
        await whole(request.body.chunks).then(resolve, resolve);
        return { status: 200, headers: {}, body: { type: "none" } };
      });
      const { handle } = client(t, port, { protocol });
      const chunks = (async function* () {
        yield Buffer.from("a: b");
        await once(abort.signal, "abort");
      })();
      const sent = handle(
        makeRequest({ method: "PUT", path: "/", body: { type: "stream", chunks }, signal: abort.signal }),
      );
      await assert.rejects(sent, /a: b/);
      const error = await outcome;
      assert.ok(error instanceof NetError);
      assert.equal(error.code, "connectionLost");
    });

    test("a server that restarts is found again", async (t) => {
      const handler: Handler = async () => ({ status: 200, headers: {}, body: bytes("ok") });
      const first = await serve(t, handler);
      const { handle } = client(t, first.port, { protocol });
      assert.equal(await textOf(await handle(makeRequest({ path: "/" }))), "ok");
      const { port } = first;
      await first.close(100);
      await assert.rejects(handle(makeRequest({ path: "/" })), { name: "NetError" });
      await serve(t, handler, port);
      assert.equal(await textOf(await handle(makeRequest({ path: "/" }))), "ok");
    });

    test("an untrusted server is refused", async (t) => {
      const { port } = await serve(t, async () => ({ status: 200, headers: {}, body: bytes("") }));
      const { handle } = client(t, port, { protocol, tls: {} });
      await assert.rejects(handle(makeRequest({ path: "/" })), { name: "NetError", code: "connectFailed" });
    });

    test("an answer without a body", async (t) => {
      const { port } = await serve(t, async () => ({ status: 204, headers: {}, body: { type: "none" } }));
      const { handle } = client(t, port, { protocol });
      const response = await handle(makeRequest({ path: "/" }));
      assert.equal(response.status, 204);
      assert.equal(await textOf(response), "");
    });
  });

test("hop-by-hop headers stay on their hop", () => {
  const headers = {
    connection: "close, X-Own",
    "x-own": "1",
    te: "trailers",
    "transfer-encoding": "chunked",
    accept: "a",
  };
  assert.deepEqual(endToEndHeaders(headers), { accept: "a" });
});

test("a reading request that meets an idle connection which the server has ended is sent again", async (t) => {
  let listener = await serve(t, async () => ({ status: 200, headers: {}, body: bytes("first") }));
  const { port } = listener;
  const { handle } = client(t, port, { protocol: "http1" });
  assert.equal(await textOf(await handle(makeRequest({ path: "/" }))), "first");
  await listener.close(0);
  listener = await serve(t, async () => ({ status: 200, headers: {}, body: bytes("second") }), port);
  assert.equal(await textOf(await handle(makeRequest({ path: "/" }))), "second");
});
