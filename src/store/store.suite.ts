/**
 * The contract of a store as code: every backend runs it. Revisions are told relative to where the store stood when the
 * test began, so that a shared server can serve.
 */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { modelTests } from "./model.suite.ts";
import { type Compare, prefixEnd, type Revision, type Store } from "./index.ts";
import { bytes, type Check, entryLine, put, Recorder, refused, remove, text, write } from "./suite-tools.ts";
import { leaseTests } from "./lease.suite.ts";
import { nestedTests } from "./nested.suite.ts";
import { watchTests } from "./watch.suite.ts";

/** How the suite gets a store: empty, or at least without keys, and closed by the suite. */
export interface StoreHarness {
  open(): Promise<Store>;
  /** Why this backend can't be tried here. */
  readonly skip?: string;
  /** Runs of the model test; default 60. */
  readonly modelRuns?: number;
}

export function storeSuite(name: string, harness: StoreHarness): void {
  suite(name, { skip: harness.skip ?? false }, () => {
    const check = (title: string, body: (store: Store, base: Revision) => Promise<void>) =>
      test(title, async () => {
        await using store = await harness.open();
        await body(store, await store.revision());
      });
    readTests(check);
    transactionTests(check);
    compareTests(check);
    nestedTests(check);
    compactionTests(check);
    leaseTests(check);
    limitTests(check);
    watchTests(check);
    modelTests(check, harness.modelRuns ?? 60);
  });
}

function readTests(check: Check): void {
  check("get finds what was put and nothing else", async (store, base) => {
    await write(store, put("/a", "1"));
    const found = await store.get("/a");
    assert.equal(entryLine(found.entry, base), "/a=1 created@1 modified@1 version 1");
    assert.equal(found.revision, base + 1);
    assert.equal((await store.get("/b")).entry, undefined);
  });

  check("get at a revision tells the past, deletions included", async (store, base) => {
    await write(store, put("/a", "1"));
    await write(store, put("/a", "2"));
    await write(store, remove("/a"));
    await write(store, put("/a", "3"));
    const at = async (revision: Revision) => entryLine((await store.get("/a", { revision })).entry, base);
    assert.equal(await at(base + 1), "/a=1 created@1 modified@1 version 1");
    assert.equal(await at(base + 2), "/a=2 created@1 modified@2 version 2");
    assert.equal(await at(base + 3), undefined);
    assert.equal(await at(base + 4), "/a=3 created@4 modified@4 version 1");
  });

  check("a range is in key order, from its start to before its end", async (store) => {
    for (const key of ["/p/c", "/p/a", "/q", "/p/b", "/o", "/p"]) await write(store, put(key, key));
    const { entries, count, more } = await store.range({ start: "/p/", end: prefixEnd("/p/") });
    assert.deepEqual(
      entries.map(({ key }) => key),
      ["/p/a", "/p/b", "/p/c"],
    );
    assert.deepEqual([count, more], [3, false]);
    const empty = await store.range({ start: "/z", end: "/b" });
    assert.deepEqual([empty.entries.length, empty.count], [0, 0]);
  });

  check("keys compare by their UTF-8 bytes", async (store) => {
    const sorted = ["/u/a", "/u/z", "/u/é", "/u/\u{d7ff}", "/u/\u{e000}", "/u/\u{ffee}", "/u/\u{10000}", "/u/😀"];
    for (const key of sorted.toReversed()) await write(store, put(key, "x"));
    const { entries } = await store.range({ start: "/u/", end: prefixEnd("/u/") });
    assert.deepEqual(
      entries.map(({ key }) => key),
      sorted,
    );
    const emoji = await store.range({ start: "/u/😀", end: prefixEnd("/u/😀") });
    assert.equal(emoji.count, 1);
  });

  check("limit cuts, count and more tell of the rest", async (store) => {
    for (const name of "abcde") await write(store, put(`/l/${name}`, name));
    const range = { start: "/l/", end: prefixEnd("/l/") };
    const page = await store.range({ ...range, limit: 2 });
    assert.deepEqual([page.entries.map(({ value }) => text(value)), page.count, page.more], [["a", "b"], 5, true]);
    const exact = await store.range({ ...range, limit: 5 });
    assert.deepEqual([exact.entries.length, exact.more], [5, false]);
    const counted = await store.range({ ...range, countOnly: true });
    assert.deepEqual([counted.entries.length, counted.count], [0, 5]);
    const names = await store.range({ ...range, keysOnly: true, limit: 1 });
    assert.deepEqual([names.entries[0]!.key, names.entries[0]!.value.length], ["/l/a", 0]);
  });

  check("pages at one revision are one state, whatever happens between them", async (store) => {
    for (const name of "abcd") await write(store, put(`/l/${name}`, "old"));
    const first = await store.range({ start: "/l/", end: prefixEnd("/l/"), limit: 2 });
    await write(store, remove("/l/c"), put("/l/d", "new"), put("/l/e", "new"));
    const { revision } = first;
    const rest = await store.range({ start: "/l/b\0", end: prefixEnd("/l/"), limit: 5, revision });
    assert.deepEqual(
      rest.entries.map(({ key, value }) => key + text(value)),
      ["/l/cold", "/l/dold"],
    );
    assert.deepEqual([rest.count, rest.more, rest.revision], [2, false, revision + 1]);
  });

  check("a future revision is refused", async (store, base) => {
    await assert.rejects(store.get("/a", { revision: base + 1 }), refused("future"));
    await assert.rejects(store.range({ start: "/", end: "0", revision: base + 9 }), refused("future"));
  });
}

function transactionTests(check: Check): void {
  check("only what changes something takes a revision", async (store, base) => {
    assert.equal((await write(store, remove("/none"))).revision, base);
    assert.equal((await write(store, { type: "range", start: "/", end: "0" })).revision, base);
    const failed = await store.transact({
      compare: [{ key: "/a", target: "version", operator: ">", value: 0 }],
      success: [put("/a", "1")],
      failure: [],
    });
    assert.deepEqual([failed.succeeded, failed.revision], [false, base]);
    assert.equal((await write(store, put("/a", "1"))).revision, base + 1);
    assert.equal(await store.revision(), base + 1);
  });

  check("operations of a transaction share a revision and see each other", async (store, base) => {
    await write(store, put("/t/x", "0"));
    const { results, revision } = await write(
      store,
      put("/t/a", "1"),
      { type: "range", start: "/t/", end: prefixEnd("/t/") },
      remove("/t/x"),
      { type: "range", start: "/t/", end: prefixEnd("/t/"), revision: base + 1 },
      { type: "range", start: "/t/", end: prefixEnd("/t/") },
    );
    const keys = results.map((result) =>
      result.type === "range" ? result.entries.map(({ key }) => key) : result.type,
    );
    assert.deepEqual(keys, ["put", ["/t/a", "/t/x"], "delete", ["/t/x"], ["/t/a"]]);
    assert.equal(revision, base + 2);
  });

  check("puts and deletes tell what they replaced", async (store, base) => {
    await write(store, put("/a", "1"), put("/b", "2"));
    const { results } = await write(store, put("/a", "3"), remove("/b"), remove("/c"), put("/d", "4"));
    const told = results.map((result) => {
      if (result.type === "range" || result.type === "transaction") return result.type;
      return result.type === "put"
        ? entryLine(result.previous, base)
        : result.previous.map((entry) => entryLine(entry, base));
    });
    const was = (line: string) => `${line} created@1 modified@1 version 1`;
    assert.deepEqual(told, [was("/a=1"), [was("/b=2")], [], undefined]);
  });

  check("deleteRange deletes its range and returns it", async (store) => {
    await write(store, put("/r/a", "1"), put("/r/b", "2"), put("/s", "3"));
    const { results } = await write(store, { type: "deleteRange", start: "/r/", end: prefixEnd("/r/") });
    const [deleted] = results;
    assert.ok(deleted?.type === "delete");
    assert.deepEqual(
      deleted.previous.map(({ key }) => key),
      ["/r/a", "/r/b"],
    );
    assert.equal((await store.range({ start: "/", end: "0" })).count, 1);
  });

  check("versions count from creation, and again after a deletion", async (store, base) => {
    await write(store, put("/a", "1"));
    await write(store, put("/a", "2"));
    await write(store, remove("/a"));
    await write(store, put("/a", "3"));
    await write(store, put("/a", "4"));
    const { entry } = await store.get("/a");
    assert.equal(entryLine(entry, base), "/a=4 created@4 modified@5 version 2");
  });

  check("a key changed twice in one transaction is refused and nothing happens", async (store, base) => {
    await assert.rejects(write(store, put("/a", "1"), put("/a", "2")), refused("invalid"));
    await assert.rejects(write(store, put("/a", "1"), remove("/a")), refused("invalid"));
    await assert.rejects(
      write(store, { type: "deleteRange", start: "/", end: "0" }, put("/a", "1")),
      refused("invalid"),
    );
    await assert.rejects(write(store, put("", "1")), refused("invalid"));
    assert.equal(await store.revision(), base);
  });

  check("a transaction that reads the future changes nothing", async (store, base) => {
    const reads = { type: "range", start: "/", end: "0", revision: base + 50 } as const;
    await assert.rejects(write(store, put("/a", "1"), reads), refused("future"));
    assert.equal((await store.get("/a")).entry, undefined);
  });

  check("of concurrent creations one wins", async (store, base) => {
    const create = (value: string) =>
      store.transact({
        compare: [{ key: "/one", target: "modRevision", operator: "=", value: 0 }],
        success: [put("/one", value)],
        failure: [{ type: "range", start: "/one", end: "/one\0" }],
      });
    const results = await Promise.all(Array.from({ length: 20 }, (_, index) => create(`${index}`)));
    assert.equal(results.filter(({ succeeded }) => succeeded).length, 1);
    for (const {
      succeeded,
      results: [seen],
    } of results)
      if (!succeeded) assert.equal(seen?.type === "range" && seen.count, 1, "a loser sees the winner");
    assert.equal(await store.revision(), base + 1);
  });

  check("concurrent increments under compare lose none", async (store) => {
    const increment = async (): Promise<void> => {
      const { entry } = await store.get("/n");
      const { succeeded } = await store.transact({
        compare: [{ key: "/n", target: "modRevision", operator: "=", value: entry?.modRevision ?? 0 }],
        success: [put("/n", String(Number(entry ? text(entry.value) : 0) + 1))],
        failure: [],
      });
      if (!succeeded) await increment();
    };
    await Promise.all(Array.from({ length: 12 }, increment));
    assert.equal(text((await store.get("/n")).entry!.value), "12");
  });
}

function compareTests(check: Check): void {
  check("compares hold for each target and operator as they should", async (store, base) => {
    await write(store, put("/k", "m"));
    await write(store, put("/k", "m"));
    const actual = { version: 2, createRevision: base + 1, modRevision: base + 2, lease: 0 };
    const holds = async (compare: Compare) =>
      (await store.transact({ compare: [compare], success: [], failure: [] })).succeeded;
    for (const target of ["version", "createRevision", "modRevision", "lease"] as const) {
      for (const difference of [-1, 0, 1]) {
        const value = actual[target] + difference;
        if (value < 0) continue;
        const found = await Promise.all(
          (["=", "!=", "<", ">"] as const).map((operator) => holds({ key: "/k", target, operator, value })),
        );
        assert.deepEqual(found, [difference === 0, difference !== 0, difference > 0, difference < 0], target);
      }
    }
    for (const [value, expected] of [
      ["l", [false, true, false, true]],
      ["m", [true, false, false, false]],
      ["mm", [false, true, true, false]],
    ] as const) {
      const found = await Promise.all(
        (["=", "!=", "<", ">"] as const).map((operator) =>
          holds({ key: "/k", target: "value", operator, value: bytes(value) }),
        ),
      );
      assert.deepEqual(found, expected, value);
    }
  });

  check("a key that does not exist compares as zeros, and its value as nothing", async (store) => {
    const holds = async (compare: Compare) =>
      (await store.transact({ compare: [compare], success: [], failure: [] })).succeeded;
    assert.equal(await holds({ key: "/no", target: "version", operator: "=", value: 0 }), true);
    assert.equal(await holds({ key: "/no", target: "modRevision", operator: "<", value: 1 }), true);
    assert.equal(await holds({ key: "/no", target: "value", operator: "!=", value: bytes("x") }), false);
  });

  check("all compares must hold, else the other branch happens", async (store, base) => {
    await write(store, put("/a", "1"));
    const both = (second: number) =>
      store.transact({
        compare: [
          { key: "/a", target: "version", operator: "=", value: 1 },
          { key: "/b", target: "version", operator: "=", value: second },
        ],
        success: [put("/yes", "1")],
        failure: [put("/no", "1"), { type: "range", start: "/a", end: "/a\0" }],
      });
    const failed = await both(7);
    assert.deepEqual([failed.succeeded, failed.results.length, failed.revision], [false, 2, base + 2]);
    assert.equal((await both(0)).succeeded, true);
    assert.equal((await store.range({ start: "/", end: "0" })).count, 3);
  });
}

function compactionTests(check: Check): void {
  check("compaction forgets what is older and keeps what is current", async (store, base) => {
    await write(store, put("/a", "1"), put("/b", "1"), put("/gone", "1"));
    await write(store, put("/a", "2"), remove("/gone"));
    await write(store, put("/a", "3"));
    await store.compact(base + 2);
    await assert.rejects(store.get("/a", { revision: base + 1 }), refused("compacted"));
    await assert.rejects(store.range({ start: "/", end: "0", revision: base + 1 }), refused("compacted"));
    const reads = { type: "range", start: "/", end: "0", revision: base + 1 } as const;
    await assert.rejects(write(store, put("/c", "1"), reads), refused("compacted"));
    const { entries } = await store.range({ start: "/", end: "0", revision: base + 2 });
    assert.deepEqual(
      entries.map(({ key, value }) => key + text(value)),
      ["/a2", "/b1"],
    );
    assert.equal(entryLine((await store.get("/a")).entry, base), "/a=3 created@1 modified@3 version 3");
    assert.equal((await store.status()).compactRevision, base + 2);
  });

  check("compaction refuses what is compacted or has not happened", async (store, base) => {
    await write(store, put("/a", "1"));
    await assert.rejects(store.compact(base + 2), refused("future"));
    await store.compact(base + 1);
    await assert.rejects(store.compact(base + 1), refused("compacted"));
    await write(store, put("/a", "2"));
    await store.compact(base + 2);
  });

  check("a watch from before the compaction is closed and says so", async (store, base) => {
    await write(store, put("/a", "1"));
    await write(store, put("/a", "2"));
    await write(store, put("/a", "3"));
    await store.compact(base + 2);
    const late = new Recorder();
    store.watch({ start: "/", end: "0", from: base + 1 }, late);
    await late.until(({ error }) => error !== undefined);
    assert.ok(refused("compacted")(late.error));
    const kept = new Recorder();
    store.watch({ start: "/", end: "0", from: base + 3 }, kept);
    await kept.until(({ batches }) => batches.length > 0);
    assert.deepEqual(kept.lines, ["put /a=3"]);
  });

  check("a deleted key can be made again after compaction", async (store, base) => {
    await write(store, put("/a", "1"));
    await write(store, remove("/a"));
    await store.compact(base + 2);
    await write(store, put("/a", "2"));
    assert.equal(entryLine((await store.get("/a")).entry, base), "/a=2 created@3 modified@3 version 1");
  });
}

function limitTests(check: Check): void {
  check("a request over 1.5 MiB is refused and nothing happens", async (store, base) => {
    const large = { type: "put", key: "/large", value: new Uint8Array(1.6 * 1024 * 1024) } as const;
    await assert.rejects(write(store, large), refused("tooLarge"));
    const halves = ["/h/a", "/h/b"].map((key) => ({ type: "put", key, value: new Uint8Array(900_000) }) as const);
    await assert.rejects(write(store, ...halves), refused("tooLarge"));
    assert.equal(await store.revision(), base);
    await write(store, { type: "put", key: "/large", value: new Uint8Array(1.4 * 1024 * 1024) });
  });

  check("a transaction of more than 128 operations is refused", async (store) => {
    const many = (count: number) => Array.from({ length: count }, (_, index) => put(`/m/${index}`, "x"));
    await assert.rejects(write(store, ...many(129)), refused("tooLarge"));
    assert.equal((await write(store, ...many(128))).results.length, 128);
  });

  check("a closed store refuses everything", async (store) => {
    const watcher = new Recorder();
    store.watch({ start: "/", end: "0" }, watcher);
    await store.close();
    assert.ok(refused("closed")(watcher.error));
    await assert.rejects(store.get("/a"), refused("closed"));
    await assert.rejects(write(store, put("/a", "1")), refused("closed"));
    assert.throws(() => store.watch({ start: "/", end: "0" }, watcher), refused("closed"));
    await store.close();
  });
}
