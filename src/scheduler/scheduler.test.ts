import assert from "node:assert/strict";
import { test } from "node:test";
import { Node, Pod, ServiceAccount } from "../api/index.ts";
import { createApiServer } from "../apiserver/index.ts";
import { logTo, Scope, seededRandom, VirtualClock } from "../base/index.ts";
import { createClient, directTransport } from "../client/index.ts";
import { openMemoryStore } from "../store/index.ts";
import { schedulerHandler, startScheduler } from "./index.ts";
import type { PluginFactory } from "./plugins/all.ts";
import { node, pod } from "./testing/objects.ts";

async function start(plugins?: ReadonlyMap<string, PluginFactory>) {
  const clock = new VirtualClock();
  const parts = { clock, random: seededRandom(1), log: logTo(() => {}) };
  const scope = Scope.logging(parts.log);
  const server = createApiServer({ ...parts, scope, store: openMemoryStore() });
  const client = createClient({
    transport: directTransport(server.handle, { name: "t", groups: ["system:masters"] }),
    clock,
  });
  const run = async <T>(work: Promise<T>): Promise<T> => {
    let done = false;
    const mark = () => {
      done = true;
    };
    work.then(mark, mark);
    for (let steps = 0; !done && steps < 200; steps++) await clock.advance(50);
    return work;
  };
  await run(server.ready);
  await run(client.create(ServiceAccount, { metadata: { name: "default", namespace: "default" } }));
  const enabled = [...(plugins?.keys() ?? [])].map((name) => ({ name }));
  const configuration = { profiles: [{ plugins: { multiPoint: { enabled } } }] };
  const scheduler = await startScheduler(
    { ...parts, client, scope },
    { leaderElect: false, configuration, ...(plugins && { plugins }) },
  );
  await run(scheduler.ready);
  const close = async () => {
    await run(scope.close());
  };
  return { client, scheduler, clock, run, [Symbol.asyncDispose]: close };
}

const made = ({ metadata: { name, namespace, labels }, spec, status }: Pod | Node) =>
  ({ metadata: { name, ...(namespace && { namespace }), labels }, spec, status }) as never;

test("pods get nodes, and the endpoint says why", async () => {
  await using bench = await start();
  const { client, run, scheduler, clock } = bench;
  await run(client.create(Node, made(node("a", { taints: [] }))));
  await run(client.patch(Node, { name: "a" }, { spec: { taints: null } }, { type: "merge" }));
  await run(client.create(Pod, made(pod("small", { cpu: "1" }))));
  await run(client.create(Pod, made(pod("large", { cpu: "64" }))));
  await clock.advance(2000);
  const small = await run(client.get(Pod, { namespace: "default", name: "small" }));
  assert.equal(small.spec.nodeName, "a");
  assert.equal(scheduler.explain("default", "small")?.outcome, "scheduled");
  const ask = async (path: string, accept: string) => {
    const request = { method: "GET", path, query: "", headers: { accept }, body: { type: "none" } };
    const { status, body } = await schedulerHandler(scheduler)(request as never);
    return { status, text: body.type === "bytes" ? new TextDecoder().decode(body.bytes) : "" };
  };
  const { text } = await ask("/explain/default/large", "text/plain");
  assert.match(text, /fits no node[\s\S]*a: no, NodeResourcesFit: Insufficient cpu/);
  const asJson = await ask("/explain/default/large", "application/json");
  assert.equal(JSON.parse(asJson.text).rejected[0].plugin, "NodeResourcesFit");
  assert.equal((await ask("/explain/default/none", "application/json")).status, 404);
  assert.match((await ask("/metrics", "")).text, /scheduler_schedule_attempts_total\{.*result="scheduled"\} 1/);
  assert.equal((await ask("/healthz", "")).text, "ok");
});

test("a pod that breaks a plugin doesn't stop the others", async () => {
  const broken: PluginFactory = () => ({
    name: "Broken",
    events: [],
    prepare(one) {
      if (one.metadata.name === "bad") throw new Error("broken");
      return {};
    },
  });
  await using bench = await start(new Map([["Broken", broken]]));
  const { client, run, clock } = bench;
  await run(client.create(Node, made(node("a", {}))));
  await run(client.patch(Node, { name: "a" }, { spec: { taints: null } }, { type: "merge" }));
  await run(client.create(Pod, made(pod("bad"))));
  await run(client.create(Pod, made(pod("good"))));
  await clock.advance(2000);
  assert.equal((await run(client.get(Pod, { namespace: "default", name: "good" }))).spec.nodeName, "a");
  const bad = await run(client.get(Pod, { namespace: "default", name: "bad" }));
  assert.deepEqual(
    bad.status.conditions?.map(({ type, reason, message }) => [type, reason, message]),
    [["PodScheduled", "SchedulerError", "broken"]],
  );
});
