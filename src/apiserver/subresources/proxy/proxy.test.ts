import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { type TestContext, test } from "node:test";
import { gzipSync } from "node:zlib";
import { realClock, Scope, seededRandom, silentLog } from "../../../base/index.ts";
import {
  type ApiResponse,
  connectUpgrade,
  createHttpClient,
  type Handler,
  listen,
  makeRequest,
  readBody,
} from "../../../net/index.ts";
import { openMemoryStore } from "../../../store/index.ts";
import { createApiServer } from "../../create.ts";
import { authorityOf, type Dial } from "./proxy.ts";

const clock = realClock();
const POD = "/api/v1/namespaces/default/pods/p:8080/proxy";
const text = async (response: Awaited<ReturnType<Handler>>) => Buffer.from(await readBody(response)).toString();

async function serve(t: TestContext, handler: Handler) {
  const listener = await listen({ host: "127.0.0.1", port: 0, handler, log: silentLog, clock });
  t.after(() => listener.close(0));
  return listener;
}

/** An API server over a socket whose pods are all one local server; `reached` tells where requests should have gone. */
async function cluster(t: TestContext, backend: Handler) {
  const { port } = await serve(t, backend);
  const scope = Scope.logging(silentLog);
  t.after(() => scope.close());
  const reached: string[] = [];
  const local = createHttpClient({ server: `http://127.0.0.1:${port}`, clock, upgrades: "tunnel" });
  const dial: Dial = (target) => {
    reached.push(`${target.scheme}://${authorityOf(target)}`);
    return target.port === "1" ? createHttpClient({ server: "http://127.0.0.1:1", clock }).handle : local.handle;
  };
  const options = { store: openMemoryStore(), clock, random: seededRandom(1), log: silentLog, scope, dial };
  const token = { token: "t", user: "admin", uid: "u", groups: ["system:masters"] };
  const { handle, ready } = createApiServer({ ...options, tokens: [token] });
  await ready;
  const api = await serve(t, handle);
  const client = createHttpClient({ server: `http://127.0.0.1:${api.port}`, token: "t", clock });
  t.after(() => {
    client.close();
    local.close();
  });
  const call = (what: string, parts: Partial<Parameters<Handler>[0]> = {}) => {
    const [method = "", url = ""] = what.split(" ");
    const [path = "", query = ""] = url.split("?");
    return client.handle(makeRequest({ method, path, query, ...parts }));
  };
  const write = async (what: string, value: unknown, type = "application/json") => {
    const bytes = Buffer.from(JSON.stringify(value));
    const answer = await call(what, { body: { type: "bytes", bytes }, headers: { "content-type": type } });
    assert.ok(answer.status < 300, await text(answer));
  };
  return { call, write, reached };
}

type Cluster = Awaited<ReturnType<typeof cluster>>;

async function runPod({ write }: Cluster, ip: string): Promise<void> {
  const pods = "/api/v1/namespaces/default/pods";
  await write("POST /api/v1/namespaces/default/serviceaccounts", { metadata: { name: "default" } });
  await write(`POST ${pods}`, { metadata: { name: "p" }, spec: { containers: [{ name: "c", image: "i" }] } });
  const status = { podIP: ip, podIPs: [{ ip }] };
  await write(`PATCH ${pods}/p/status`, { status }, "application/merge-patch+json");
}

const echo: Handler = async (request) => {
  const { method, path, query, headers } = request;
  const body = Buffer.from(await readBody(request)).toString();
  return {
    status: 207,
    headers: {
      "content-type": "application/json",
      "access-control-allow-origin": "*",
      connection: "x-hop",
      "x-hop": "1",
    },
    body: { type: "bytes", bytes: Buffer.from(JSON.stringify({ method, path, query, headers, body })) },
  };
};

test("method, path, query, headers and body go to the pod and its answer comes back, without what is each hop's own", async (t) => {
  const all = await cluster(t, echo);
  await runPod(all, "10.1.2.3");
  const headers = {
    cookie: "a=b",
    "impersonate-user": "admin",
    "impersonate-group": "system:masters",
    host: "api.example",
  };
  const chunks = (async function* () {
    yield Buffer.from("he");
    yield Buffer.from("llo");
  })();
  const answer = await all.call(`PUT ${POD}/a%20b/c/?x=1&x=2`, { headers, body: { type: "stream", chunks } });
  assert.equal(answer.status, 207);
  assert.deepEqual([answer.headers["access-control-allow-origin"], answer.headers["x-hop"]], [undefined, undefined]);
  const seen = JSON.parse(await text(answer));
  assert.deepEqual([seen.method, seen.path, seen.query, seen.body], ["PUT", "/a%20b/c/", "x=1&x=2", "hello"]);
  assert.equal(seen.headers.cookie, "a=b");
  assert.equal(seen.headers.host, "api.example");
  assert.equal(seen.headers["x-forwarded-uri"], `${POD}/a%20b/c/`);
  for (const secret of ["authorization", "impersonate-user", "impersonate-group"])
    assert.equal(seen.headers[secret], undefined);
  assert.deepEqual(all.reached, ["http://10.1.2.3:8080"]);
});

test("every method is passed on", async (t) => {
  const all = await cluster(t, echo);
  await runPod(all, "10.1.2.3");
  for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
    assert.equal(JSON.parse(await text(await all.call(`${method} ${POD}/`))).method, method);
  assert.equal((await all.call(`HEAD ${POD}/`)).status, 207);
});

test("a proxy without a path leads to the one with a slash", async (t) => {
  const all = await cluster(t, echo);
  await runPod(all, "10.1.2.3");
  const answer = await all.call(`GET ${POD}?a=b`);
  assert.deepEqual([answer.status, answer.headers.location], [301, `${POD}/?a=b`]);
});

test("an answer streams: its beginning is there before its end", async (t) => {
  const { promise: goOn, resolve } = Promise.withResolvers<void>();
  const all = await cluster(t, async () => {
    const chunks = (async function* () {
      yield Buffer.from("one");
      await goOn;
      yield Buffer.from("two");
    })();
    return { status: 200, headers: {}, body: { type: "stream", chunks } };
  });
  await runPod(all, "10.1.2.3");
  const { body } = await all.call(`GET ${POD}/`);
  assert.ok(body.type === "stream");
  const chunks = body.chunks[Symbol.asyncIterator]();
  assert.equal(Buffer.from((await chunks.next()).value).toString(), "one");
  resolve();
  assert.equal(Buffer.from((await chunks.next()).value).toString(), "two");
  assert.equal((await chunks.next()).done, true);
});

test("redirects and links of packed HTML lead through the proxy", async (t) => {
  const bytes = gzipSync('<a href="/x">');
  const all = await cluster(
    t,
    async ({ path }): Promise<ApiResponse> =>
      path === "/page"
        ? {
            status: 200,
            headers: { "content-type": "text/html; charset=utf-8", "content-encoding": "gzip" },
            body: { type: "bytes", bytes },
          }
        : { status: 302, headers: { location: "/login" }, body: { type: "none" } },
  );
  await runPod(all, "10.1.2.3");
  assert.equal((await all.call(`GET ${POD}/`)).headers.location, `${POD}/login`);
  const page = await all.call(`GET ${POD}/page`);
  assert.equal(page.headers["content-encoding"], undefined);
  assert.equal(await text(page), `<a href="${POD}/x">`);
});

test("a WebSocket of any protocol goes through", async (t) => {
  const all = await cluster(t, async ({ upgrade }) => ({
    status: 101,
    headers: {},
    body: {
      type: "upgrade",
      subprotocol: upgrade!.subprotocols[0]!,
      serve: async (connection) => {
        for await (const stream of connection.streams)
          for await (const chunk of stream.incoming) await stream.write(Buffer.from(`got ${Buffer.from(chunk)}`));
      },
    },
  }));
  await runPod(all, "10.1.2.3");
  const upgrade = { protocol: "websocket", subprotocols: ["binary.k8s.io"] };
  const result = await connectUpgrade(
    (request) => all.call(`GET ${POD}/ws?a=b`, { ...request, method: "GET", path: `${POD}/ws` }),
    makeRequest({ path: "", upgrade }),
  );
  assert.ok("connection" in result);
  const channel = result.connection.channel(0);
  await channel.write(Buffer.from("x"));
  const { value } = await channel.incoming[Symbol.asyncIterator]().next();
  assert.equal(Buffer.from(value!).toString(), "got x");
  result.connection.close();
});

test("a service leads to the pods of its endpoints; without any it is unavailable", async (t) => {
  const all = await cluster(t, echo);
  await runPod(all, "10.1.2.3");
  const ns = "/api/v1/namespaces/default";
  const refused = async (what: string) => JSON.parse(await text(await all.call(what)));
  assert.equal((await refused(`GET ${ns}/services/s/proxy/`)).message, 'endpoints "s" not found');
  assert.equal((await refused(`GET ${ns}/services/s:80/proxy/`)).message, 'services "s" not found');
  await all.write(`POST ${ns}/services`, { metadata: { name: "s" }, spec: { ports: [{ name: "web", port: 80 }] } });
  await all.write(`POST ${ns}/endpoints`, { metadata: { name: "s" } });
  const none = await refused(`GET ${ns}/services/s:80/proxy/`);
  assert.deepEqual(
    [none.code, none.reason, none.message],
    [503, "ServiceUnavailable", 'no endpoints available for service "s"'],
  );
  const addresses = [
    { ip: "10.1.2.3", targetRef: { kind: "Pod", namespace: "default", name: "p" } },
    { ip: "10.9.9.9", targetRef: { kind: "Pod", namespace: "default", name: "p" } },
  ];
  const subsets = [{ addresses, ports: [{ name: "web", port: 8080 }] }];
  await all.write(`PUT ${ns}/endpoints/s`, { metadata: { name: "s" }, subsets });
  for (const name of ["s:80", "s:web", "https:s:web"])
    assert.equal((await all.call(`GET ${ns}/services/${name}/proxy/`)).status, 207);
  assert.equal((await refused(`GET ${ns}/services/s/proxy/`)).message, 'no endpoints available for service "s"');
  assert.deepEqual(all.reached, ["http://10.1.2.3:8080", "http://10.1.2.3:8080", "https://10.1.2.3:8080"]);
});

test("a pod that says it has this machine's address, or that nobody answers for, is an error", async (t) => {
  const all = await cluster(t, echo);
  await runPod(all, "127.0.0.1");
  const refused = async (what: string) => JSON.parse(await text(await all.call(what)));
  assert.deepEqual((({ code, message }) => [code, message])(await refused(`GET ${POD}/`)), [
    400,
    "address not allowed",
  ]);
  await all.write(
    "PATCH /api/v1/namespaces/default/pods/p/status",
    { status: { podIP: "10.0.0.9", podIPs: [{ ip: "10.0.0.9" }] } },
    "application/merge-patch+json",
  );
  const { code, reason, message } = await refused("GET /api/v1/namespaces/default/pods/p:1/proxy/");
  assert.deepEqual([code, reason], [503, "ServiceUnavailable"]);
  assert.match(message, /^error trying to reach service: dial tcp 127.0.0.1:1: connect: connection refused$/);
});

test("a node is its kubelet, and other ports of its address", async (t) => {
  const all = await cluster(t, echo);
  const refused = async (what: string) => JSON.parse(await text(await all.call(what)));
  assert.equal((await refused("GET /api/v1/nodes/n/proxy/")).message, 'nodes "n" not found');
  await all.write("POST /api/v1/nodes", { metadata: { name: "n" } });
  const { code, message } = await refused("GET /api/v1/nodes/n/proxy/");
  assert.deepEqual([code, message], [500, "no preferred addresses found; known addresses: []"]);
  const addresses = [{ type: "InternalIP", address: "10.0.0.7" }];
  await all.write("PATCH /api/v1/nodes/n/status", { status: { addresses } }, "application/merge-patch+json");
  assert.equal((await all.call("GET /api/v1/nodes/n:9100/proxy/metrics")).status, 207);
  assert.deepEqual(all.reached, ["http://10.0.0.7:9100"]);
});
