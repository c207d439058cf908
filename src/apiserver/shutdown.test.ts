import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { ConfigMap } from "../api/index.ts";
import { realClock, Scope, seededRandom, silentLog } from "../base/index.ts";
import { createClient } from "../client/index.ts";
import { createHttpClient, type Handler, listen, makeRequest, readBody } from "../net/index.ts";
import { createInformer } from "../runtime/index.ts";
import { openMemoryStore, type Store } from "../store/index.ts";
import { createApiServer } from "./create.ts";

const clock = realClock();
const admin = { token: "t", user: "admin", uid: "u", groups: ["system:masters"] };

/** An API server over a socket; `stop` is what SIGTERM does. */
async function serve(t: TestContext, store: Store) {
  const scope = Scope.logging(silentLog);
  const { handle, ready } = createApiServer({
    store,
    clock,
    random: seededRandom(1),
    log: silentLog,
    scope,
    tokens: [admin],
  });
  const listener = await listen({ host: "127.0.0.1", port: 0, handler: handle, log: silentLog, clock });
  scope.defer(() => listener.close(1000));
  await ready;
  const client = createHttpClient({ server: `http://127.0.0.1:${listener.port}`, token: "t", clock });
  const stop = () => scope.close();
  t.after(async () => {
    client.close();
    await stop();
  });
  return { handle, client: client.handle, stop, scope };
}

test("the server isn't ready any more when it is about to end, and still alive", async (t) => {
  const { handle, scope } = await serve(t, openMemoryStore());
  const identity = { name: "admin", groups: ["system:masters"] };
  const ask = async (path: string) => {
    const answer = await handle(makeRequest({ path, peer: { address: "", identity } }));
    return [answer.status, Buffer.from(await readBody(answer)).toString()] as const;
  };
  assert.equal((await ask("/readyz"))[0], 200);
  const closed = scope.close();
  const [status, text] = await ask("/readyz");
  assert.equal(status, 500);
  assert.match(text, /\[-\]shutdown failed: reason withheld/);
  assert.equal((await ask("/livez"))[0], 200);
  await closed;
});

test("an informer goes on at another server when its own ends: it misses nothing and hears nothing twice", async (t) => {
  const store = openMemoryStore();
  const [one, two] = [await serve(t, store), await serve(t, store)];
  const asked: string[] = [];
  let current: Handler = one.client;
  const transport: Handler = (request) => {
    if (request.query.includes("watch")) asked.push(current === one.client ? "one" : "two");
    return current(request);
  };
  const scope = Scope.logging(silentLog);
  t.after(() => scope.close());
  const context = { clock, random: seededRandom(2), log: silentLog, scope };
  const informer = createInformer(
    { ...context, client: createClient({ transport, clock, userAgent: "informer" }) },
    ConfigMap,
    { namespace: "default" },
  );
  const heard: string[] = [];
  const { promise: allHeard, resolve } = Promise.withResolvers<void>();
  informer.subscribe({
    apply: ({ metadata }) => {
      heard.push(metadata.name);
      if (metadata.name === "last") resolve();
    },
    delete: ({ metadata }) => heard.push(`-${metadata.name}`),
  });
  await informer.synced;
  const write = async (name: string) => {
    const bytes = Buffer.from(JSON.stringify({ metadata: { name } }));
    const request = makeRequest({
      method: "POST",
      path: "/api/v1/namespaces/default/configmaps",
      body: { type: "bytes", bytes },
      headers: { "content-type": "application/json" },
    });
    assert.equal((await two.client(request)).status, 201);
  };
  const names = Array.from({ length: 60 }, (_, index) => `c${index}`);
  for (const name of names.slice(0, 20)) await write(name);
  current = two.client;
  const stopped = one.stop();
  for (const name of names.slice(20)) await write(name);
  await stopped;
  await write("last");
  await allHeard;
  assert.deepEqual(heard, [...names, "last"]);
  assert.ok(asked.includes("one") && asked.includes("two"), asked.join());
});
