/** A store against the simplest thing that could be right, under random operations. Part of `store.suite.ts`. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { prefixEnd, type Revision, type Store } from "./index.ts";
import { type Check, put, Recorder, remove, text, write } from "./suite-tools.ts";

type Step =
  | {
      readonly do: "write";
      readonly writes: ReadonlyArray<{ readonly name: string; readonly value: string | undefined }>;
    }
  | { readonly do: "writeIf"; readonly name: string; readonly exists: boolean; readonly value: string }
  | { readonly do: "deleteRange"; readonly start: string; readonly end: string }
  | {
      readonly do: "range";
      readonly start: string;
      readonly end: string;
      readonly back: number;
      readonly limit: number;
    }
  | { readonly do: "compact"; readonly back: number };

/** Every state there ever was, whole. */
class Model {
  readonly states: Array<ReadonlyMap<string, string>> = [new Map()];
  readonly lines: string[] = [];
  compacted = 0;

  get now(): ReadonlyMap<string, string> {
    return this.states.at(-1)!;
  }

  apply(writes: ReadonlyArray<readonly [key: string, value: string | undefined]>): void {
    const next = new Map(this.now);
    const lines: string[] = [];
    for (const [key, value] of writes) {
      if (value !== undefined) lines.push(`put ${key}=${value}`);
      else if (next.has(key)) lines.push(`delete ${key}`);
      if (value === undefined) next.delete(key);
      else next.set(key, value);
    }
    if (lines.length === 0) return;
    this.states.push(next);
    this.lines.push(lines.toSorted().join(", "));
  }

  range(start: string, end: string, at: number): string[] {
    return [...this.states[at]!]
      .filter(([key]) => key >= start && key < end)
      .map(([key, value]) => `${key}=${value}`)
      .sort();
  }
}

const name = fc.constantFrom("a", "b", "c", "d", "e", "f");
const value = fc.stringMatching(/^[a-z0-9]{0,4}$/);
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        do: fc.constant("write" as const),
        writes: fc.uniqueArray(fc.record({ name, value: fc.option(value, { nil: undefined }) }), {
          selector: (item) => item.name,
          minLength: 1,
          maxLength: 3,
        }),
      }),
    },
    { weight: 3, arbitrary: fc.record({ do: fc.constant("writeIf" as const), name, exists: fc.boolean(), value }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("deleteRange" as const), start: name, end: name }) },
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant("range" as const),
        start: name,
        end: name,
        back: fc.nat(12),
        limit: fc.nat(4),
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("compact" as const), back: fc.nat(8) }) },
  ),
  { maxLength: 40 },
);

export function modelTests(check: Check, runs: number): void {
  let run = 0;
  check("random operations do what a plain map does, and a watch tells all of them", async (store) => {
    await fc.assert(
      fc.asyncProperty(steps, async (list) => {
        // Each run has keys of its own, so that one store serves all.
        await follow(store, `/model/${run++}/`, list);
      }),
      { numRuns: runs },
    );
  });
}

async function follow(store: Store, prefix: string, list: readonly Step[]): Promise<void> {
  const model = new Model();
  const watcher = new Recorder();
  const watch = store.watch({ start: prefix, end: prefixEnd(prefix) }, watcher);
  // Compaction must not come before the watch has begun.
  await watcher.settled(watch);
  const base = await store.revision();
  for (const step of list) {
    await take(step, { store, model, prefix, base });
    assert.equal(await store.revision(), base + model.states.length - 1);
  }
  await watcher.until(({ batches, error }) => batches.length >= model.lines.length || error !== undefined);
  watch.close();
  assert.deepEqual(
    watcher.batches.map(({ changes }) => changes.toSorted().join(", ")),
    model.lines,
  );
}

interface Run {
  readonly store: Store;
  readonly model: Model;
  readonly prefix: string;
  readonly base: Revision;
}

async function take(step: Step, { store, model, prefix, base }: Run): Promise<void> {
  const newest = model.states.length - 1;
  switch (step.do) {
    case "write": {
      const writes = step.writes.map((item) => [prefix + item.name, item.value] as const);
      await write(store, ...writes.map(([key, value]) => (value === undefined ? remove(key) : put(key, value))));
      return model.apply(writes);
    }
    case "writeIf": {
      const key = prefix + step.name;
      const operator = step.exists ? ">" : "=";
      const { succeeded } = await store.transact({
        compare: [{ key, target: "createRevision", operator, value: 0 }],
        success: [put(key, step.value)],
        failure: [],
      });
      assert.equal(succeeded, model.now.has(key) === step.exists);
      return succeeded ? model.apply([[key, step.value]]) : undefined;
    }
    case "deleteRange": {
      const [start, end] = [prefix + step.start, prefix + step.end];
      const doomed = [...model.now.keys()].filter((key) => key >= start && key < end);
      await write(store, { type: "deleteRange", start, end });
      return model.apply(doomed.map((key) => [key, undefined] as const));
    }
    case "range": {
      const at = Math.max(newest - step.back, model.compacted);
      const [start, end] = [prefix + step.start, prefix + step.end];
      const expected = model.range(start, end, at);
      const found = await store.range({ start, end, revision: base + at, limit: step.limit });
      const lines = found.entries.map((entry) => `${entry.key}=${text(entry.value)}`);
      assert.deepEqual(lines, step.limit ? expected.slice(0, step.limit) : expected);
      return assert.equal(found.count, expected.length);
    }
    case "compact": {
      const at = newest - step.back;
      if (at <= model.compacted) return;
      await store.compact(base + at);
      model.compacted = at;
      return;
    }
    default:
      return step satisfies never;
  }
}
