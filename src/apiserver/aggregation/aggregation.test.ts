import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import type { TLSSocket } from "node:tls";
import { type TestContext, test } from "node:test";
import { cryptoRandom, realClock, Scope, silentLog } from "../../base/index.ts";
import { type ApiRequest, type Handler, listen, makeRequest, nodeHttp, nodeHttps, readBody } from "../../net/index.ts";
import type { UserInfo } from "../../net/message.ts";
import { certificateToPem, createAuthority, issueKeyPair } from "../../pki/index.ts";
import { openMemoryStore } from "../../store/index.ts";
import { createApiServer } from "../create.ts";

const sources = { clock: realClock(), random: cryptoRandom() };
const authority = createAuthority({ ...sources, commonName: "extension-ca" });
const frontProxy = createAuthority({ ...sources, commonName: "front-proxy-ca" });
const serving = issueKeyPair(authority, {
  ...sources,
  subject: { commonName: "adapter" },
  sans: { dns: ["adapter.default.svc"], ip: [] },
  usages: ["server auth"],
});
const front = issueKeyPair(frontProxy, {
  ...sources,
  subject: { commonName: "front-proxy-client" },
  usages: ["client auth"],
});
const ADMIN: UserInfo = { name: "admin", groups: ["system:masters"] };
const GROUP = "metrics.example";
const VERSION = `/apis/${GROUP}/v1beta1`;
const NAME = `v1beta1.${GROUP}`;
const THINGS = `${VERSION}/namespaces/default/things`;
const SERVICES = "/apis/apiregistration.k8s.io/v1/apiservices";
const AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
const DOCUMENT = `/openapi/v3/apis/${GROUP}/v1beta1?hash=ABC`;
const RESOURCES = [
  {
    name: "things",
    singularName: "thing",
    namespaced: true,
    kind: "Thing",
    verbs: ["get", "list"],
    shortNames: ["th"],
  },
  {
    name: "things/scale",
    singularName: "",
    namespaced: true,
    group: "autoscaling",
    version: "v1",
    kind: "Scale",
    verbs: ["get"],
  },
];

interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, readonly string[]>>;
  readonly body: string;
  readonly commonName: string;
}

/** An API server behind another one, over TLS; only who shows the front proxy's certificate gets in. */
async function extensionServer(t: TestContext, more: Readonly<Record<string, (out: ServerResponse) => void>> = {}) {
  const seen: Seen[] = [];
  const json = (out: ServerResponse, status: number, value: unknown) =>
    out.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
  const answer = async (incoming: IncomingMessage, out: ServerResponse) => {
    const { method = "", url = "", headersDistinct: headers } = incoming;
    if (url === VERSION)
      return json(out, 200, { kind: "APIResourceList", groupVersion: `${GROUP}/v1beta1`, resources: RESOURCES });
    if (url === "/openapi/v3")
      return json(out, 200, {
        paths: {
          [`apis/${GROUP}/v1beta1`]: { serverRelativeURL: DOCUMENT },
          "apis/apps/v1": { serverRelativeURL: "/openapi/v3/apis/apps/v1?hash=BAD" },
        },
      });
    const own = more[url];
    if (own) return own(out);
    const parts: Buffer[] = [];
    for await (const chunk of incoming) parts.push(chunk);
    const commonName = String((incoming.socket as TLSSocket).getPeerCertificate().subject.CN);
    const body = Buffer.concat(parts).toString();
    seen.push({ method, url, headers: headers as Seen["headers"], body, commonName });
    return json(out, 207, { kind: "ThingList", items: [] });
  };
  const server = nodeHttps.createServer(
    {
      cert: serving.certificatePem,
      key: serving.keyPem,
      ca: certificateToPem(frontProxy.certificate),
      requestCert: true,
      rejectUnauthorized: true,
    },
    (incoming, out) => void answer(incoming, out),
  );
  server.on("upgrade", ({ headers }: IncomingMessage, socket: Duplex) => {
    const heard = `X-Heard: ${headers.connection}, from ${headers["x-remote-user"]}`;
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n${heard}\r\n\r\n`);
    socket.on("data", (bytes: Buffer) => socket.write(`echo ${bytes}`));
    socket.on("end", () => socket.end());
  });
  server.listen(0, "localhost");
  await once(server, "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { seen, server, port: (server.address() as AddressInfo).port };
}

async function apiServer(t: TestContext, dial?: () => Handler) {
  const scope = Scope.logging(silentLog);
  t.after(() => scope.close());
  const { handle, ready } = createApiServer({
    ...sources,
    store: openMemoryStore(),
    log: silentLog,
    scope,
    authorizationModes: ["AlwaysAllow"],
    proxyClient: { cert: front.certificatePem, key: front.keyPem },
    ...(dial && { dial }),
  });
  await ready;
  const call = async (what: string, parts: Partial<ApiRequest> = {}, user = ADMIN) => {
    const [method = "", url = ""] = what.split(" ");
    const [path = "", query = ""] = url.split("?");
    const peer = { address: "", identity: user };
    const response = await handle(makeRequest({ method, path, query, peer, ...parts }));
    const text = Buffer.from(await readBody(response)).toString();
    return { status: response.status, headers: response.headers, text, json: () => JSON.parse(text) };
  };
  const write = async (what: string, value: unknown) => {
    const answer = await call(what, {
      body: { type: "object", value },
      headers: { "content-type": "application/json" },
    });
    assert.ok(answer.status < 300, answer.text);
  };
  /** The message of the API service's condition once that has a status. */
  const settled = async (status: string) => {
    const abort = new AbortController();
    const query = `watch=1&fieldSelector=metadata.name=${NAME}`;
    const request = { path: SERVICES, query, peer: { address: "", identity: ADMIN }, signal: abort.signal };
    const { body } = await handle(makeRequest(request));
    assert.equal(body.type, "stream");
    for await (const line of linesOf(body.chunks as AsyncIterable<Uint8Array>)) {
      const [condition] = JSON.parse(line).object.status?.conditions ?? [];
      if (condition?.status !== status) continue;
      abort.abort();
      return condition as { readonly reason: string; readonly message: string };
    }
    return assert.fail("the watch has ended");
  };
  return { handle, call, write, settled };
}

async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let rest = "";
  for await (const chunk of chunks) {
    const lines = (rest + Buffer.from(chunk).toString()).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
}

const caBundle = Buffer.from(certificateToPem(authority.certificate)).toString("base64");

function apiService(port: number, more: object = { caBundle }) {
  const service = { namespace: "default", name: "adapter", port };
  const spec = { group: GROUP, version: "v1beta1", groupPriorityMinimum: 100, versionPriority: 100, service, ...more };
  return { metadata: { name: NAME }, spec };
}

type Api = Awaited<ReturnType<typeof apiServer>>;

/** Registers the server under a name that leads to this machine. */
async function register({ write }: Api, port: number, more?: object): Promise<void> {
  const spec = { type: "ExternalName", externalName: "localhost" };
  await write("POST /api/v1/namespaces/default/services", { metadata: { name: "adapter" }, spec });
  await write(`POST ${SERVICES}`, apiService(port, more));
}

test("a request goes to the server behind an API service, which learns who calls and nothing that proves it here", async (t) => {
  const extension = await extensionServer(t);
  const api = await apiServer(t);
  await register(api, extension.port);
  assert.equal((await api.settled("True")).message, "all checks passed");
  const user: UserInfo = {
    name: "jürgen",
    uid: "u1",
    groups: ["a", "b,c", "system:authenticated"],
    extra: { "example.com/Scopes": ["x", "y"] },
  };
  const answer = await api.call(
    `POST ${THINGS}?dryRun=All`,
    {
      headers: {
        authorization: "Bearer secret",
        "x-remote-user": "root",
        "x-remote-group": "system:masters",
        accept: "application/vnd.navarch.object, application/json",
        "content-type": "application/json",
      },
      body: { type: "object", value: { kind: "Thing" } },
    },
    user,
  );
  assert.equal(answer.status, 207);
  assert.deepEqual(answer.json(), { kind: "ThingList", items: [] });
  const [seen] = extension.seen;
  assert.deepEqual(
    [seen?.method, seen?.url, seen?.body, seen?.commonName],
    ["POST", `${THINGS}?dryRun=All`, '{"kind":"Thing"}', "front-proxy-client"],
  );
  const told = Object.entries(seen!.headers).filter(([name]) => /^(x-remote-|authorization|accept$)/.test(name));
  assert.deepEqual(Object.fromEntries(told), {
    "x-remote-user": [Buffer.from("jürgen").toString("latin1")],
    "x-remote-uid": ["u1"],
    "x-remote-group": ["a", "b,c", "system:authenticated"],
    "x-remote-extra-example.com%2fscopes": ["x", "y"],
    accept: ["application/json"],
  });
});

test("what the server serves is in discovery and in the list of documents, in order of priority", async (t) => {
  const extension = await extensionServer(t);
  const api = await apiServer(t);
  await register(api, extension.port);
  await api.settled("True");
  const { groups } = (await api.call("GET /apis")).json();
  assert.equal(groups.at(-1).name, GROUP);
  await api.write("POST /apis/apiextensions.k8s.io/v1/customresourcedefinitions", definition(GROUP, "v1"));
  await api.write(`PUT ${SERVICES}/${NAME}`, {
    ...(await api.call(`GET ${SERVICES}/${NAME}`)).json(),
    ...apiService(extension.port, { caBundle, groupPriorityMinimum: 17_801 }),
    metadata: (await api.call(`GET ${SERVICES}/${NAME}`)).json().metadata,
  });
  const ordered = (await api.call("GET /apis")).json().groups.map(({ name }: { name: string }) => name);
  assert.deepEqual(ordered.slice(0, 3), ["apiregistration.k8s.io", GROUP, "apps"]);
  const group = (await api.call(`GET /apis/${GROUP}`)).json();
  assert.deepEqual(
    group.versions.map(({ version }: { version: string }) => version),
    ["v1", "v1beta1"],
  );
  const { items } = (await api.call("GET /apis", { headers: { accept: AGGREGATED } })).json();
  const told = items.find(({ metadata }: { metadata: { name: string } }) => metadata.name === GROUP);
  assert.deepEqual(told.versions.at(-1), {
    version: "v1beta1",
    resources: [
      {
        resource: "things",
        responseKind: { group: GROUP, version: "v1beta1", kind: "Thing" },
        scope: "Namespaced",
        singularResource: "thing",
        verbs: ["get", "list"],
        shortNames: ["th"],
        subresources: [
          {
            subresource: "scale",
            responseKind: { group: "autoscaling", version: "v1", kind: "Scale" },
            verbs: ["get"],
          },
        ],
      },
    ],
    freshness: "Current",
  });
  const { paths } = (await api.call("GET /openapi/v3")).json();
  assert.equal(paths[`apis/${GROUP}/v1beta1`].serverRelativeURL, DOCUMENT);
  assert.doesNotMatch(paths["apis/apps/v1"].serverRelativeURL, /BAD/);
  await api.call(`GET ${DOCUMENT}`);
  assert.equal(extension.seen.at(-1)?.url, DOCUMENT);
  const root = (await api.call("GET /")).json().paths;
  assert.ok(root.includes(VERSION) && root.includes(`/apis/${GROUP}`));
});

function definition(group: string, version: string) {
  const names = { plural: "gadgets", singular: "gadget", kind: "Gadget", listKind: "GadgetList" };
  const schema = { openAPIV3Schema: { type: "object" } };
  const versions = [{ name: version, served: true, storage: true, schema }];
  return { metadata: { name: `gadgets.${group}` }, spec: { group, scope: "Namespaced", names, versions } };
}

test("an answer in pieces comes as its pieces come", async (t) => {
  const streams: ServerResponse[] = [];
  const extension = await extensionServer(t, {
    [`${THINGS}?watch=1`]: (out) => {
      streams.push(out.writeHead(200, { "content-type": "application/json" }));
      out.write('{"n":1}\n');
    },
  });
  const api = await apiServer(t);
  await register(api, extension.port);
  await api.settled("True");
  const request = makeRequest({ path: THINGS, query: "watch=1", peer: { address: "", identity: ADMIN } });
  const { body } = await api.handle(request);
  assert.equal(body.type, "stream");
  const lines = linesOf(body.chunks as AsyncIterable<Uint8Array>);
  assert.equal((await lines.next()).value, '{"n":1}');
  streams[0]!.end('{"n":2}\n');
  assert.equal((await lines.next()).value, '{"n":2}');
  assert.equal((await lines.next()).done, true);
});

test("a switch of protocols is passed on, and all that is said afterwards", async (t) => {
  const extension = await extensionServer(t);
  const api = await apiServer(t);
  await register(api, extension.port);
  await api.settled("True");
  const handler: Handler = (request) =>
    api.handle({ ...request, signal: request.signal, peer: { address: "", identity: ADMIN } });
  const listener = await listen({ host: "127.0.0.1", port: 0, handler, log: silentLog, clock: sources.clock });
  t.after(() => listener.close(0));
  const out = nodeHttp.request({
    port: listener.port,
    path: `${THINGS}/a/connect`,
    // As if who calls were about this connection only.
    headers: { connection: "Upgrade, X-Remote-User", upgrade: "SPDY/3.1" },
  });
  out.end();
  const [{ headers }, socket] = (await once(out, "upgrade")) as [IncomingMessage, Duplex];
  assert.equal(headers["x-heard"], `Upgrade, from ${ADMIN.name}`);
  socket.write("ping");
  const [bytes] = await once(socket, "data");
  assert.equal(String(bytes), "echo ping");
  socket.destroy();
});

test("a server that doesn't answer, or isn't whom it should be, is not available; what it told before is stale", async (t) => {
  const extension = await extensionServer(t);
  const api = await apiServer(t);
  await register(api, extension.port);
  await api.settled("True");
  extension.server.closeAllConnections();
  await new Promise((done) => extension.server.close(done));
  const refused = await api.call(`GET ${THINGS}`);
  assert.equal(refused.status, 503);
  assert.match(refused.text, /^error trying to reach service: dial tcp .*: connect: connection refused\n$/);
  const current = (await api.call(`GET ${SERVICES}/${NAME}`)).json();
  const wrong = { ...current.spec, insecureSkipTLSVerify: true, caBundle: null };
  await api.write(`PUT ${SERVICES}/${NAME}`, { ...current, spec: wrong });
  const failed = await api.settled("False");
  assert.equal(failed.reason, "FailedDiscoveryCheck");
  const url = `https://localhost:${extension.port}${VERSION}`;
  assert.ok(
    failed.message.startsWith(`failing or missing response from ${url}: Get "${url}": dial tcp `),
    failed.message,
  );
  const { status, text } = await api.call(`GET ${THINGS}`);
  assert.deepEqual([status, text], [503, "service unavailable\n"]);
  const { items } = (await api.call("GET /apis", { headers: { accept: AGGREGATED } })).json();
  const [version] = items.at(-1).versions;
  assert.deepEqual([version.freshness, version.resources[0].resource], ["Stale", "things"]);
  await api.call(`DELETE ${SERVICES}/${NAME}`);
  assert.equal((await api.call(`GET ${THINGS}`)).text, "404 page not found\n");
});

test("a certificate that doesn't lead to the authority asked for is not believed", async (t) => {
  const extension = await extensionServer(t);
  const api = await apiServer(t);
  const other = Buffer.from(certificateToPem(frontProxy.certificate)).toString("base64");
  await register(api, extension.port, { caBundle: other });
  assert.match((await api.settled("False")).message, /tls: failed to verify certificate: x509: /);
});

test("a server in a pod is reached at its endpoint", async (t) => {
  const asked: string[] = [];
  const dial = (): Handler => async (request) => {
    asked.push(`${request.path} ${request.headers["x-remote-user"]}`);
    return {
      status: 200,
      headers: { "content-type": "application/json" },
      body: { type: "bytes", bytes: Buffer.from("{}") },
    };
  };
  const api = await apiServer(t, dial);
  const ports = [{ name: "https", port: 443, targetPort: 8443 }];
  await api.write("POST /api/v1/namespaces/default/services", { metadata: { name: "adapter" }, spec: { ports } });
  await api.write("POST /apis/discovery.k8s.io/v1/namespaces/default/endpointslices", {
    metadata: { name: "adapter-1", labels: { "kubernetes.io/service-name": "adapter" } },
    addressType: "IPv4",
    ports: [{ name: "https", port: 8443 }],
    endpoints: [{ addresses: ["10.1.2.3"] }],
  });
  await api.write(`POST ${SERVICES}`, apiService(443));
  await api.settled("True");
  await api.call(`GET ${THINGS}`);
  assert.deepEqual([asked[0], asked.at(-1)], [`${VERSION} system:kube-aggregator`, `${THINGS} admin`]);
});
