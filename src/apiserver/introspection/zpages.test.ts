import assert from "node:assert/strict";
import { test } from "node:test";
import { VirtualClock } from "../../base/index.ts";
import type { RequestContext } from "../contracts.ts";
import { debugPages } from "./zpages.ts";

async function get(path: string, accept?: string) {
  const clock = new VirtualClock();
  const pages = new Map(debugPages(clock, { "secure-port": "0", "anonymous-auth": "false" }));
  await clock.advance(61_000);
  const warnings: string[] = [];
  const context = { request: { headers: { accept } }, query: new URLSearchParams(), warnings };
  const { status, headers, body } = await pages.get(path)!(context as unknown as RequestContext);
  const text = new TextDecoder().decode((body as { bytes: Uint8Array }).bytes);
  return { status, type: headers["content-type"], text, warnings };
}

const version = (name: string, kind: string) => `v=${name};g=config.k8s.io;as=${kind}`;

test("pages are text for people unless a version of their data is asked for", async () => {
  assert.match((await get("/flagz")).text, /^\napiserver flagz\nWarning: .*\nanonymous-auth: false\nsecure-port: 0\n$/);
  assert.match((await get("/statusz", "text/plain")).text, /\nUp: 0 hr 01 min 01 sec\n/);
  const flagz = await get("/flagz", `application/json;${version("v1beta1", "Flagz")}`);
  assert.deepEqual(JSON.parse(flagz.text), {
    kind: "Flagz",
    apiVersion: "config.k8s.io/v1beta1",
    metadata: { name: "apiserver" },
    flags: { "anonymous-auth": "false", "secure-port": "0" },
  });
  assert.equal(flagz.type, "application/json;g=config.k8s.io;v=v1beta1;as=Flagz");
  assert.deepEqual(flagz.warnings, []);
  const statusz = await get("/statusz", `application/yaml;${version("v1alpha1", "Statusz")}`);
  assert.match(statusz.text, /^uptimeSeconds: 61$/m);
  assert.equal(statusz.warnings.length, 1);
});

test("plain JSON is not enough to ask for, and a refusal is written as the client takes it", async () => {
  const typeOfRefusal = async (accept: string) => {
    const { status, type } = await get("/flagz", accept);
    return [status, type];
  };
  assert.deepEqual(await typeOfRefusal("application/yaml"), [406, "application/yaml"]);
  assert.deepEqual(await typeOfRefusal(`application/json;${version("v1beta1", "Statusz")}`), [406, "application/json"]);
  assert.deepEqual(await typeOfRefusal("application/vnd.kubernetes.protobuf"), [406, "application/json"]);
  assert.deepEqual(await typeOfRefusal("text/plain;as=x"), [406, "application/json"]);
});
