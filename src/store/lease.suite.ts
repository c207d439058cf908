import assert from "node:assert/strict";
import { type Check, bytes, put, Recorder, refused, remove, write } from "./suite-tools.ts";

/** Keys of a lease are found where the store says so, whatever else is in it. */
export function leaseTests(check: Check): void {
  const leased = (key: string, lease: number) => ({ type: "put", key, value: bytes("x"), lease }) as const;

  check("a lease is granted, found, and its keys go with it at one revision", async (store, base) => {
    const { id, ttlSeconds } = await store.grantLease({ ttlSeconds: 3600 });
    assert.equal(ttlSeconds, 3600);
    assert.equal(await store.revision(), base, "a lease makes no revision");
    await write(store, leased("/l/a", id), put("/l/b", "stays"));
    await write(store, leased("/l/c", id));
    assert.equal((await store.get("/l/a")).entry?.lease, id);
    assert.deepEqual([...(await store.leaseKeys(id))].sort(), ["/l/a", "/l/c"]);
    assert.ok((await store.leases()).some((one) => one.id === id && one.remainingSeconds > 3000));
    const seen = new Recorder();
    const watch = store.watch({ start: "/l/", end: "/l0" }, seen);
    await seen.settled(watch);
    const before = await store.revision();
    assert.equal(await store.revokeLease(id), before + 1);
    await seen.settled(watch);
    watch.close();
    assert.equal(seen.batches.length, 1);
    assert.deepEqual([...seen.batches[0]!.changes].sort(), ["delete /l/a", "delete /l/c"]);
    const { entries } = await store.range({ start: "/l/", end: "/l0" });
    assert.deepEqual(
      entries.map(({ key }) => key),
      ["/l/b"],
    );
    assert.ok(!(await store.leases()).some((one) => one.id === id));
  });

  check("a key that is put again without its lease stays when that ends", async (store) => {
    const { id } = await store.grantLease({ ttlSeconds: 3600 });
    await write(store, leased("/l/a", id));
    await write(store, put("/l/a", "mine"));
    assert.deepEqual(await store.leaseKeys(id), []);
    await store.revokeLease(id);
    assert.equal((await store.get("/l/a")).entry?.lease, 0);
  });

  check("keys change from one lease to another, and a number that begins another one is not that", async (store) => {
    const [seven, more] = [7_007_001, 70_070_010];
    for (const id of [seven, more]) await store.grantLease({ ttlSeconds: 3600, id });
    await write(store, leased("/l/a", seven), leased("/l/b", seven), leased("/l/c", more));
    await write(store, leased("/l/a", more), remove("/l/c"));
    assert.deepEqual(await store.leaseKeys(seven), ["/l/b"]);
    assert.deepEqual(await store.leaseKeys(more), ["/l/a"]);
    await write(store, leased("/l/c", seven));
    assert.deepEqual([...(await store.leaseKeys(seven))].sort(), ["/l/b", "/l/c"]);
    for (const id of [seven, more]) await store.revokeLease(id);
    assert.equal((await store.range({ start: "/l/", end: "/l0" })).count, 0);
  });

  check("what names a lease that is not there is refused, and nothing happens", async (store, base) => {
    const missing = 987_654_321;
    await assert.rejects(write(store, put("/l/a", "1"), leased("/l/b", missing)), refused("leaseNotFound"));
    await assert.rejects(store.keepLease(missing), refused("leaseNotFound"));
    await assert.rejects(store.revokeLease(missing), refused("leaseNotFound"));
    await assert.rejects(store.leaseKeys(missing), refused("leaseNotFound"));
    assert.equal(await store.revision(), base);
  });

  check("an id of one's own is taken, once", async (store) => {
    const id = 4_242_424;
    assert.equal((await store.grantLease({ ttlSeconds: 3600, id })).id, id);
    await assert.rejects(store.grantLease({ ttlSeconds: 3600, id }), refused("leaseExists"));
    assert.equal((await store.keepLease(id)).id, id);
    await store.revokeLease(id);
  });

  check("a time beyond etcd's limit is refused", async (store) => {
    await assert.rejects(store.grantLease({ ttlSeconds: 9_000_000_001 }), refused("invalid"));
  });
}
