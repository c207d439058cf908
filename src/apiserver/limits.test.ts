import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { gzipSync } from "node:zlib";
import { realClock, Scope, seededRandom, silentLog } from "../base/index.ts";
import { readBody } from "../net/index.ts";
import { openMemoryStore } from "../store/index.ts";
import { createApiServer } from "./create.ts";

const CONFIG_MAPS = "/api/v1/namespaces/default/configmaps";
const JSON_PATCH = "application/json-patch+json";
/** Far above what any of these takes, far below what they took without a limit. */
const MS_MAX = 30_000;

type Ask = (what: string, body?: string | Uint8Array, type?: string) => Promise<{ code: number; message: string }>;

async function server(t: TestContext, clock = realClock()): Promise<Ask> {
  const scope = Scope.logging(silentLog);
  t.after(() => scope.close());
  const options = { store: openMemoryStore(), clock, random: seededRandom(1), log: silentLog, scope };
  const { handle, ready } = createApiServer(options);
  await ready;
  const peer = { address: "", identity: { name: "admin", groups: ["system:masters"] } };
  return async (what, sent, type = "application/json") => {
    const [method = "", url = ""] = what.split(" ");
    const [path = "", query = ""] = url.split("?");
    const body =
      sent === undefined ? ({ type: "none" } as const) : ({ type: "bytes", bytes: Buffer.from(sent) } as const);
    const headers = { "content-type": type };
    const beginMs = clock.monotonicMs();
    const answer = await handle({ method, path, query, headers, body, peer, signal: new AbortController().signal });
    const text = Buffer.from(await readBody(answer)).toString();
    const { message = text } = text.startsWith("{") ? JSON.parse(text) : {};
    assert.ok(clock.monotonicMs() - beginMs < MS_MAX, `${what.slice(0, 80)} took too long`);
    return { code: answer.status, message };
  };
}

const refused = (code: number, message: string) => ({ code, message });

test("bodies, annotations and patches have limits", async (t) => {
  const ask = await server(t);
  const big = JSON.stringify({ metadata: { name: "a" }, data: { x: "x".repeat(3 * 1024 * 1024) } });
  assert.deepEqual(await ask(`POST ${CONFIG_MAPS}`, big), refused(413, "Request entity too large: limit is 3145728"));
  const annotations = { x: "x".repeat(256 * 1024) };
  const noted = await ask(`POST ${CONFIG_MAPS}`, JSON.stringify({ metadata: { name: "a", annotations } }));
  assert.match(noted.message, /metadata.annotations: Too long: may not be more than 262144 bytes$/);
  assert.equal(
    (await ask(`POST ${CONFIG_MAPS}`, JSON.stringify({ metadata: { name: "a" }, data: { k: "v" } }))).code,
    201,
  );
  const tests = Array(10_001).fill({ op: "test", path: "/data/k", value: "v" });
  const many = await ask(`PATCH ${CONFIG_MAPS}/a`, JSON.stringify(tests), JSON_PATCH);
  assert.match(
    many.message,
    /^Request entity too large: The allowed maximum operations in a JSON patch is 10000, got 10001$/,
  );
});

test("a patch that copies a document into itself is refused before it has doubled too often", async (t) => {
  const ask = await server(t);
  await ask(`POST ${CONFIG_MAPS}`, JSON.stringify({ metadata: { name: "a" }, data: { k: "v" } }));
  const copies = Array.from({ length: 60 }, (_, index) => ({ op: "copy", from: "/data", path: `/data/k${index}` }));
  assert.equal((await ask(`PATCH ${CONFIG_MAPS}/a`, JSON.stringify(copies), JSON_PATCH)).code, 422);
});

test("a patch into what all objects inherit from stays in its document", async (t) => {
  const ask = await server(t);
  await ask(`POST ${CONFIG_MAPS}`, JSON.stringify({ metadata: { name: "a" }, data: { k: "v" } }));
  for (const first of ["/__proto__", "/data/constructor", "/data/constructor/prototype"]) {
    const deeper = ["", "/stray", "/stray/x"].map((path) => ({ op: "add", path: first + path, value: {} }));
    const patch = [
      ...(first.endsWith("prototype") ? [{ op: "add", path: "/data/constructor", value: {} }] : []),
      ...deeper,
    ];
    const { code } = await ask(
      `PATCH ${CONFIG_MAPS}/a`,
      JSON.stringify([...patch, { op: "add", path: "/kind", value: 5 }]),
      JSON_PATCH,
    );
    assert.equal(code, 422);
  }
  assert.ok(!("stray" in {}) && !("stray" in Object));
});

test("a body is taken as it comes: Content-Encoding means nothing, whatever it would unpack to", async (t) => {
  const ask = await server(t);
  const packed = gzipSync(Buffer.alloc(100_000_000));
  assert.match(
    (await ask(`POST ${CONFIG_MAPS}`, packed, "application/json")).message,
    /json parse error: invalid character '\\x1f' looking/,
  );
  assert.equal((await ask(`POST ${CONFIG_MAPS}`, packed, "application/yaml")).code, 400);
  assert.equal((await ask(`POST ${CONFIG_MAPS}`, packed, "application/vnd.kubernetes.protobuf")).code, 400);
  await ask(`POST ${CONFIG_MAPS}`, JSON.stringify({ metadata: { name: "a" } }));
  assert.equal((await ask(`PATCH ${CONFIG_MAPS}/a`, packed, "application/merge-patch+json")).code, 400);
});

test("an object of more than 1.5 MiB is refused in the store's words, however it is written", async (t) => {
  const ask = await server(t);
  const policies = "/apis/networking.k8s.io/v1/namespaces/default/networkpolicies";
  const policy = (name: string, count: number) => {
    const ingress = Array.from({ length: count }, () => ({ from: [{ ipBlock: { cidr: "10.0.0.0/8" } }] }));
    return JSON.stringify({ metadata: { name }, spec: { podSelector: {}, ingress } });
  };
  const tooLarge = refused(500, "etcdserver: request is too large");
  assert.deepEqual(await ask(`POST ${policies}`, policy("a", 50_000)), tooLarge);
  assert.equal((await ask(`POST ${policies}`, policy("a", 5_000))).code, 201);
  const { spec } = JSON.parse(policy("a", 50_000));
  assert.deepEqual(
    await ask(`PATCH ${policies}/a`, JSON.stringify({ spec }), "application/merge-patch+json"),
    tooLarge,
  );
  assert.deepEqual(await ask(`PUT ${policies}/a`, policy("a", 50_000)), tooLarge);
});

/** A ConfigMap with so many entries that what is noted of its managers is as long as they are. */
const entries = (name: string, count: number) =>
  JSON.stringify({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name },
    data: Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, "vvvvvv"])),
  });

test("an object that only the notes of its managers make too large is stored without them, unless it is applied", async (t) => {
  const ask = await server(t);
  const managers = async (name: string) => {
    const { managedFields } = JSON.parse((await ask(`GET ${CONFIG_MAPS}/${name}`)).message).metadata;
    return managedFields?.length;
  };
  assert.equal((await ask(`POST ${CONFIG_MAPS}`, entries("a", 60_000))).code, 201);
  assert.equal(await managers("a"), undefined);
  assert.equal((await ask(`POST ${CONFIG_MAPS}`, entries("b", 10))).code, 201);
  assert.equal(await managers("b"), 1);
  assert.equal((await ask(`PUT ${CONFIG_MAPS}/b`, entries("b", 60_000))).code, 200);
  assert.equal(await managers("b"), undefined);
  const applied = `PATCH ${CONFIG_MAPS}/c?fieldManager=me`;
  assert.deepEqual(
    await ask(applied, entries("c", 60_000), "application/apply-patch+yaml"),
    refused(500, "etcdserver: request is too large"),
  );
});

test("others have their turn between the steps of the work on something large, sent or stored, and only then", async (t) => {
  const clock = realClock();
  let turns = 0;
  const ask = await server(t, {
    ...clock,
    yield() {
      turns++;
      return clock.yield();
    },
  });
  const turnsOf = async (...call: Parameters<Ask>) => {
    const before = turns;
    assert.ok((await ask(...call)).code < 300, call[0]);
    return turns - before;
  };
  const label = '{"metadata":{"labels":{"a":"b"}}}';
  // One is the turn that it is begun in, which it may share with the one before it.
  assert.ok((await turnsOf(`POST ${CONFIG_MAPS}`, entries("small", 10))) <= 1);
  assert.ok((await turnsOf(`PATCH ${CONFIG_MAPS}/small`, label, "application/merge-patch+json")) <= 1);
  assert.ok((await turnsOf(`POST ${CONFIG_MAPS}`, entries("large", 20_000))) >= 7);
  assert.ok((await turnsOf(`PUT ${CONFIG_MAPS}/large`, entries("large", 20_001))) >= 7);
  assert.ok((await turnsOf(`PATCH ${CONFIG_MAPS}/large`, label, "application/merge-patch+json")) >= 5);
});

test("about one document a hundred complaints are made at most", async (t) => {
  const ask = await server(t);
  const fields = (value: string) => Array.from({ length: 80 }, (_, index) => `"u${index}":${value}`).join();
  const twice = `{"metadata":{"name":"a"},"data":{${fields('"a"')},${fields('"b"')}},${fields("1")},${fields("2")}}`;
  const { code, message } = await ask(`POST ${CONFIG_MAPS}?fieldValidation=Strict`, twice);
  assert.equal(code, 400);
  assert.equal(message.match(/(duplicate|unknown) field/g)?.length, 100);
});

test("texts of very many documents, faults, aliases or keys given twice are read in time", async (t) => {
  const ask = await server(t);
  const yaml = (text: string) => ask(`POST ${CONFIG_MAPS}?fieldValidation=Warn`, text, "application/yaml");
  // What has a second anchor before anything else is nothing, with an anchor.
  assert.match((await yaml("&a ".repeat(300_000))).message, /metadata.name: Required value/);
  for (const text of ["*a ".repeat(100_000), "a: ".repeat(100_000), "- ".repeat(100_000)])
    assert.match((await yaml(text)).message, /yaml: /);
  assert.equal((await yaml(`metadata: {name: docs}\n${"---\n".repeat(200_000)}`)).code, 201);
  const twice = `metadata: {name: twice}\ndata: {${"a: b, ".repeat(200_000)}}`;
  assert.equal((await yaml(twice)).code, 201);
  const json = `{"metadata":{"name":"json"},"data":{${'"a":"b",'.repeat(200_000)}"a":"b"}}`;
  assert.equal((await ask(`POST ${CONFIG_MAPS}`, json)).code, 201);
});

test("lists of very many entries, each of which has to be the only one of its kind, are checked in time", async (t) => {
  const ask = await server(t);
  const many = <T>(make: (index: number) => T, count = 20_000) =>
    Array.from({ length: count }, (_, index) => make(index));
  const ownerReferences = many((index) => ({ apiVersion: "v1", kind: "A", name: "x", uid: `${index}` }), 15_000);
  assert.equal(
    (await ask(`POST ${CONFIG_MAPS}`, JSON.stringify({ metadata: { name: "a", ownerReferences } }))).code,
    201,
  );
  const again = JSON.stringify({ metadata: { name: "b", ownerReferences: [...ownerReferences, ...ownerReferences] } });
  assert.equal((await ask(`POST ${CONFIG_MAPS}`, again)).code, 201);
  const ports = many((index) => ({ name: `p${index}`, port: index + 1 }), 5_000);
  assert.equal(
    (
      await ask(
        "POST /api/v1/namespaces/default/services",
        JSON.stringify({ metadata: { name: "a" }, spec: { ports } }),
      )
    ).code,
    201,
  );
  const taints = many((index) => ({ key: `k${index}`, effect: "NoSchedule" }), 10_000);
  assert.equal(
    (await ask("POST /api/v1/nodes", JSON.stringify({ metadata: { name: "a" }, spec: { taints } }))).code,
    201,
  );
});

test("what is nested too deep or refers to itself too often is refused", async (t) => {
  const ask = await server(t);
  await ask(`POST ${CONFIG_MAPS}`, JSON.stringify({ metadata: { name: "a" } }));
  const deep = `{"metadata":{"name":"a"},"x":${"[".repeat(100_000)}${"]".repeat(100_000)}}`;
  assert.match((await ask(`POST ${CONFIG_MAPS}`, deep)).message, /exceeded max depth/);
  assert.match(
    (await ask(`PATCH ${CONFIG_MAPS}/a`, deep, "application/merge-patch+json")).message,
    /exceeded max depth/,
  );
  const yaml = `metadata: {name: a}\nx: ${"[".repeat(100_000)}${"]".repeat(100_000)}`;
  assert.match(
    (await ask(`POST ${CONFIG_MAPS}`, yaml, "application/yaml")).message,
    /yaml: line 2: exceeded max depth of 10000/,
  );
  const laughs = "bcdefghijkl".split("").map((name, index) => {
    const before = "abcdefghijk"[index]!;
    return `${name}: &${name} [${Array(9).fill(`*${before}`).join(",")}]`;
  });
  const bomb = await ask(`POST ${CONFIG_MAPS}`, ["a: &a [x, x]", ...laughs].join("\n"), "application/yaml");
  assert.match(bomb.message, /yaml: document contains excessive aliasing/);
});

test("a map of very many keys in YAML is read in time", async (t) => {
  const ask = await server(t);
  const keys = Array.from({ length: 20_000 }, (_, index) => `  key-${index}: b`).join("\n");
  const { code } = await ask(
    `POST ${CONFIG_MAPS}?dryRun=All`,
    `metadata:\n  name: a\ndata:\n${keys}\n`,
    "application/yaml",
  );
  assert.equal(code, 201);
});

test("long paths and selectors, and garbage where numbers and tokens belong, cost little", async (t) => {
  const ask = await server(t);
  for (const path of ["x".repeat(1_000_000), "x/".repeat(500_000), `api/v1/namespaces/${"x".repeat(1_000_000)}`])
    assert.equal((await ask(`GET /${path}`)).code, 404);
  const labels = Array.from({ length: 20_000 }, (_, index) => `a${index}`);
  assert.equal((await ask(`GET ${CONFIG_MAPS}?${"a=b&".repeat(250_000)}`)).code, 200);
  assert.equal((await ask(`GET ${CONFIG_MAPS}?labelSelector=${labels.join(",")}`)).code, 200);
  assert.equal(
    (await ask(`GET ${CONFIG_MAPS}?labelSelector=${encodeURIComponent("a in (".repeat(20_000))}`)).code,
    400,
  );
  assert.equal((await ask(`GET ${CONFIG_MAPS}?fieldSelector=${encodeURIComponent("\\".repeat(50_001))}`)).code, 400);
  const number = (text: string, why: string) => refused(400, `strconv.ParseInt: parsing "${text}": ${why}`);
  assert.deepEqual(await ask(`GET ${CONFIG_MAPS}?limit=abc`), number("abc", "invalid syntax"));
  assert.deepEqual(
    await ask(`GET ${CONFIG_MAPS}?limit=9223372036854775808`),
    number("9223372036854775808", "value out of range"),
  );
  assert.equal((await ask(`GET ${CONFIG_MAPS}?limit=9223372036854775807`)).code, 200);
  for (const token of ["abc", "%25", Buffer.from("[".repeat(100_000)).toString("base64url")])
    assert.match(
      (await ask(`GET ${CONFIG_MAPS}?limit=1&continue=${token}`)).message,
      /^invalid continue token: continue key is not valid: /,
    );
});
