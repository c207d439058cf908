import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigMap, kindFor, type KindDefinition } from "../../api/index.ts";
import { cryptoRandom, realClock } from "../../base/index.ts";
import { openMemoryStore } from "../../store/index.ts";
import { Cacher } from "../cacher/cacher.ts";
import { storageKey } from "../stored/stored.ts";
import { watchOptions } from "../list/options.ts";
import { selection } from "../list/selection.ts";
import { watch, type WatchItem } from "./watch.ts";
import { WatchTurns } from "./turns.ts";

const clock = realClock();
const kind = ConfigMap as unknown as KindDefinition;
const turns = new WatchTurns(clock);

async function filled(count: number) {
  const store = openMemoryStore();
  const put = async (name: string, team: string) => {
    const object = {
      kind: "ConfigMap",
      apiVersion: "v1",
      metadata: { name, namespace: "default", uid: name, labels: { team } },
    };
    const value = new TextEncoder().encode(JSON.stringify(object));
    await store.transact({
      compare: [],
      success: [{ type: "put", key: storageKey(kind, "default", name), value }],
      failure: [],
    });
  };
  for (let index = 0; index < count; index++)
    await put(`c-${String(index).padStart(5, "0")}`, index % 100 === 0 ? "a" : "b");
  return { cacher: new Cacher({ kind, store, clock }), put };
}

const names = (items: readonly WatchItem[]) =>
  items.map((item) => ("stored" in item ? `${item.type} ${item.stored.object.metadata.name}` : item.type));

test("a watch begins with everything that matches, in pieces, and goes on with what happens meanwhile", async () => {
  const { cacher, put } = await filled(2000);
  await cacher.start();
  for (const [selector, count] of [
    ["", 2000],
    ["team=a", 20],
    ["team=none", 0],
  ] as const) {
    const options = watchOptions(new URLSearchParams({ labelSelector: selector, resourceVersion: "0" }));
    const controller = new AbortController();
    const picked = selection(kind, "default", options);
    const call = { kind, hub: kind, cacher, options, selection: picked, clock, random: cryptoRandom(), turns };
    const stream = await watch({ ...call, signal: controller.signal });
    const first = stream.next();
    await put("late", selector.split("=")[1] ?? "a");
    const all: string[] = [];
    for (let batch = await first; !batch.done; batch = await stream.next()) {
      assert.ok(batch.value.length > 0, "no empty batches");
      all.push(...names(batch.value));
      if (all.at(-1)?.endsWith("late")) break;
    }
    assert.equal(all.length, count + 1);
    assert.equal(new Set(all).size, all.length, "nothing twice");
    controller.abort();
    assert.equal((await stream.next()).done, true);
    await put("late", "");
  }
});

test("a watch that goes on from another server, which was ahead, hears nothing twice", async () => {
  const { cacher, put } = await filled(3);
  await cacher.start();
  const ahead = cacher.revision + 2;
  const options = watchOptions(new URLSearchParams({ resourceVersion: String(ahead) }));
  const controller = new AbortController();
  const parts = { kind, hub: kind, cacher, options, selection: selection(kind, "default", options), clock, turns };
  const stream = await watch({ ...parts, random: cryptoRandom(), signal: controller.signal });
  const first = stream.next();
  for (const name of ["known", "known-too", "new"]) await put(name, "a");
  const { value } = await first;
  assert.deepEqual(names(value ?? []), ["ADDED new"]);
  controller.abort();
});

test("a watch of a node's pods hears of those that come to it, change on it and leave it", async () => {
  const pods = kindFor({ group: "", version: "v1", kind: "Pod" })!;
  const store = openMemoryStore();
  const cacher = new Cacher({ kind: pods, store, clock });
  await cacher.start();
  const put = (namespace: string, nodeName: string | undefined, label = "") => {
    const metadata = { name: "a", namespace, uid: "u", labels: { nodeName: label } };
    const object = { kind: "Pod", apiVersion: "v1", metadata, spec: { ...(nodeName && { nodeName }) } };
    const value = new TextEncoder().encode(JSON.stringify(object));
    const key = storageKey(pods, namespace, "a");
    return store.transact({ compare: [], success: [{ type: "put", key, value }], failure: [] });
  };
  const options = watchOptions(new URLSearchParams({ fieldSelector: "spec.nodeName=node-1", resourceVersion: "0" }));
  const controller = new AbortController();
  const { signal } = controller;
  const told = async (namespace: string) => {
    const picked = selection(pods, namespace, options);
    const random = cryptoRandom();
    return watch({ kind: pods, hub: pods, cacher, options, selection: picked, clock, random, turns, signal });
  };
  const [everywhere, inOne] = [await told(""), await told("one")];
  const first = [everywhere.next(), inOne.next()];
  await put("one", undefined, "node-1");
  await put("one", "node-1");
  await put("other", "node-1");
  await put("one", "node-1", "changed");
  await put("one", "node-2", "node-1");
  await cacher.fresh();
  controller.abort();
  const all = async (of: typeof everywhere, begin: (typeof first)[number]) => {
    const events = [...((await begin).value ?? [])];
    for await (const batch of of) events.push(...batch);
    return events.map((item) =>
      "stored" in item ? `${item.type} ${item.stored.object.metadata.namespace}` : item.type,
    );
  };
  const ofOne = ["ADDED one", "MODIFIED one", "DELETED one"];
  assert.deepEqual(await all(everywhere, first[0]!), [ofOne[0], "ADDED other", ...ofOne.slice(1)]);
  assert.deepEqual(await all(inOne, first[1]!), ofOne);
});
