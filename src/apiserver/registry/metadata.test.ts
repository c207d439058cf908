import { deepStrictEqual } from "node:assert";
import { test } from "node:test";
import type { KubeObject } from "../../api/index.ts";
import { validateMetadataUpdate } from "./metadata.ts";

const object = (metadata: object) => ({ metadata: { name: "a", uid: "u", ...metadata } }) as unknown as KubeObject;

/** Fields of what is told of a change, each as often as it is told of. */
function told(changed: object, { checks = 0, old = {} }: { readonly checks?: number; readonly old?: object } = {}) {
  const change = { object: object(changed), old: object(old), rules: {}, checks };
  return validateMetadataUpdate({ scope: "Cluster" }, change).map(({ path }) => path);
}

test("identity and deletion of an object can't be changed by an update", () => {
  const changed = { uid: "v", deletionGracePeriodSeconds: 5, deletionTimestamp: "2020-01-01T00:00:00Z" };
  deepStrictEqual(told(changed), ["metadata.uid", "metadata.deletionTimestamp", "metadata.deletionGracePeriodSeconds"]);
});

test("labels are told of twice for every kind and once more for each look that a kind takes", () => {
  const times = (checks: number) => told({ labels: { a: "b c" } }, { checks }).length;
  deepStrictEqual([0, 1, 2].map(times), [2, 3, 4]);
});

test("beginnings of names and finalizers are looked at in every update, whether they changed or not", () => {
  const metadata = { generateName: "a/", finalizers: ["a/b/c"] };
  deepStrictEqual(told(metadata, { old: metadata }), ["metadata.generateName", "metadata.finalizers"]);
});

test("finalizers without a domain are refused by kinds that look at metadata themselves", () => {
  const finalizers = ["bad"];
  deepStrictEqual(told({ finalizers }), []);
  deepStrictEqual(told({ finalizers }, { checks: 1 }), ["metadata.finalizers[0]"]);
  deepStrictEqual(told({ finalizers }, { checks: 2 }), ["metadata.finalizers[0]", "metadata.finalizers[0]"]);
});
