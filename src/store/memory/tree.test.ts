import assert from "node:assert/strict";
import { test } from "node:test";
import bulkModule from "sorted-btree/extended/bulkLoad.js";
import { seededRandom } from "../../base/index.ts";
import { compareKeys } from "./keys.ts";
import { BTree, countBetween, type Tree } from "./tree.ts";

const KEYS_MAX = 20_000;
const keyOf = (index: number) => `/k/${String(index).padStart(6, "0")}`;

/** Counts spans that begin and end at keys, between keys and outside of all, both ways. */
function check(tree: Tree<string, number>, random: { int(max: number): number }): void {
  for (let span = 0; span < 300; span++) {
    const [start, end] = [keyOf(random.int(KEYS_MAX + 10)), keyOf(random.int(KEYS_MAX + 10))];
    const plain = start < end ? tree.forRange(start, end, false) : 0;
    assert.equal(countBetween(tree, start, end), plain, `${start} to ${end} of ${tree.size}`);
  }
  assert.equal(countBetween(tree, "", "~"), tree.size);
}

test("keys are counted as the tree itself counts them, whatever was put in, taken out and copied", () => {
  const random = seededRandom(7);
  const int = (max: number) => Math.floor(random.float() * max);
  let tree: Tree<string, number> = new BTree<string, number>(undefined, compareKeys);
  check(tree, { int });
  for (let round = 0; round < 20; round++) {
    for (let index = 0; index < 1000; index++) tree.set(keyOf(int(KEYS_MAX)), index);
    check(tree, { int });
    const copy = tree.clone();
    for (let index = 0; index < 700; index++) tree.delete(keyOf(int(KEYS_MAX)));
    check(copy, { int });
    check(tree, { int });
    if (round === 10) tree = copy;
  }
});

test("they are in a tree that was made all at once", () => {
  const random = seededRandom(8);
  const int = (max: number) => Math.floor(random.float() * max);
  const keys = Array.from({ length: 10_000 }, (_, index) => keyOf(2 * index));
  const tree = bulkModule.bulkLoad(
    keys,
    keys.map((_, index) => index),
    32,
    compareKeys,
  );
  check(tree, { int });
  for (let index = 0; index < 5000; index++) tree.set(keyOf(int(KEYS_MAX)), index);
  check(tree, { int });
});
