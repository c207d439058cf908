import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { test } from "node:test";
import { ConfigMap, type KindDefinition } from "../../api/index.ts";
import { realClock } from "../../base/index.ts";
import { openMemoryStore, type Store } from "../../store/index.ts";
import { Cacher } from "../cacher/cacher.ts";
import { storageKey } from "../stored/stored.ts";
import { list } from "./list.ts";
import { listOptions } from "./options.ts";
import { selection } from "./selection.ts";

const kind = ConfigMap as unknown as KindDefinition;

async function filled(count: number) {
  const store = openMemoryStore();
  for (let index = 0; index < count; index++) {
    const [name, namespace] = [`m-${String(index).padStart(3, "0")}`, index % 2 ? "odd" : "even"];
    const metadata = { name, namespace, uid: `u-${index}`, labels: { third: String(index % 3 === 0) } };
    const value = Buffer.from(JSON.stringify({ kind: "ConfigMap", apiVersion: "v1", metadata }));
    const put = { type: "put", key: storageKey(kind, namespace, name), value } as const;
    await store.transact({ compare: [], success: [put], failure: [] });
  }
  const clock = realClock();
  return { store, clock, cacher: new Cacher({ kind, store, clock }) };
}

test("a first page that doesn't wait for the cache is the one that comes out of it", async () => {
  for (const namespace of ["", "odd"])
    for (const query of ["limit=7", "limit=7&labelSelector=third=true", "limit=30", "limit=500"]) {
      const { store, clock, cacher } = await filled(60);
      const options = listOptions(new URLSearchParams(query));
      const page = async () => {
        const wanted = selection(kind, namespace, options);
        const { items, metadata } = await list({ kind, cacher, store, options, selection: wanted, clock });
        return { metadata, items: items.map((stored) => stored.jsonLine().toString()) };
      };
      assert.equal(cacher.isFilled, false);
      const first = await page();
      assert.ok(first.items.length > 0, query);
      await cacher.start();
      assert.deepEqual(await page(), first, `${namespace} ${query}`);
      await store.close();
    }
});

test("a first page of everything comes while the cache is still being filled", async () => {
  const { store, clock } = await filled(10);
  const slow = { ...store, range: () => new Promise<never>(() => {}) };
  const cacher = new Cacher({ kind, store: slow as unknown as Store, clock });
  const options = listOptions(new URLSearchParams("limit=3"));
  const { items, metadata } = await list({
    kind,
    cacher,
    store,
    options,
    selection: selection(kind, "", options),
    clock,
  });
  assert.deepEqual([items.length, metadata.remainingItemCount], [3, 7]);
  await store.close();
});
