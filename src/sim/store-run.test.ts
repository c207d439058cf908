import { suite } from "node:test";
import type { Store } from "../store/index.ts";
import { delegate } from "./delegate.ts";
import { feeding, swapped, withoutFlush, withoutReservations } from "./sabotage.ts";
import type { StoreSabotage } from "./store-machine.ts";
import { runStore } from "./store-run.ts";
import { canaries, SEEDS, seedSuite } from "./seeds.suite.ts";
import kept from "./testdata/store-seeds.json" with { type: "json" };

/** A sabotage must be found within so many seeds. */
const CANARY_SEEDS = 200;

seedSuite("simulated store", { run: runStore, count: SEEDS, kept, file: "store-seeds.json" });

suite("the simulation finds", () => {
  const finds = canaries<StoreSabotage>(runStore, CANARY_SEEDS);

  finds("writes acknowledged before they are on disk", () => ({ disk: withoutFlush }), /not linearizable|never told/);
  finds("a delete that compaction forgets", () => ({ store: forgettingDeletes }), /not linearizable/);
  finds("writes that are relaxed and must not be", () => ({ relaxedPrefixes: ["/"] }), /^\/\w is not linearizable/);
  finds("revisions that are used again after a crash", () => ({ disk: withoutReservations }), /was used twice/);
  finds("two events in the wrong order", () => ({ store: reorderingEvents }), /told of revision \d+ after \d+/);
  finds("an event that is lost", () => ({ store: losingEvents }), /never told of/);
});

/** After a compaction, the key that was deleted last is back. */
function forgettingDeletes(store: Store): Store {
  let undead: { key: string; value: Uint8Array } | undefined;
  return delegate(store, {
    async transact(transaction) {
      const result = await store.transact(transaction);
      const [first] = result.results;
      if (first?.type === "delete" && first.previous[0]) undead = first.previous[0];
      return result;
    },
    async compact(revision) {
      await store.compact(revision);
      if (!undead) return;
      const { key, value } = undead;
      const absent = [{ key, target: "createRevision", operator: "=", value: 0 }] as const;
      await store.transact({ compare: absent, success: [{ type: "put", key, value }], failure: [] });
    },
  });
}

const reorderingEvents = (store: Store) => feeding(store, swapped);

const losingEvents = (store: Store) =>
  feeding(store, (sink) => {
    let count = 0;
    return {
      changes(changes, revision) {
        if (++count !== 7) sink.changes(changes, revision);
      },
    };
  });
