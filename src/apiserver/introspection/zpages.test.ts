import assert from "node:assert/strict";
import { test } from "node:test";
import { VirtualClock } from "../../base/index.ts";
import type { RequestContext } from "../contracts.ts";
import { debugPages } from "./zpages.ts";

async function get(path: string, accept?: string): Promise<string> {
  const clock = new VirtualClock();
  const pages = new Map(debugPages(clock, { "secure-port": "0", "anonymous-auth": "false" }));
  await clock.advance(61_000);
  const { body } = await pages.get(path)!({ request: { headers: { accept } } } as unknown as RequestContext);
  return new TextDecoder().decode((body as { bytes: Uint8Array }).bytes);
}

test("pages are text for people unless a version of their data is asked for", async () => {
  assert.match(await get("/flagz"), /^\nkube-apiserver flags\n(.*\n)+anonymous-auth=false\nsecure-port=0\n$/);
  assert.match(await get("/statusz", "text/plain"), /\nUp: 0 hr 01 min 01 sec\n/);
  const flagz = JSON.parse(await get("/flagz", "application/json;v=v1beta1;g=config.k8s.io;as=Flagz"));
  assert.deepEqual(flagz, {
    kind: "Flagz",
    apiVersion: "config.k8s.io/v1beta1",
    metadata: { name: "kube-apiserver" },
    flags: { "anonymous-auth": "false", "secure-port": "0" },
  });
  const statusz = JSON.parse(await get("/statusz", "application/json;v=v1alpha1;g=config.k8s.io;as=Statusz"));
  assert.equal(statusz.uptimeSeconds, 61);
});

test("plain JSON is not enough to ask for", async () => {
  await assert.rejects(() => get("/flagz", "application/json"), { code: 406 });
  await assert.rejects(() => get("/flagz", "application/json;v=v1beta1;g=config.k8s.io;as=Statusz"), { code: 406 });
});
