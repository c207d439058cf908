import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { type TestContext, test } from "node:test";
import { realClock, Scope, seededRandom, silentLog } from "../../base/index.ts";
import { type ApiRequest, readBody } from "../../net/index.ts";
import { openMemoryStore } from "../../store/index.ts";
import { createApiServer } from "../create.ts";
import { caller } from "../testing/requests.ts";

// biome-ignore lint/suspicious/noExplicitAny: objects of any kind, which the tests take apart
type Json = any;

const DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const things = (version: string, name = "") =>
  `/apis/example.com/${version}/namespaces/default/things${name && `/${name}`}`;
const MERGE = { "content-type": "application/merge-patch+json" };
const APPLY = { "content-type": "application/apply-patch+yaml" };

/** v1 has `host` and `port`, v2 has both in `address`. */
function converted({ spec, ...object }: Json, apiVersion: string): Json {
  const { host, port, address, ...rest } = spec;
  const [first, second] = String(address ?? "").split(":");
  const own = apiVersion.endsWith("v1") ? { host: first, port: Number(second) } : { address: `${host}:${port}` };
  return { ...object, apiVersion, spec: { ...rest, ...own } };
}

type Respond = (request: Json) => Json;

/** A server with things that a webhook converts, in the way that `hook.respond` says. */
async function start(t: TestContext) {
  const scope = Scope.logging(silentLog);
  t.after(() => scope.close());
  const hook: { respond: Respond; reviews: Json[] } = { respond: () => ({}), reviews: [] };
  const dial = () => async (request: ApiRequest) => {
    const review = JSON.parse(Buffer.from(await readBody(request)).toString());
    hook.reviews.push(review);
    const { uid, objects, desiredAPIVersion } = review.request;
    const convertedObjects = objects.map((one: Json) => converted(one, desiredAPIVersion));
    const response = { uid, result: { status: "Success" }, convertedObjects, ...hook.respond(review.request) };
    return {
      status: 200,
      headers: { "content-type": "application/json" },
      body: { type: "bytes", bytes: Buffer.from(JSON.stringify({ ...review, response })) } as const,
    };
  };
  const options = {
    store: openMemoryStore(),
    clock: realClock(),
    random: seededRandom(1),
    log: silentLog,
    scope,
    dial,
  };
  const { handle, ready } = createApiServer(options);
  await ready;
  const call = caller(handle);
  const ask = async (what: string, body?: unknown, headers: Record<string, string> = {}) => {
    const answer = await call(what, body, { "content-type": "application/json", ...headers });
    const text = Buffer.from(await readBody(answer)).toString();
    return { code: answer.status, value: parsed(text) };
  };
  await serve(ask);
  const define = (strategy: Json) => ask(`POST ${DEFINITIONS}`, definition(strategy));
  assert.equal((await define(WEBHOOK)).code, 201);
  for (let turn = 0; (await ask(`GET ${things("v1")}`)).code === 404; turn++) {
    assert.ok(turn < 1000, "the definition isn't served");
    await realClock().yield();
  }
  return { ask, hook };
}

/** An object, the events of a watch, or what a path says that isn't there. */
function parsed(text: string): Json {
  if (!text.startsWith("{")) return text;
  const lines = text.trim().split("\n");
  return text.startsWith('{"type"') ? lines.map((line) => JSON.parse(line)) : JSON.parse(text);
}

/** The service that the webhook is behind. */
async function serve(ask: (what: string, body?: unknown) => Promise<unknown>): Promise<void> {
  const metadata = { name: "hook", labels: { "kubernetes.io/service-name": "hook" } };
  const ports = [{ port: 443, targetPort: 8443 }];
  await ask("POST /api/v1/namespaces/default/services", { metadata, spec: { ports } });
  const slice = { addressType: "IPv4", ports: [{ name: "", port: 8443 }], endpoints: [{ addresses: ["10.1.2.3"] }] };
  await ask("POST /apis/discovery.k8s.io/v1/namespaces/default/endpointslices", { metadata, ...slice });
}

const WEBHOOK = {
  strategy: "Webhook",
  webhook: { clientConfig: { service: { name: "hook", namespace: "default" } }, conversionReviewVersions: ["v1"] },
};

function definition(conversion: Json): Json {
  const version = (name: string, properties: Json) => ({
    name,
    served: true,
    storage: name === "v1",
    schema: { openAPIV3Schema: { type: "object", properties: { spec: { type: "object", properties } } } },
    subresources: { scale: { specReplicasPath: ".spec.replicas", statusReplicasPath: ".status.replicas" } },
  });
  const text = { type: "string" };
  const number = { type: "integer" };
  return {
    metadata: { name: "things.example.com" },
    spec: {
      group: "example.com",
      scope: "Namespaced",
      names: { plural: "things", kind: "Thing" },
      conversion,
      versions: [
        version("v1", { host: text, port: number, replicas: number }),
        version("v2", { address: text, replicas: number }),
      ],
    },
  };
}

const thing = (version: string, name: string, spec: Json) => ({
  apiVersion: `example.com/${version}`,
  kind: "Thing",
  metadata: { name },
  spec,
});

test("what is written in one version is read, listed, watched and scaled in another", async (t) => {
  const { ask, hook } = await start(t);
  const made = await ask(`POST ${things("v2")}`, thing("v2", "a", { address: "h:1", replicas: 2 }));
  assert.deepEqual([made.code, made.value.spec], [201, { replicas: 2, address: "h:1" }]);
  assert.deepEqual((await ask(`GET ${things("v1", "a")}`)).value.spec, { replicas: 2, host: "h", port: 1 });
  const patch = await ask(`PATCH ${things("v2", "a")}`, { spec: { address: "i:2" } }, MERGE);
  assert.equal(patch.value.spec.address, "i:2");
  const { value: list } = await ask(`GET ${things("v2")}`);
  assert.deepEqual(
    list.items.map(({ apiVersion, spec }: Json) => [apiVersion, spec.address]),
    [["example.com/v2", "i:2"]],
  );
  const { value: events } = await ask(`GET ${things("v1")}?watch=true&resourceVersion=0&timeoutSeconds=1`);
  assert.deepEqual(
    events.map(({ type, object }: Json) => [type, object.spec.host]),
    [["ADDED", "i"]],
  );
  assert.equal((await ask(`GET ${things("v2", "a")}/scale`)).value.spec.replicas, 2);
  // Nothing is asked of who is spoken to in the version that is stored.
  hook.reviews.length = 0;
  await ask(`PATCH ${things("v1", "a")}`, { spec: { port: 3 } }, MERGE);
  assert.deepEqual(
    hook.reviews.filter(({ request }) => request.desiredAPIVersion === "example.com/v1"),
    [],
  );
  const { metadata } = (await ask(`GET ${things("v1", "a")}`)).value;
  const versions = metadata.managedFields.map(({ apiVersion }: Json) => apiVersion);
  assert.deepEqual([...new Set(versions)].sort(), ["example.com/v1", "example.com/v2"]);
});

test("who applies in one version owns the same in another", async (t) => {
  const { ask } = await start(t);
  await ask(`PATCH ${things("v1", "a")}?fieldManager=one`, thing("v1", "a", { host: "h", port: 1 }), APPLY);
  const other = await ask(`PATCH ${things("v2", "a")}?fieldManager=two`, thing("v2", "a", { address: "x:1" }), APPLY);
  assert.equal(other.value.message, 'Apply failed with 1 conflict: conflict with "one": .spec.host');
});

for (const [title, respond, message] of [
  ["refuses", () => ({ result: { status: "Failure", message: "not today" } }), "failed: not today"],
  ["says too little", () => ({ convertedObjects: [] }), "returned 0 objects, expected 1"],
  [
    "renames",
    ({ objects, desiredAPIVersion }: Json) => ({
      convertedObjects: objects.map((one: Json) => ({ ...converted(one, desiredAPIVersion), metadata: { name: "b" } })),
    }),
    "returned invalid object: must have the same name: a != b",
  ],
  [
    "labels badly",
    ({ objects, desiredAPIVersion }: Json) => ({
      convertedObjects: objects.map((one: Json) => ({
        ...converted(one, desiredAPIVersion),
        metadata: { ...one.metadata, labels: { a: 1 } },
      })),
    }),
    "returned invalid metadata: metadata.labels[a] must be a string, but is int64 in converted object",
  ],
] as const)
  test(`a webhook that ${title} is told of to who reads in another version, and to nobody else`, async (t) => {
    const { ask, hook } = await start(t);
    await ask(`POST ${things("v1")}`, thing("v1", "a", { host: "h", port: 1 }));
    hook.respond = respond;
    const whole = `conversion webhook for example.com/v1, Kind=Thing ${message}`;
    for (const path of [things("v2", "a"), things("v2")]) {
      const { code, value } = await ask(`GET ${path}`);
      assert.deepEqual([code, value.message], [500, whole]);
    }
    const watch = await ask(`GET ${things("v2")}?watch=true`);
    assert.deepEqual(
      [watch.code, watch.value.message],
      [429, `storage is (re)initializing: failed to list example.com/v2, Kind=Thing: ${whole}`],
    );
    assert.equal((await ask(`GET ${things("v1", "a")}`)).code, 200);
    hook.respond = () => ({});
    assert.equal((await ask(`GET ${things("v2")}`)).value.items.length, 1);
  });
