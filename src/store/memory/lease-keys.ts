import type { Entry } from "../store.ts";
import { BTree, type Tree } from "./tree.ts";

/** Which keys hang on which lease; most hang on none, and cost nothing here. */
export class LeaseKeys {
  /** Each key under its lease's number and itself. */
  readonly #keys: Tree<string, string>;

  constructor(keys: Tree<string, string> = new BTree()) {
    this.#keys = keys;
  }

  /** An independent copy, in O(1). */
  clone(): LeaseKeys {
    return new LeaseKeys(this.#keys.clone());
  }

  /** An entry has come in the place of another; either may be none. */
  replace(before: Entry | undefined, now: Entry | undefined): void {
    const [old = 0, lease = 0] = [before?.lease, now?.lease];
    if (old === lease) return;
    if (old > 0) this.#keys.delete(placeOf(old, before!.key));
    if (lease > 0) this.#keys.set(placeOf(lease, now!.key), now!.key);
  }

  /** In no order that means anything. */
  of(lease: number): string[] {
    const keys: string[] = [];
    // What follows a slash is "0".
    this.#keys.forRange(placeOf(lease, ""), `${lease}0`, false, (_, key) => {
      keys.push(key);
    });
    return keys;
  }
}

function placeOf(lease: number, key: string): string {
  return `${lease}/${key}`;
}
