/** Transactions inside transactions, conditions on ranges, puts that keep something. Part of `store.suite.ts`. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { StoreError } from "./errors.ts";
import type { Compare, Entry, Operation, OperationResult, Revision, Store, Transaction } from "./store.ts";
import { type Check, entryLine, put, refused, remove, text, write } from "./suite-tools.ts";

const inner = (transaction: Partial<Transaction>): Operation => ({
  type: "transaction",
  compare: [],
  success: [],
  failure: [],
  ...transaction,
});
const exists = (key: string): Compare => ({ key, target: "version", operator: ">", value: 0 });

export function nestedTests(check: Check): void {
  check(
    "transactions inside transactions share a revision; their conditions are about what was before",
    async (store, base) => {
      await write(store, put("/a", "1"));
      const { succeeded, revision, results } = await write(
        store,
        put("/b", "2"),
        inner({ compare: [exists("/b")], success: [put("/c", "no")], failure: [inner({ success: [put("/d", "4")] })] }),
        { type: "range", start: "/", end: "0" },
      );
      assert.deepEqual([succeeded, revision - base], [true, 2]);
      assert.deepEqual(
        results.map((result) => resultLine(result, base)),
        ["put", "else (then (put))", "range 3 /a=1@1 /b=2@2 /d=4@2"],
      );
    },
  );

  check("a key is changed once, whichever way inner transactions go", async (store) => {
    const twice = refused("invalid");
    const either = inner({ compare: [exists("/a")], success: [put("/a", "1")], failure: [put("/a", "2")] });
    assert.equal((await write(store, either)).succeeded, true);
    for (const operations of [
      [put("/a", "1"), either],
      [either, inner({ failure: [put("/a", "3")] })],
      [remove("/a"), either],
      [inner({ success: [remove("/a")] }), put("/a", "3")],
      [inner({ success: [remove("/a")] }), either],
      [inner({ success: [put("/b", "1"), inner({ failure: [put("/b", "1")] })] })],
    ])
      await assert.rejects(write(store, ...operations), twice);
    await write(store, inner({ success: [put("/a", "3")] }), inner({ success: [remove("/a")] }));
  });

  check("operations inside count as those outside do", async (store) => {
    const many = (count: number) => Array.from({ length: count }, (_, index) => put(`/k${index}`, ""));
    await write(store, inner({ success: many(127) }));
    await assert.rejects(write(store, inner({ success: many(128) })), refused("tooLarge"));
    await assert.rejects(write(store, inner({ success: [put("/a", "x".repeat(2 << 20))] })), refused("tooLarge"));
  });

  check("a condition on a range holds when it does for each key in it", async (store) => {
    await write(store, put("/r/a", "1"), put("/r/b", "1"), put("/s", "2"));
    const holds = async (condition: Compare) =>
      (await store.transact({ compare: [condition], success: [], failure: [] })).succeeded;
    const value = new TextEncoder().encode("1");
    const ones = (key: string, end: string) => holds({ key, end, target: "value", operator: "=", value });
    assert.deepEqual([await ones("/r/", "/r0"), await ones("/r/", "/t"), await ones("/x", "/y")], [true, false, false]);
    const none = (key: string, end: string) => holds({ key, end, target: "version", operator: "=", value: 0 });
    assert.deepEqual([await none("/x", "/y"), await none("/r/", "/x")], [true, false]);
  });

  check("a put may keep the value or the lease that is there", async (store) => {
    const { id } = await store.grantLease({ ttlSeconds: 300 });
    const value = new TextEncoder().encode("1");
    await write(store, { type: "put", key: "/a", value, lease: id });
    const empty = new Uint8Array(0);
    const found = async () => {
      const { entry } = await store.get("/a");
      return [text(entry!.value), entry!.lease === id, entry!.version];
    };
    await write(store, { type: "put", key: "/a", value: new TextEncoder().encode("2"), keep: "lease" });
    assert.deepEqual(await found(), ["2", true, 2]);
    await write(store, { type: "put", key: "/a", value: empty, keep: "both" });
    assert.deepEqual(await found(), ["2", true, 3]);
    await write(store, { type: "put", key: "/a", value: empty, keep: "value" });
    assert.deepEqual(await found(), ["2", false, 4]);
    for (const keep of ["value", "lease", "both"] as const)
      await assert.rejects(write(store, { type: "put", key: "/none", value: empty, keep }), refused("keyNotFound"));
    await store.revokeLease(id);
  });
}

const key = fc.constantFrom("a", "b", "c", "d");
const range = fc.record({ start: key, end: fc.constantFrom("b", "c", "d", "e") });
const value = fc.constantFrom("", "1", "2").map((text) => new TextEncoder().encode(text));
const operator = fc.constantFrom("=" as const, "!=" as const, "<" as const, ">" as const);
const end = fc.option(fc.constantFrom("b", "c", "d", "e"), { nil: undefined });
const condition: fc.Arbitrary<Compare> = fc.oneof(
  fc.record({ key, end, target: fc.constant("version" as const), operator, value: fc.nat(3) }),
  fc.record({ key, end, target: fc.constant("value" as const), operator, value }),
);
const operation = (inside: fc.Arbitrary<Transaction> | undefined): fc.Arbitrary<Operation> =>
  fc.oneof(
    fc.record({ type: fc.constant("put" as const), key, value }),
    fc.record({
      type: fc.constant("put" as const),
      key,
      value: fc.constant(new Uint8Array(0)),
      keep: fc.constantFrom("value" as const, "both" as const),
    }),
    fc.record({ type: fc.constant("delete" as const), key }),
    range.map((keys) => ({ type: "deleteRange" as const, ...keys })),
    range.map((keys) => ({ type: "range" as const, ...keys })),
    ...(inside ? [inside.map((transaction) => ({ type: "transaction" as const, ...transaction }))] : []),
  );
const transaction = (depth: number): fc.Arbitrary<Transaction> => {
  const operations = fc.array(operation(depth > 0 ? transaction(depth - 1) : undefined), { maxLength: 3 });
  return fc.record({ compare: fc.array(condition, { maxLength: 2 }), success: operations, failure: operations });
};

/** Whatever transactions there are: two stores do the same, and refuse the same. Keys lie below `prefix` in both. */
export async function sameTransactions(one: Store, other: Store, runs: number): Promise<void> {
  const bases = [await one.revision(), await other.revision()];
  await fc.assert(
    fc.asyncProperty(transaction(2), async (what) => {
      const told = await Promise.all([one, other].map((store, index) => outcome(store, what, bases[index]!)));
      assert.equal(told[1], told[0]);
    }),
    { numRuns: runs },
  );
}

async function outcome(store: Store, what: Transaction, base: Revision): Promise<string> {
  try {
    const { succeeded, revision, results } = await store.transact(what);
    return `${revision - base} ${succeeded} ${results.map((result) => resultLine(result, base)).join(", ")}`;
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    return error.code;
  }
}

function resultLine(result: OperationResult, base: Revision): string {
  const line = (entry: Entry) => `${entry.key}=${text(entry.value)}@${entry.modRevision - base}`;
  switch (result.type) {
    case "put":
      return result.previous ? `put over ${entryLine(result.previous, base)}` : "put";
    case "delete":
      return `delete ${result.previous.map((entry) => entryLine(entry, base)).join(" ")}`;
    case "range":
      return `range ${result.count} ${result.entries.map(line).join(" ")}`;
    case "transaction": {
      const { succeeded, results } = result;
      return `${succeeded ? "then" : "else"} (${results.map((one) => resultLine(one, base)).join(", ")})`;
    }
    default:
      return result satisfies never;
  }
}
