import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { realClock, Scope, seededRandom, silentLog } from "../base/index.ts";
import { readBody } from "../net/index.ts";
import { openMemoryStore } from "../store/index.ts";
import { createApiServer } from "./create.ts";

const CONFIG_MAPS = "/api/v1/namespaces/default/configmaps";
const JSON_PATCH = "application/json-patch+json";
/** Far above what any of these takes, far below what they took without a limit. */
const MS_MAX = 30_000;

type Ask = (what: string, body?: string, type?: string) => Promise<{ code: number; message: string }>;

async function server(t: TestContext): Promise<Ask> {
  const clock = realClock();
  const scope = Scope.logging(silentLog);
  t.after(() => scope.close());
  const options = { store: openMemoryStore(), clock, random: seededRandom(1), log: silentLog, scope };
  const { handle, ready } = createApiServer(options);
  await ready;
  const peer = { address: "", identity: { name: "admin", groups: ["system:masters"] } };
  return async (what, text, type = "application/json") => {
    const [method = "", url = ""] = what.split(" ");
    const [path = "", query = ""] = url.split("?");
    const body =
      text === undefined ? ({ type: "none" } as const) : ({ type: "bytes", bytes: Buffer.from(text) } as const);
    const headers = { "content-type": type };
    const beginMs = clock.monotonicMs();
    const answer = await handle({ method, path, query, headers, body, peer, signal: new AbortController().signal });
    const { message = "" } = JSON.parse(Buffer.from(await readBody(answer)).toString());
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
    /yaml: exceeded max depth of 10000/,
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
  assert.equal((await ask(`GET /${"x".repeat(10_000)}`)).code, 414);
  const labels = Array.from({ length: 20_000 }, (_, index) => `a${index}`);
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
    assert.match((await ask(`GET ${CONFIG_MAPS}?limit=1&continue=${token}`)).message, /^continue key is not valid: /);
});
