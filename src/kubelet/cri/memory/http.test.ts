import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { type Routes, respond, type SimulatedRequest } from "./http.ts";
import { httpConnection, type ReceivedRequest } from "./http-connection.ts";

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const bytes = (from: string) => new TextEncoder().encode(from);
const request = (method: string, path: string): SimulatedRequest => ({
  method,
  path,
  query: "",
  headers: {},
  body: bytes(""),
  port: 80,
  pod: { namespace: "default", name: "web-1" },
  container: "web",
});

suite("what a simulated container answers", () => {
  test("without a script its host name", async () => {
    const { status, headers, body } = await respond({}, request("GET", "/any"), "web-1");
    assert.deepEqual([status, text(body)], [200, "web-1\n"]);
    assert.equal(headers["content-type"], "text/plain; charset=utf-8");
  });

  test("by method and path, the closest first", async () => {
    const routes: Routes = {
      "/": "root",
      "/items": { status: 201, headers: { "Content-Type": "application/json" }, body: "[]" },
      "DELETE /items": { status: 405 },
      "/static/*": "static",
      "/static/deep/*": "deep",
      "POST /static/*": "posted",
    };
    const check = async (method: string, path: string, wanted: readonly [number, string]) => {
      const { status, body } = await respond({ http: routes }, request(method, path), "web-1");
      assert.deepEqual([status, text(body)], wanted, `${method} ${path}`);
    };
    await check("GET", "/", [200, "root"]);
    await check("GET", "/items", [201, "[]"]);
    await check("DELETE", "/items", [405, ""]);
    await check("GET", "/static/a", [200, "static"]);
    await check("GET", "/static/deep/a", [200, "deep"]);
    await check("POST", "/static/a", [200, "posted"]);
    await check("POST", "/static/deep/a", [200, "deep"]);
    await check("GET", "/toString", [404, "404 page not found\n"]);
    await check("GET", "/__proto__", [404, "404 page not found\n"]);
  });

  test("by a function, and what it throws is a 500", async () => {
    const serve = ({ path, container }: SimulatedRequest) => {
      if (path === "/fail") throw new Error("out of order");
      return { body: `${container} says ${path}` };
    };
    const answer = async (path: string) => text((await respond({ serve }, request("GET", path), "w")).body);
    assert.equal(await answer("/a"), "web says /a");
    assert.equal(await answer("/fail"), "out of order\n");
    const scripted = await respond({ http: "script first", serve }, request("GET", "/a"), "w");
    assert.equal(text(scripted.body), "script first");
  });
});

suite("HTTP on a forwarded port", () => {
  /** Sends the parts one after the other; what came back in the end. */
  async function exchange(...parts: readonly string[]): Promise<string> {
    const connection = httpConnection(async ({ method, path, query, headers, body }: ReceivedRequest) => ({
      status: path === "/none" ? 204 : 200,
      headers: { "x-host": headers.host ?? "" },
      body: bytes(`${method} ${path} ${query} ${text(body)}`),
      afterMs: 0,
    }));
    for (const part of parts) await connection.write(bytes(part));
    await connection.end();
    let received = "";
    for await (const chunk of connection.incoming) received += text(chunk);
    return received;
  }

  test("answers one request and closes where the client doesn't want more", async () => {
    assert.equal(
      await exchange("GET /a?b=1 HTTP/1.0\r\nHost: web\r\n\r\n"),
      "HTTP/1.1 200 OK\r\nx-host: web\r\ncontent-length: 11\r\nconnection: close\r\n\r\nGET /a b=1 ",
    );
  });

  test("answers several in order, whatever pieces they come in", async () => {
    const received = await exchange(
      "GET /a HTTP/1.1\r\nhost: w\r\n\r\nPOST /b HTTP/1.1\r\ncontent-le",
      "ngth: 5\r\n\r\nhel",
      "loPUT /c HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r",
      "\n0\r\n\r\nHEAD /d HTTP/1.1\r\n\r\nGET /none HTTP/1.1\r\n\r\n",
    );
    const bodies = received.split(/HTTP\/1\.1 /).slice(1);
    assert.match(bodies[0]!, /\r\n\r\nGET \/a {2}$/);
    assert.match(bodies[1]!, /\r\n\r\nPOST \/b {2}hello$/);
    assert.match(bodies[2]!, /\r\n\r\nPUT \/c {2}abcde$/);
    assert.match(bodies[3]!, /^200 OK\r\n.*content-length: 9\r\n\r\n$/s);
    assert.match(bodies[4]!, /^204 No Content\r\nx-host: \r\n\r\n$/);
    assert.equal(bodies.length, 5);
  });

  test("tells who waits with the body to go on", async () => {
    const received = await exchange("POST / HTTP/1.1\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\n", "ok");
    assert.match(received, /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK\r\n/);
    assert.equal(received.match(/100 Continue/g)!.length, 1);
  });

  test("refuses what isn't HTTP, and reads no further", async () => {
    for (const garbage of [
      "\x16\x03\x01\x02\x00\x01\x00",
      "GET / HTTP/2.0\r\n\r\n",
      "GET / HTTP/1.1\r\nno colon\r\n\r\n",
      "POST / HTTP/1.1\r\ncontent-length: -1\r\n\r\n",
      "POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
    ]) {
      const received = await exchange(garbage, "GET / HTTP/1.1\r\n\r\n");
      assert.match(received, /^HTTP\/1\.1 400 Bad Request\r\n.*connection: close\r\n\r\n400 Bad Request$/s, garbage);
    }
  });
});
