import type { Clock, Log } from "../../base/index.ts";
import { AsyncQueue } from "../../net/index.ts";
import { StoreError } from "../errors.ts";
import type { Change, Revision, WatchOptions, WatchSink } from "../store.ts";
import type { Endpoints } from "./endpoints.ts";
import { isEndpointTrouble, storeError } from "./errors.ts";
import type { ProgressProbe } from "./progress.ts";
import { type Translation, WATCH, type WatchEvent, type WatchResponse } from "./wire.ts";

const RETRY_MS_MIN = 50;
const RETRY_MS_MAX = 5_000;
/** How often an unanswered request for progress is repeated: etcd drops those of watches that are behind. */
const PROGRESS_REPEAT_MS = 100;
/** Ends the stream of a member that has lost its cluster. */
const REQUIRE_LEADER = { hasleader: "true" };

export interface EtcdWatchParts {
  readonly endpoints: Endpoints;
  readonly translation: Translation;
  readonly clock: Clock;
  readonly log: Log;
  readonly probe: ProgressProbe;
}

/** One watch: a stream of its own, begun again where it stopped when the connection or the member is lost. */
export class EtcdWatch {
  readonly #parts: EtcdWatchParts;
  readonly #options: WatchOptions;
  readonly #sink: WatchSink;
  readonly #abort = new AbortController();
  /** The next revision to deliver; 0 while etcd has not said. */
  #next: Revision;
  #requests: AsyncQueue<object> | undefined;
  #progressWanted = false;
  #asking = false;
  #delivered: Array<() => void> = [];
  /** Settles once nothing more will be delivered. */
  readonly done: Promise<void>;

  constructor(parts: EtcdWatchParts, options: WatchOptions, sink: WatchSink) {
    this.#parts = parts;
    this.#options = options;
    this.#sink = sink;
    this.#next = options.from ?? 0;
    this.done = this.#run();
  }

  close(): void {
    this.#abort.abort();
    this.#wake();
  }

  /** Ends it from our side. */
  end(error: StoreError): void {
    if (this.#abort.signal.aborted) return;
    this.close();
    this.#sink.closed(error);
  }

  requestProgress(): void {
    this.#progressWanted = true;
    if (!this.#asking) void this.#askProgress();
  }

  async #run(): Promise<void> {
    const { clock, endpoints, log } = this.#parts;
    const { signal } = this.#abort;
    let retryMs = RETRY_MS_MIN;
    while (!signal.aborted) {
      const channel = endpoints.current;
      const before = this.#next;
      try {
        await this.#stream(channel);
      } catch (error) {
        if (signal.aborted) return;
        if (!isEndpointTrouble(error)) {
          const told = storeError(error, "watch");
          return this.end(
            told instanceof StoreError ? told : new StoreError("unavailable", "watch: failed", { cause: error }),
          );
        }
        log.warn("Watch lost its etcd member, going on with the next", { error, from: this.#next });
      }
      endpoints.leave(channel);
      retryMs = this.#next > before ? RETRY_MS_MIN : Math.min(retryMs * 2, RETRY_MS_MAX);
      await clock.sleep(retryMs, signal).catch(() => {});
    }
  }

  async #stream(channel: Endpoints["current"]): Promise<void> {
    const { start, end, previous = false } = this.#options;
    const { key, rangeEnd } = this.#parts.translation.range({ start, end });
    const requests = new AsyncQueue<object>(16, () => 1);
    // Regular notes of progress let a quiet watch be resumed although compaction has passed its last change.
    const create = { key, rangeEnd, startRevision: this.#next, prevKv: previous, progressNotify: true };
    requests.push({ createRequest: create });
    this.#requests = requests;
    try {
      const { signal } = this.#abort;
      for await (const response of channel.stream(WATCH, requests, { signal, metadata: REQUIRE_LEADER })) {
        if (signal.aborted) return;
        this.#hear(response);
      }
    } finally {
      this.#requests = undefined;
      requests.end();
    }
  }

  #hear(response: WatchResponse): void {
    const { header, created, canceled, compactRevision, cancelReason, events } = response;
    if (canceled && compactRevision > 0) {
      const state = `history starts after ${compactRevision}`;
      return this.end(new StoreError("compacted", `watch ${this.#options.start} from ${this.#next}: ${state}`));
    }
    if (canceled)
      return this.end(new StoreError("unavailable", `watch ${this.#options.start}: etcd ended it, ${cancelReason}`));
    if (created) {
      if (this.#next === 0) this.#next = header.revision + 1;
    } else if (events.length > 0) this.#deliver(events);
    else if (response.watchId >= 0 || this.#parts.probe.isProgressOrdered) this.#progress(header.revision);
    this.#wake();
  }

  #deliver(events: readonly WatchEvent[]): void {
    for (let index = 0; index < events.length && !this.#abort.signal.aborted; ) {
      const revision = events[index]!.kv.modRevision;
      let end = index + 1;
      while (end < events.length && events[end]!.kv.modRevision === revision) end++;
      if (revision >= this.#next) {
        this.#next = revision + 1;
        this.#sink.changes(
          events.slice(index, end).map((event) => this.#change(event)),
          revision,
        );
      }
      index = end;
    }
  }

  #change({ type, kv, prevKv }: WatchEvent): Change {
    const { translation } = this.#parts;
    const previous = this.#options.previous && prevKv ? translation.entry(prevKv) : undefined;
    if (type === "PUT") return { type: "put", entry: translation.entry(kv), previous };
    return { type: "delete", key: translation.keyText(kv.key), revision: kv.modRevision, previous };
  }

  #progress(revision: Revision): void {
    if (revision + 1 > this.#next) this.#next = revision + 1;
    if (!this.#progressWanted) return;
    this.#progressWanted = false;
    this.#sink.progress(revision);
  }

  async #askProgress(): Promise<void> {
    const { clock, probe, log } = this.#parts;
    const { signal } = this.#abort;
    this.#asking = true;
    try {
      while (this.#progressWanted && !signal.aborted) {
        if (this.#requests === undefined || this.#next === 0) await this.#somethingHeard();
        else if (await probe.ordered()) {
          this.#requests.push({ progressRequest: {} });
          await clock.sleep(PROGRESS_REPEAT_MS, signal).catch(() => {});
        } else await this.#proveProgress();
      }
    } catch (error) {
      log.warn("Asking for a watch's progress failed", { error });
    } finally {
      this.#asking = false;
    }
  }

  /** For servers whose notes of progress may overtake changes: another watch tells which changes there are to wait for. */
  async #proveProgress(): Promise<void> {
    const { probe } = this.#parts;
    const { through, last } = await probe.lastChange(this.#options, this.#next, this.#abort.signal);
    while (last >= this.#next && !this.#abort.signal.aborted) await this.#somethingHeard();
    if (!this.#abort.signal.aborted) this.#progress(through);
  }

  #somethingHeard(): Promise<void> {
    return new Promise((resolve) => this.#delivered.push(resolve));
  }

  #wake(): void {
    for (const wake of this.#delivered.splice(0)) wake();
  }
}
