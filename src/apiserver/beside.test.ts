import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { ConfigMap } from "../api/index.ts";
import { realClock, Scope, seededRandom, silentLog } from "../base/index.ts";
import { readBody } from "../net/index.ts";
import type { Handler } from "../net/message.ts";
import { encodeProtoObject } from "../schema/index.ts";
import { openMemoryStore } from "../store/index.ts";
import { createServerBeside } from "./beside.ts";
import { type ApiServerOptions, createApiServer } from "./create.ts";

const CONFIG_MAPS = "/api/v1/namespaces/default/configmaps";
const DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const THINGS = "/apis/x.io/v1/namespaces/default/things";
const YAML = "application/yaml";
const PROTOBUF = "application/vnd.kubernetes.protobuf";
const TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io";
const MERGE = "application/merge-patch+json";
const STRATEGIC = "application/strategic-merge-patch+json";
const JSON_PATCH = "application/json-patch+json";
const APPLY = "application/apply-patch+yaml";
/** What makes an object too much to be worked on in place. */
const COUNT = 21_000;
/** Of answers, which repeat what is wrong with each of so many values. */
const BODY_BYTES_MAX = 64 * 1024 * 1024;

/** All that happens happens at one time, which protobuf tells. */
const NOW_MS = Date.UTC(2026, 0, 1);

interface Ask {
  readonly what: string;
  readonly body?: string | Uint8Array;
  readonly type?: string;
  readonly accept?: string;
}

/** Asks a server as a client does that comes over the network; counts what was answered beside. */
async function server(t: TestContext, withBeside: boolean) {
  const scope = Scope.logging(silentLog);
  t.after(() => scope.close());
  const tokens = [{ token: "t", user: "jane", uid: "1", groups: ["system:masters"] }];
  const clock = { ...realClock(), now: () => NOW_MS };
  const options = { store: openMemoryStore(), clock, log: silentLog, scope, tokens };
  const other = withBeside ? createServerBeside({ ...options, random: seededRandom(2) }) : undefined;
  const counted = { beside: 0 };
  const beside: Handler = async (request) => {
    counted.beside++;
    return other!(request, await options.store.revision());
  };
  const whole: ApiServerOptions = { ...options, random: seededRandom(1), ...(other && { beside }) };
  const { handle, ready } = createApiServer(whole);
  await ready;
  const ask = async ({ what, body, type = "application/json", accept = "application/json" }: Ask) => {
    const [method = "", url = ""] = what.split(" ");
    const [path = "", query = ""] = url.split("?");
    const response = await handle({
      ...{ method, path, query, signal: new AbortController().signal },
      headers: { "content-type": type, accept, authorization: "Bearer t", "user-agent": "test/1" },
      body: body === undefined ? { type: "none" } : { type: "bytes", bytes: Buffer.from(body) },
      peer: { address: "" },
    });
    const { "content-type": contentType, warning } = response.headers;
    return {
      status: response.status,
      contentType,
      warning,
      text: Buffer.from(await readBody(response, BODY_BYTES_MAX)).toString("latin1"),
    };
  };
  return { ask, counted };
}

/** Uids, and versions, which what goes on by itself counts up as well. */
const VOLATILE = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}|"?resourceVersion"?: ?"\d+"/g;

type Answer = Awaited<ReturnType<Awaited<ReturnType<typeof server>>["ask"]>>;

function stable({ text, ...rest }: Answer) {
  return { ...rest, text: text.replace(VOLATILE, "…") };
}

const key = (index: number) => `k${String(index).padStart(5, "0")}`;
const keys = (count: number, value = '"v"') =>
  Array.from({ length: count }, (_, index) => `"${key(index)}":${value}`).join();
const configMap = (name: string, data: string, more = "") =>
  `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"${name}"${more}},"data":{${data}}}`;

const DEFINITION = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "things.x.io" },
  spec: {
    group: "x.io",
    scope: "Namespaced",
    names: { plural: "things", singular: "thing", kind: "Thing", listKind: "ThingList" },
    versions: [
      {
        name: "v1",
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: "object",
            properties: {
              spec: { type: "object", additionalProperties: { type: "string", maxLength: 3 } },
            },
          },
        },
      },
    ],
  },
};

const thing = (spec: string) => `{"apiVersion":"x.io/v1","kind":"Thing","metadata":{"name":"a"},"spec":{${spec}}}`;

function encoded(): Uint8Array {
  const data = Object.fromEntries(Array.from({ length: COUNT }, (_, index) => [key(index), "v"]));
  const object = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "proto" }, data };
  return encodeProtoObject(ConfigMap.struct, object as never);
}

/** In order, since later ones are about what earlier ones have made; `isHeavy`: answered beside. */
const ASKED: readonly (Ask & { readonly isHeavy: boolean })[] = [
  { what: `POST ${CONFIG_MAPS}`, body: configMap("small", '"a":"b"'), isHeavy: false },
  { what: `POST ${CONFIG_MAPS}`, body: configMap("wide", `${keys(COUNT)},"${key(7)}":"w"`), isHeavy: true },
  { what: `POST ${CONFIG_MAPS}`, body: configMap("wide", keys(COUNT)), isHeavy: true },
  {
    what: `POST ${CONFIG_MAPS}?dryRun=All&fieldValidation=Strict`,
    body: configMap("x", keys(COUNT), `,${keys(2)}`),
    isHeavy: true,
  },
  { what: `POST ${CONFIG_MAPS}`, body: configMap("labels", "", `,"labels":{${keys(COUNT, '"-"')}}`), isHeavy: true },
  { what: `POST ${CONFIG_MAPS}`, body: "[".repeat(30_000), isHeavy: true },
  {
    what: `POST ${CONFIG_MAPS}`,
    body: `metadata: {name: yaml}\ndata:\n${keys(COUNT).replaceAll(",", "\n").replace(/^/gm, "  ").replaceAll(":", ": ")}`,
    type: YAML,
    isHeavy: true,
  },
  { what: `POST ${CONFIG_MAPS}`, body: encoded(), type: PROTOBUF, accept: PROTOBUF, isHeavy: true },
  { what: `GET ${CONFIG_MAPS}/wide`, isHeavy: false },
  { what: `GET ${CONFIG_MAPS}/wide`, accept: "application/yaml", isHeavy: true },
  { what: `GET ${CONFIG_MAPS}/wide`, accept: TABLE, isHeavy: false },
  { what: `GET ${CONFIG_MAPS}/wide`, accept: PROTOBUF, isHeavy: false },
  { what: `GET ${CONFIG_MAPS}`, isHeavy: false },
  { what: `GET ${CONFIG_MAPS}`, accept: TABLE, isHeavy: false },
  { what: `GET ${CONFIG_MAPS}`, accept: "application/yaml", isHeavy: true },
  { what: `POST ${CONFIG_MAPS}`, body: configMap("wider", keys(2 * COUNT)), isHeavy: true },
  { what: `GET ${CONFIG_MAPS}/wider`, accept: TABLE, isHeavy: true },
  { what: `GET ${CONFIG_MAPS}?limit=3`, accept: TABLE, isHeavy: false },
  { what: `GET ${CONFIG_MAPS}`, accept: TABLE, isHeavy: true },
  { what: `DELETE ${CONFIG_MAPS}/wider`, isHeavy: true },
  { what: `PATCH ${CONFIG_MAPS}/wide`, body: '{"data":{"a":"b"}}', type: MERGE, isHeavy: true },
  { what: `PATCH ${CONFIG_MAPS}/small`, body: `{"data":{${keys(COUNT)}}}`, type: STRATEGIC, isHeavy: true },
  { what: `PUT ${CONFIG_MAPS}/wide`, body: configMap("wide", '"a":"b"'), isHeavy: true },
  { what: `PUT ${CONFIG_MAPS}/wide`, body: configMap("wide", '"a":"c"'), isHeavy: false },
  { what: `PUT ${CONFIG_MAPS}/none`, body: configMap("none", keys(COUNT)), isHeavy: true },
  {
    what: `PATCH ${CONFIG_MAPS}/wide`,
    body: JSON.stringify(
      Array.from({ length: 40 }, (_, index) => ({ op: "copy", from: "/metadata", path: `/metadata/c${index}` })),
    ),
    type: JSON_PATCH,
    isHeavy: true,
  },
  {
    what: `PATCH ${CONFIG_MAPS}/applied?fieldManager=m`,
    body: configMap("applied", keys(COUNT)),
    type: APPLY,
    isHeavy: true,
  },
  {
    what: `PATCH ${CONFIG_MAPS}/applied?fieldManager=n`,
    body: configMap("applied", `"${key(1)}":"n"`),
    type: APPLY,
    isHeavy: true,
  },
  {
    what: `DELETE ${CONFIG_MAPS}/applied`,
    body: `{"kind":"DeleteOptions","apiVersion":"v1","dryRun":[${'"All",'.repeat(COUNT)}"All"]}`,
    isHeavy: true,
  },
  { what: `DELETE ${CONFIG_MAPS}/applied`, isHeavy: true },
  { what: `DELETE ${CONFIG_MAPS}`, isHeavy: true },
  {
    what: `POST ${DEFINITIONS}`,
    body: JSON.stringify({
      ...DEFINITION,
      metadata: { ...DEFINITION.metadata, annotations: JSON.parse(`{${keys(COUNT)}}`) },
    }),
    isHeavy: true,
  },
];

/** Of a custom kind, once it is served. */
const CUSTOM: readonly (Ask & { readonly isHeavy: boolean })[] = [
  { what: `POST ${THINGS}`, body: thing(keys(COUNT)), isHeavy: true },
  { what: `POST ${THINGS}`, body: thing(keys(COUNT, '"too long"')), isHeavy: true },
  { what: `POST ${THINGS}`, body: thing(keys(COUNT, "1")), isHeavy: true },
  { what: `GET ${THINGS}/a`, isHeavy: true },
  { what: `PATCH ${THINGS}/a`, body: '{"spec":{"a":"b"}}', type: MERGE, isHeavy: true },
];

test("what is answered beside is what would have been answered in place", async (t) => {
  const [plain, divided] = [await server(t, false), await server(t, true)];
  const compare = async ({ isHeavy, ...ask }: (typeof ASKED)[number]) => {
    const before = divided.counted.beside;
    const expected = stable(await plain.ask(ask));
    const given = stable(await divided.ask(ask));
    assert.deepEqual(given, expected, ask.what);
    assert.equal(divided.counted.beside - before, isHeavy ? 1 : 0, `${ask.what} is answered beside`);
  };
  for (const one of ASKED) await compare(one);
  for (const { ask } of [plain, divided])
    while ((await ask({ what: `GET ${THINGS}` })).status !== 200) await realClock().yield();
  for (const one of CUSTOM) await compare(one);
});

test("a definition that was changed beside is served as it is from its answer on", async (t) => {
  const { ask, counted } = await server(t, true);
  assert.equal((await ask({ what: `POST ${DEFINITIONS}`, body: JSON.stringify(DEFINITION) })).status, 201);
  while ((await ask({ what: `GET ${THINGS}` })).status !== 200) await realClock().yield();
  const small = thing('"a":"long"');
  assert.equal((await ask({ what: `POST ${THINGS}`, body: small })).status, 422);
  const [version] = DEFINITION.spec.versions;
  const wider = { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } };
  const change = {
    metadata: { annotations: JSON.parse(`{${keys(COUNT)}}`) },
    spec: { versions: [{ ...version, schema: wider }] },
  };
  assert.equal(
    (await ask({ what: `PATCH ${DEFINITIONS}/things.x.io`, body: JSON.stringify(change), type: MERGE })).status,
    200,
  );
  assert.equal(counted.beside, 1);
  assert.equal((await ask({ what: `POST ${THINGS}`, body: small })).status, 201);
  assert.equal(counted.beside, 1);
});

test("who calls from the same process is answered in place", async (t) => {
  const scope = Scope.logging(silentLog);
  t.after(() => scope.close());
  const options = { store: openMemoryStore(), clock: realClock(), random: seededRandom(1), log: silentLog, scope };
  const { handle, ready } = createApiServer({ ...options, beside: () => assert.fail("nothing is passed on") });
  await ready;
  const { status } = await handle({
    ...{ method: "POST", path: CONFIG_MAPS, query: "", headers: {}, signal: new AbortController().signal },
    body: { type: "bytes", bytes: Buffer.from(configMap("wide", keys(COUNT))) },
    peer: { address: "", identity: { name: "admin", groups: ["system:masters"] } },
  });
  assert.equal(status, 201);
});
