import assert from "node:assert/strict";
import { test } from "node:test";
import { MessageChannel } from "node:worker_threads";
import { openMemoryStore } from "../memory/index.ts";
import type { Store } from "../store.ts";
import { storeSuite } from "../store.suite.ts";
import { put, Recorder, text, write } from "../suite-tools.ts";
import { serveStore, threadStore } from "./index.ts";

/** A store used over a port; closing it ends both ends. */
function joined(): Store {
  const { port1, port2 } = new MessageChannel();
  const behind = openMemoryStore();
  const end = serveStore(behind, port2);
  const store = threadStore(port1);
  const close = store.close.bind(store);
  store.close = async () => {
    await close();
    end();
    await behind.close();
    port1.close();
  };
  return store;
}

storeSuite("store of another thread", { open: async () => joined() });

test("a value that shares its memory with much else is passed alone", async () => {
  const { port1, port2 } = new MessageChannel();
  const behind = openMemoryStore();
  serveStore(behind, port2);
  await write(behind, { type: "put", key: "/a", value: new Uint8Array(1_000_000).fill(97).subarray(0, 3) });
  const { entry } = await threadStore(port1).get("/a");
  assert.equal(entry!.value.buffer.byteLength, 3);
  assert.equal(text(entry!.value), "aaa");
  port1.close();
});

test("what another thread watches ends when it is gone", async () => {
  const { port1, port2 } = new MessageChannel();
  const behind = openMemoryStore();
  const end = serveStore(behind, port2);
  const recorder = new Recorder();
  const store = threadStore(port1);
  store.watch({ start: "/", end: "0" }, recorder);
  await store.revision();
  end();
  await write(behind, put("/a", "1"));
  await store.revision();
  assert.deepEqual(recorder.batches, []);
  port1.close();
});
