import assert from "node:assert/strict";
import { test } from "node:test";
import { Scope, seededRandom, silentLog, VirtualClock } from "../base/index.ts";
import { openMemoryStore } from "../store/index.ts";
import { createApiServer } from "./index.ts";

test("nobody asks for the signal of a request that is over before anybody could go", async (t) => {
  const scope = Scope.logging(silentLog);
  t.after(() => scope.close());
  const parts = { clock: new VirtualClock(), random: seededRandom(1), log: silentLog, scope };
  const { handle, ready } = createApiServer({ store: openMemoryStore(), ...parts });
  await ready;
  let asked = 0;
  const send = async (method: string, path: string, value?: object) => {
    const bytes = Buffer.from(JSON.stringify(value ?? null));
    const response = await handle({
      ...{ method, path, query: "", headers: { "content-type": "application/json" } },
      body: value ? { type: "bytes", bytes } : { type: "none" },
      peer: { address: "", identity: { name: "admin", groups: ["system:masters"] } },
      get signal() {
        asked++;
        return new AbortController().signal;
      },
    });
    return response.status;
  };
  const lists = "/api/v1/namespaces/default/configmaps";
  const object = { metadata: { name: "a" } };
  assert.equal(await send("POST", lists, object), 201);
  assert.equal(await send("PUT", `${lists}/a`, { ...object, data: { k: "v" } }), 200);
  assert.equal(await send("GET", `${lists}/a`), 200);
  assert.equal(await send("GET", lists), 200);
  assert.equal(await send("DELETE", `${lists}/a`), 200);
  assert.equal(asked, 0);
});
