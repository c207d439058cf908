import { StoreError } from "../errors.ts";
import type { Store } from "../store.ts";

/** etcd's default. */
const QUOTA_BYTES_DEFAULT = 2 * 1024 ** 3;

/**
 * Turns puts away once the store has grown over its limit, and until someone has made room and disarmed the alarm:
 * deletes and compaction stay possible.
 */
export class Quota {
  readonly #store: Store;
  readonly limitBytes: number;
  #alarm = false;

  /** `limitBytes`: 0 for etcd's default, negative for none. */
  constructor(store: Store, limitBytes: number) {
    this.#store = store;
    this.limitBytes = limitBytes === 0 ? QUOTA_BYTES_DEFAULT : limitBytes;
  }

  get isAlarmed(): boolean {
    return this.#alarm;
  }

  /** Throws `noSpace` when nothing more may be put. */
  async check(): Promise<void> {
    if (this.limitBytes < 0) return;
    if (!this.#alarm && (await this.#store.status()).sizeBytes > this.limitBytes) this.#alarm = true;
    if (this.#alarm) throw new StoreError("noSpace", `put: the store is over its limit of ${this.limitBytes} bytes`);
  }

  activate(): void {
    this.#alarm = true;
  }

  /** The next put looks at the size anew. */
  disarm(): void {
    this.#alarm = false;
  }
}
