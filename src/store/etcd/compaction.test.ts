import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { openMemoryStore } from "../memory/index.ts";
import { put, write } from "../suite-tools.ts";
import { compactInTurn, FIRST_TURN } from "./compaction.ts";

suite("several servers that compact one store", () => {
  test("the first turn only looks; the next one forgets what was old at the first", async () => {
    await using store = openMemoryStore();
    await write(store, put("/a", "1"));
    const first = await compactInTurn(store, FIRST_TURN);
    assert.equal((await store.status()).compactRevision, 0);
    await write(store, put("/a", "2"));
    await compactInTurn(store, first);
    assert.equal((await store.status()).compactRevision, first.revision);
    const { entry } = await store.get("compact_rev_key");
    assert.deepEqual([entry!.version, Buffer.from(entry!.value).toString()], [2, String(first.revision)]);
  });

  test("one that comes late has no turn, and takes the next one as if it had", async () => {
    await using store = openMemoryStore();
    const fast = await compactInTurn(store, await compactInTurn(store, FIRST_TURN));
    const before = (await store.status()).compactRevision;
    const slow = await compactInTurn(store, FIRST_TURN);
    assert.equal((await store.status()).compactRevision, before);
    assert.equal(slow.version, fast.version);
    await write(store, put("/a", "1"));
    await compactInTurn(store, slow);
    assert.equal((await store.status()).compactRevision, slow.revision);
    // Whose turn it was is over: it forgets nothing twice.
    await compactInTurn(store, fast);
    assert.equal((await store.status()).compactRevision, slow.revision);
  });
});
