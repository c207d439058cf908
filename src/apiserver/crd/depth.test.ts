import assert from "node:assert/strict";
import { test } from "node:test";
import { openMemoryStore } from "../../store/index.ts";
import { createApiServer } from "../index.ts";
import { Scope, seededRandom, silentLog, VirtualClock } from "../../base/index.ts";

const LISTS = `${"[".repeat(9000)}${"]".repeat(9000)}`;
/** Of objects every level is a field that somebody manages. */
const OBJECTS = `${'{"a":'.repeat(1000)}1${"}".repeat(1000)}`;
const THINGS = "/apis/example.com/v1/namespaces/default/things";

const DEFINITION = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "things.example.com" },
  spec: {
    group: "example.com",
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
              spec: { type: "object", properties: { any: { "x-kubernetes-preserve-unknown-fields": true } } },
            },
          },
        },
      },
    ],
  },
};

const thing = (name: string, any: string, more = "") =>
  `{"apiVersion":"example.com/v1","kind":"Thing","metadata":{"name":"${name}"${more}},"spec":{"any":${any}}}`;

test("custom objects nested thousands of levels deep are made, read, changed and deleted", {
  timeout: 60_000,
}, async () => {
  await using asked = await server();
  const { ask } = asked;
  await ask("POST /apis/apiextensions.k8s.io/v1/customresourcedefinitions", JSON.stringify(DEFINITION));
  for (let left = 50; left > 0 && (await ask(`GET ${THINGS}`)) !== 200; left--) await asked.clock.advance(100);
  for (const [name, any] of [
    ["lists", LISTS],
    ["objects", OBJECTS],
  ] as const) {
    const own = `${THINGS}/${name}`;
    assert.equal(await ask(`POST ${THINGS}?fieldManager=m`, thing(name, any)), 201);
    assert.equal(await ask(`GET ${own}?pretty=1`), 200);
    assert.equal(await ask(`GET ${own}`, undefined, { accept: "application/yaml" }), 200);
    assert.equal(await ask(`GET ${THINGS}`), 200);
    assert.equal(await ask(`GET ${own}`), 200);
    const more = `,"resourceVersion":"${asked.version()}"`;
    assert.equal(await ask(`PUT ${own}?fieldManager=m`, thing(name, any.replace("1", "2"), more)), 200);
    const merge = { "content-type": "application/merge-patch+json" };
    assert.equal(await ask(`PATCH ${own}?fieldManager=n`, thing(name, any), merge), 200);
    const apply = { "content-type": "application/apply-patch+yaml" };
    assert.equal(await ask(`PATCH ${own}?fieldManager=o&force=true`, thing(name, any), apply), 200);
    const operations = `[{"op":"add","path":"/spec/more","value":${any}},{"op":"test","path":"/spec/any","value":${any}}]`;
    assert.equal(await ask(`PATCH ${own}`, operations, { "content-type": "application/json-patch+json" }), 200);
    assert.equal(await ask(`POST ${THINGS}`, thing(`${name}-yaml`, any), { "content-type": "application/yaml" }), 201);
    assert.equal(await ask(`DELETE ${own}`), 200);
  }
  const deeper = `${"[".repeat(11_000)}${"]".repeat(11_000)}`;
  assert.equal(await ask(`POST ${THINGS}`, thing("deeper", deeper)), 400);
});

/** A server, and who asks it as an administrator with bodies as they are and learns the status. */
async function server() {
  const clock = new VirtualClock();
  const scope = Scope.logging(silentLog);
  const store = openMemoryStore();
  const { handle, ready } = createApiServer({ store, clock, random: seededRandom(1), log: silentLog, scope });
  await ready;
  const { signal } = new AbortController();
  const peer = { address: "", identity: { name: "admin", groups: ["system:masters"] } };
  let last = "";
  const ask = async (what: string, text = "", headers: Record<string, string> = {}): Promise<number> => {
    const [method = "", url = ""] = what.split(" ");
    const [path = "", query = ""] = url.split("?");
    const body = text === "" ? ({ type: "none" } as const) : ({ type: "bytes", bytes: Buffer.from(text) } as const);
    const response = await handle({ method, path, query, headers, body, peer, signal });
    const { body: answer } = response;
    if (answer.type === "stream") for await (const _ of answer.chunks);
    if (answer.type === "bytes") last = Buffer.from(answer.bytes).toString();
    return response.status;
  };
  const version = () => /"resourceVersion":"(\d+)"/.exec(last)?.[1];
  return { clock, ask, version, [Symbol.asyncDispose]: () => scope.close() };
}
