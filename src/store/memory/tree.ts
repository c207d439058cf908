import BTreeModule from "sorted-btree";

// The package is CommonJS: its class sits below the default export.
export const BTree = BTreeModule.default;
export type Tree<K, V> = InstanceType<typeof BTreeModule.default<K, V>>;

/** What the package keeps to itself: inner nodes know how much is below them. */
interface Node<K> {
  readonly children?: readonly Node<K>[];
  size(): number;
  /** Where a key is or, with 0, would be; an inner node's keys are the largest ones of its children. */
  indexOf(key: K, failure: 0, compare: (a: K, b: K) => number): number;
}

interface Inside<K> {
  readonly _root: Node<K>;
  readonly _compare: (a: K, b: K) => number;
}

/**
 * How many keys lie from `start` up to, and without, `end`. The tree's own way looks into every leaf between them: a page of a
 * hundred thousand objects, which tells how many follow, cost less than that.
 */
export function countBetween<K>(tree: Tree<K, unknown>, start: K, end: K): number {
  return Math.max(0, countBefore(tree, end) - countBefore(tree, start));
}

function countBefore<K>(tree: Tree<K, unknown>, key: K): number {
  const { _root: root, _compare: compare } = tree as unknown as Inside<K>;
  let count = 0;
  for (let node = root; ; ) {
    const index = node.indexOf(key, 0, compare);
    const { children } = node;
    if (!children) return count + index;
    for (let before = 0; before < index; before++) count += children[before]!.size();
    if (index === children.length) return count;
    node = children[index]!;
  }
}
