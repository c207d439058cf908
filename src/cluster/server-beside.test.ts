import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { threadId } from "node:worker_threads";
import { cryptoRandom, realClock, Scope, silentLog } from "../base/index.ts";
import { type Handler, readBody } from "../net/index.ts";
import { startApiServerComponent } from "./components/apiserver.ts";

const CONFIG_MAPS = "/api/v1/namespaces/default/configmaps";
const COUNT = 30_000;

/** Asks a server of this process as a client does that comes over the network. */
async function started(t: TestContext, dial?: (target: { readonly host: string }) => Handler | undefined) {
  const scope = Scope.logging(silentLog);
  const directory = mkdtempSync(join(tmpdir(), "navarch-beside-"));
  t.after(async () => {
    await scope.close();
    rmSync(directory, { recursive: true });
  });
  const tokens = join(directory, "tokens");
  writeFileSync(tokens, 't,jane,1,"system:masters"\n');
  const { server } = await startApiServerComponent(
    { store: "memory", "bind-address": "127.0.0.1", "secure-port": 0, "token-auth-file": tokens },
    { clock: realClock(), random: cryptoRandom(), log: silentLog, scope, ...(dial && { dial }) },
  );
  return async (what: string, object?: unknown) => {
    const [method = "", path = ""] = what.split(" ");
    const response = await server.handle({
      ...{ method, path, query: "", signal: new AbortController().signal },
      headers: { "content-type": "application/json", authorization: "Bearer t" },
      body: object === undefined ? { type: "none" } : { type: "bytes", bytes: Buffer.from(JSON.stringify(object)) },
      peer: { address: "" },
    });
    const text = Buffer.from(await readBody(response, Number.POSITIVE_INFINITY)).toString();
    return { status: response.status, value: JSON.parse(text) };
  };
}

function wide(name: string) {
  const data = Object.fromEntries(Array.from({ length: COUNT }, (_, index) => [`k${index}`, "v"]));
  return { metadata: { name }, data };
}

test("a wide object is written by a thread of its own, and read here", async (t) => {
  const ask = await started(t);
  const created = await ask(`POST ${CONFIG_MAPS}`, wide("a"));
  assert.equal(created.status, 201);
  assert.deepEqual((await ask(`GET ${CONFIG_MAPS}/a`)).value, created.value);
  const again = await Promise.all(Array.from({ length: 6 }, () => ask(`POST ${CONFIG_MAPS}`, wide("a"))));
  assert.deepEqual(
    again.map(({ status }) => status),
    Array(6).fill(409),
  );
});

test("a webhook in a pod of the process sees what the thread writes, and may refuse it", async (t) => {
  const seen: unknown[] = [];
  const hook: Handler = async (request) => {
    const { request: review } = JSON.parse(Buffer.from(await readBody(request)).toString());
    seen.push({ name: review.name, keys: Object.keys(review.object.data).length, thread: threadId });
    const status = { message: "not this one" };
    const response = { uid: review.uid, allowed: review.name !== "refused", status };
    const bytes = Buffer.from(JSON.stringify({ apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview", response }));
    return { status: 200, headers: { "content-type": "application/json" }, body: { type: "bytes", bytes } };
  };
  const ask = await started(t, ({ host }) => (host === "10.244.0.9" ? hook : undefined));
  const make = async (path: string, object: unknown) => assert.equal((await ask(`POST ${path}`, object)).status, 201);
  await make("/api/v1/namespaces/default/services", { metadata: { name: "hook" }, spec: { ports: [{ port: 443 }] } });
  await make("/apis/discovery.k8s.io/v1/namespaces/default/endpointslices", {
    metadata: { name: "hook", labels: { "kubernetes.io/service-name": "hook" } },
    addressType: "IPv4",
    ports: [{ name: "", port: 8443 }],
    endpoints: [{ addresses: ["10.244.0.9"], conditions: { ready: true } }],
  });
  await make("/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations", {
    metadata: { name: "hook" },
    webhooks: [
      {
        name: "hook.example.com",
        sideEffects: "None",
        admissionReviewVersions: ["v1"],
        clientConfig: { service: { namespace: "default", name: "hook" } },
        rules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["configmaps"] }],
      },
    ],
  });
  await make(CONFIG_MAPS, wide("a"));
  const { status, value } = await ask(`POST ${CONFIG_MAPS}`, wide("refused"));
  assert.equal(status, 400);
  assert.match(value.message, /denied the request: not this one/);
  assert.deepEqual(seen, [
    { name: "a", keys: COUNT, thread: threadId },
    { name: "refused", keys: COUNT, thread: threadId },
  ]);
});
