import { deepStrictEqual } from "node:assert";
import { test } from "node:test";
import type { KubeObject } from "../../api/index.ts";
import type { MetadataLook } from "../../api/kind.ts";
import { metadataLooks, validateChangedMetadata } from "./metadata.ts";

const object = (metadata: object) => ({ metadata: { name: "a", uid: "u", ...metadata } }) as unknown as KubeObject;

/** Fields of what is told of a change, each as often as it is told of: of every kind, and then as the kind looks. */
function told(
  changed: object,
  { looks = [], old = {} }: { readonly looks?: readonly MetadataLook[]; readonly old?: object } = {},
) {
  const change = { object: object(changed), old: object(old), rules: {} };
  const found = metadataLooks({ scope: "Cluster" }, change);
  const errors = [...validateChangedMetadata({ scope: "Cluster" }, change), ...looks.flatMap((look) => found[look])];
  return errors.map(({ path }) => path);
}

test("identity and deletion of an object can't be changed by an update", () => {
  const changed = { uid: "v", deletionGracePeriodSeconds: 5, deletionTimestamp: "2020-01-01T00:00:00Z" };
  deepStrictEqual(told(changed), ["metadata.uid", "metadata.deletionTimestamp", "metadata.deletionGracePeriodSeconds"]);
});

test("labels are told of twice for every kind and once more for each look that a kind takes", () => {
  const times = (...looks: readonly MetadataLook[]) => told({ labels: { a: "b c" } }, { looks }).length;
  deepStrictEqual([times(), times("change"), times("whole", "change")], [2, 3, 4]);
});

test("only what a kind's own look at the whole finds is what its names begin with", () => {
  const generateName = "A_";
  deepStrictEqual(told({ generateName }, { looks: ["change"] }), []);
  deepStrictEqual(told({ generateName }, { looks: ["whole"] }), ["metadata.generateName"]);
});

test("beginnings of names and finalizers are looked at in every update, whether they changed or not", () => {
  const metadata = { generateName: "a/", finalizers: ["a/b/c"] };
  deepStrictEqual(told(metadata, { old: metadata }), ["metadata.generateName", "metadata.finalizers"]);
});

test("finalizers without a domain are refused by kinds that look at metadata themselves", () => {
  const finalizers = ["bad"];
  deepStrictEqual(told({ finalizers }), []);
  deepStrictEqual(told({ finalizers }, { looks: ["change"] }), ["metadata.finalizers[0]"]);
  const both = ["metadata.finalizers[0]", "metadata.finalizers[0]"];
  deepStrictEqual(told({ finalizers }, { looks: ["whole", "change"] }), both);
});
