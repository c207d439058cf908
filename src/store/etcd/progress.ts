import { AsyncQueue } from "../../net/index.ts";
import { StoreError } from "../errors.ts";
import { compareKeys } from "../memory/index.ts";
import type { KeyRange, Revision } from "../store.ts";
import type { Endpoints } from "./endpoints.ts";
import { PUT, STATUS, type Translation, WATCH } from "./wire.ts";

/** Outside of every range of the store: written to learn how far a watch has come. */
const MARK = new TextEncoder().encode("\0navarch/progress");
const FIRST = new Uint8Array([0]);

/** Finds out how far watches have come, with servers of any version. */
export class ProgressProbe {
  readonly #endpoints: Endpoints;
  readonly #translation: Translation;
  #ordered: boolean | undefined;

  constructor(endpoints: Endpoints, translation: Translation) {
    this.#endpoints = endpoints;
    this.#translation = translation;
  }

  /** False until {@link ordered} has found out. */
  get isProgressOrdered(): boolean {
    return this.#ordered === true;
  }

  /** Whether the server answers requests for progress in order with the changes. */
  async ordered(): Promise<boolean> {
    this.#ordered ??= answersInOrder((await this.#endpoints.read(STATUS, {})).version);
    return this.#ordered;
  }

  /**
   * The last change of a range from a revision on. A watch of all keys is read until a mark that is written for it: as
   * one watch hears its changes in order, nothing can be missing before the mark.
   */
  async lastChange({ start, end }: KeyRange, from: Revision, signal: AbortSignal) {
    const { header } = await this.#endpoints.write(PUT, { key: MARK, value: new Uint8Array(0) });
    const create = { key: FIRST, rangeEnd: FIRST, startRevision: Math.min(from, header.revision) };
    const requests = new AsyncQueue<object>(1, () => 1);
    requests.push({ createRequest: create });
    let last: Revision = 0;
    for await (const { canceled, compactRevision, events } of this.#endpoints.current.stream(WATCH, requests, {
      signal,
    })) {
      if (canceled) {
        const code = compactRevision > 0 ? "compacted" : "unavailable";
        throw new StoreError(code, `watch from ${from}: etcd ended it, history starts after ${compactRevision}`);
      }
      for (const { kv } of events) {
        if (kv.modRevision >= header.revision) return { through: header.revision, last };
        const key = this.#translation.keyText(kv.key);
        if (compareKeys(key, start) >= 0 && compareKeys(key, end) < 0) last = kv.modRevision;
      }
    }
    throw new StoreError("unavailable", "watch for progress: etcd ended the stream");
  }
}

/** From 3.4.31, 3.5.13 and 3.6 on; the versions that Kubernetes asks for. */
function answersInOrder(version: string): boolean {
  const [major = 0, minor = 0, patch = 0] = version.split(".").map((part) => Number.parseInt(part, 10));
  if (major !== 3) return major > 3;
  if (minor === 4) return patch >= 31;
  if (minor === 5) return patch >= 13;
  return minor > 5;
}
