import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { test } from "node:test";
import { ConfigMap, type KindDefinition } from "../../api/index.ts";
import { realClock } from "../../base/index.ts";
import type { Store } from "../../store/index.ts";
import { Cacher } from "./cacher.ts";

type Handlers = Parameters<Store["watch"]>[1];

/** A cache over a store that is filled at revision 5 and says what the test says. */
async function filled() {
  const handlers: Handlers[] = [];
  const store = {
    range: async () => ({ entries: [], count: 0, more: false, revision: 5 }),
    watch: (_options: unknown, given: Handlers) => {
      handlers.push(given);
      return { close() {} };
    },
  } as unknown as Store;
  const kind = ConfigMap as unknown as KindDefinition;
  const cacher = new Cacher({ kind, store, clock: realClock(), oldest: () => 0 });
  await cacher.start();
  return { cacher, handlers: handlers[0]! };
}

test("only a change of what is cached makes it another: that other keys have changed does not", async () => {
  const { cacher, handlers } = await filled();
  const seen = () => [cacher.revision, cacher.changedRevision];
  assert.deepEqual(seen(), [5, 5]);
  handlers.progress?.(8);
  assert.deepEqual(seen(), [8, 5]);
  const value = Buffer.from('{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"a","namespace":"n"}}');
  const entry = { key: "/registry/configmaps/n/a", value, createRevision: 9, modRevision: 9, version: 1, lease: 0 };
  handlers.changes([{ type: "put", entry } as never], 9);
  assert.deepEqual(seen(), [9, 9]);
  handlers.closed(new Error("the store is gone"));
  assert.deepEqual(seen(), [0, 0]);
});

test("what a filling that failed had read already is read anew: it may have gone", async () => {
  const entryOf = (name: string) => {
    const value = Buffer.from(`{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"${name}","namespace":"n"}}`);
    return { key: `/registry/configmaps/n/${name}`, value, createRevision: 1, modRevision: 1, version: 1, lease: 0 };
  };
  const pages = [
    { entries: [entryOf("gone")], more: true },
    new Error("the store is gone"),
    { entries: [entryOf("kept")], more: false },
  ];
  const store = {
    range: async () => {
      const page = pages.shift()!;
      if (page instanceof Error) throw page;
      return { ...page, count: 2, revision: 5 };
    },
    watch: () => ({ close() {} }),
  } as unknown as Store;
  const cacher = new Cacher({ kind: ConfigMap as unknown as KindDefinition, store, clock: realClock() });
  await assert.rejects(cacher.start(), /the store is gone/);
  await cacher.start();
  assert.deepEqual(
    cacher.in("").map(({ entry }) => entry.key),
    ["/registry/configmaps/n/kept"],
  );
});

test("the object of a version that is no longer the newest is let go of once everybody has been told", async () => {
  const { cacher, handlers } = await filled();
  const key = "/registry/configmaps/n/a";
  const put = (revision: number) => {
    const value = Buffer.from(
      `{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"a","namespace":"n","uid":"u"},"data":{"at":"${revision}"}}`,
    );
    const entry = { key, value, createRevision: 9, modRevision: revision, version: 1, lease: 0 };
    handlers.changes([{ type: "put", entry } as never], revision);
  };
  put(9);
  const first = cacher.get(key)!;
  const { object } = first;
  assert.equal(first.object, object);
  const told: unknown[] = [];
  cacher.subscribe({ events: (events) => told.push(events[0]!.previous!.object), closed: () => {} }, undefined);
  put(10);
  assert.equal(told[0], object);
  assert.notEqual(first.object, object);
  assert.deepEqual(first.object, object);
});
