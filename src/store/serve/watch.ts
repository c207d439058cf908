import type { Clock, Timer } from "../../base/index.ts";
import { AsyncQueue, type StreamHandler } from "../../net/index.ts";
import { StoreError } from "../errors.ts";
import type { Change, Revision, Store, Watch } from "../store.ts";
import { emptyKey } from "./errors.ts";
import {
  header,
  keyBytes,
  keyValue,
  type Member,
  rangeOf,
  type WatchCreateRequest,
  type WatchRequest,
} from "./messages.ts";

/** What may wait for one client; a watch that finds it full stops and goes on later from where it was. */
const WAITING_BYTES_MAX = 8 * 1024 * 1024;
/** A response is cut into fragments at this size, when the client takes them. */
const FRAGMENT_BYTES = 1.5 * 1024 * 1024;
const PROGRESS_INTERVAL_MS = 10 * 60_000;
/** The id of answers that are about all watches of a stream. */
const ALL_WATCHES = -1;

export interface WatchParts {
  readonly store: Store;
  readonly member: Member;
  readonly clock: Clock;
}

/** The Watch service: one stream carries any number of watches. */
export function watchHandler(parts: WatchParts): StreamHandler {
  return (requests: AsyncIterable<never>, { signal }) => {
    const stream = new WatchStream(parts);
    signal.addEventListener("abort", () => stream.close(), { once: true });
    void stream.read(requests);
    return stream.output;
  };
}

interface Response {
  readonly bytes: number;
  readonly message: object;
}

/** One client's stream. */
class WatchStream {
  readonly #parts: WatchParts;
  readonly #queue = new AsyncQueue<Response>(WAITING_BYTES_MAX, ({ bytes }) => bytes);
  readonly #watches = new Map<number, ServedWatch>();
  #nextId = 0;

  constructor(parts: WatchParts) {
    this.#parts = parts;
  }

  get output(): AsyncIterable<object> {
    return messagesOf(this.#queue, () => this.close());
  }

  async read(requests: AsyncIterable<WatchRequest>): Promise<void> {
    try {
      for await (const { createRequest, cancelRequest, progressRequest } of requests) {
        if (createRequest) await this.#create(createRequest);
        else if (cancelRequest) await this.#cancel(cancelRequest.watchId);
        else if (progressRequest) await this.#progress();
      }
      // The client has said all it wants; what it watches goes on.
    } catch (error) {
      this.#queue.fail(error);
      this.close();
    }
  }

  close(): void {
    for (const watch of this.#watches.values()) watch.close();
    this.#watches.clear();
    this.#queue.end();
  }

  async #create(request: WatchCreateRequest): Promise<void> {
    const revision = await this.#parts.store.revision();
    const watchId = request.watchId || this.#freeId();
    const refused = this.#whyNot(request, watchId);
    if (refused !== undefined) {
      await this.#send({
        header: this.#header(revision),
        watchId,
        created: true,
        canceled: true,
        cancelReason: refused,
      });
      return;
    }
    await this.#send({ header: this.#header(revision), watchId, created: true });
    const watch = new ServedWatch({
      parts: this.#parts,
      request,
      // The next write after this answer is the first that is told.
      from: request.startRevision > 0 ? request.startRevision : revision + 1,
      send: (message, bytes) => this.#queue.push({ message: { watchId, ...message }, bytes }),
      ended: () => this.#watches.delete(watchId),
    });
    this.#watches.set(watchId, watch);
    watch.start();
  }

  #whyNot({ key, rangeEnd }: WatchCreateRequest, watchId: number): string | undefined {
    if (this.#watches.has(watchId)) return "etcdserver: mvcc: duplicate watch ID provided on the WatchStream";
    if (key.length === 0) return emptyKey().message;
    const { start, end } = rangeOf(key, rangeEnd);
    return start < end ? undefined : "mvcc: watcher range is empty";
  }

  #freeId(): number {
    while (this.#watches.has(this.#nextId)) this.#nextId++;
    return this.#nextId++;
  }

  async #cancel(watchId: number): Promise<void> {
    const watch = this.#watches.get(watchId);
    if (!watch) return;
    watch.close();
    this.#watches.delete(watchId);
    await this.#send({ header: this.#header(await this.#parts.store.revision()), watchId, canceled: true });
  }

  /** Answers once everything so far has gone out on every watch. */
  async #progress(): Promise<void> {
    const revisions = await Promise.all([...this.#watches.values()].map((watch) => watch.caughtUp()));
    const revision = revisions.length > 0 ? Math.min(...revisions) : await this.#parts.store.revision();
    await this.#send({ header: this.#header(revision), watchId: ALL_WATCHES });
  }

  #send(message: object): Promise<void> {
    return this.#queue.push({ message, bytes: 64 }) ?? Promise.resolve();
  }

  #header(revision: Revision): object {
    return header(this.#parts.member, revision);
  }
}

interface ServedWatchParts {
  readonly parts: WatchParts;
  readonly request: WatchCreateRequest;
  readonly from: Revision;
  /** Hands over a response; a promise when too much waits. */
  readonly send: (message: object, bytes: number) => Promise<void> | undefined;
  readonly ended: () => void;
}

/** One watch of a client. It remembers how far it has told, so that it can stop for a slow client and go on later. */
class ServedWatch {
  readonly #options: ServedWatchParts;
  #from: Revision;
  #watch: Watch | undefined;
  #closed = false;
  #waitingForRoom = false;
  #caughtUp: Array<(revision: Revision) => void> = [];
  #lastMs: number;
  #notifying: Timer | undefined;

  constructor(options: ServedWatchParts) {
    this.#options = options;
    this.#from = options.from;
    this.#lastMs = options.parts.clock.monotonicMs();
  }

  start(): void {
    this.#open();
    if (this.#options.request.progressNotify) this.#notifyLater();
  }

  /** Resolves with a revision once everything up to it has been told. */
  caughtUp(): Promise<Revision> {
    return new Promise((resolve) => {
      this.#caughtUp.push(resolve);
      if (this.#closed) this.#settle(this.#from - 1);
      else this.#watch?.requestProgress();
    });
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#notifying?.cancel();
    this.#watch?.close();
    this.#settle(this.#from - 1);
  }

  #open(): void {
    const { store } = this.#options.parts;
    const { key, rangeEnd, prevKv } = this.#options.request;
    try {
      this.#watch = store.watch(
        { ...rangeOf(key, rangeEnd), from: this.#from, previous: prevKv },
        {
          changes: (changes, revision) => this.#tell(changes, revision),
          progress: (revision) => this.#settle(revision),
          closed: (error) => this.#end(error),
        },
      );
      if (this.#caughtUp.length > 0) this.#watch.requestProgress();
    } catch (error) {
      this.#end(error as Error);
    }
  }

  #tell(changes: readonly Change[], revision: Revision): void {
    this.#from = revision + 1;
    const { filters } = this.#options.request;
    const shown = changes.filter(({ type }) => !filters.includes(type === "put" ? "NOPUT" : "NODELETE"));
    if (shown.length === 0) return;
    let full: Promise<void> | undefined;
    const pieces = this.#options.request.fragment ? piecesOf(shown) : [shown];
    pieces.forEach((piece, index) => {
      const fragment = index < pieces.length - 1;
      full = this.#send({ revision, events: piece.map(eventOf), fragment }, sizeOf(piece)) ?? full;
    });
    if (full) this.#pause(full);
  }

  #send({ revision, ...rest }: { revision: Revision; events?: object[]; fragment?: boolean }, bytes: number) {
    this.#lastMs = this.#options.parts.clock.monotonicMs();
    return this.#options.send({ header: header(this.#options.parts.member, revision), ...rest }, bytes);
  }

  /** The client is slow: nothing more is gathered for it until it has read what waits. */
  #pause(room: Promise<void>): void {
    if (this.#waitingForRoom) return;
    this.#waitingForRoom = true;
    this.#watch?.close();
    this.#watch = undefined;
    void room.then(() => {
      this.#waitingForRoom = false;
      if (!this.#closed) this.#open();
    });
  }

  #end(error: Error): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#notifying?.cancel();
    this.#options.ended();
    const compacted = error instanceof StoreError && error.code === "compacted";
    void this.#options.parts.store
      .status()
      .then(({ revision, compactRevision }) => {
        const reason = compacted
          ? { compactRevision, cancelReason: "etcdserver: mvcc: required revision has been compacted" }
          : { cancelReason: "etcdserver: server stopped" };
        this.#options.send({ header: header(this.#options.parts.member, revision), canceled: true, ...reason }, 64);
      })
      .catch(() => {})
      .finally(() => this.#settle(this.#from - 1));
  }

  #settle(revision: Revision): void {
    this.#from = Math.max(this.#from, revision + 1);
    for (const resolve of this.#caughtUp.splice(0)) resolve(revision);
  }

  /** Tells a silent client how far the store has come. */
  #notifyLater(): void {
    const { clock } = this.#options.parts;
    const waitMs = Math.max(this.#lastMs + PROGRESS_INTERVAL_MS - clock.monotonicMs(), 1000);
    this.#notifying = clock.timer(waitMs, () => {
      if (this.#closed) return;
      if (clock.monotonicMs() - this.#lastMs < PROGRESS_INTERVAL_MS) return this.#notifyLater();
      void this.caughtUp().then((revision) => {
        if (this.#closed) return;
        this.#send({ revision }, 64);
        this.#notifyLater();
      });
    });
  }
}

async function* messagesOf(queue: AsyncQueue<Response>, left: () => void): AsyncGenerator<object> {
  try {
    for await (const { message } of queue) yield message;
  } finally {
    left();
  }
}

function eventOf(change: Change): object {
  const prevKv = change.previous && keyValue(change.previous);
  if (change.type === "put") return { type: "PUT", kv: keyValue(change.entry), ...(prevKv && { prevKv }) };
  const gone = { key: keyBytes(change.key), modRevision: change.revision };
  return { type: "DELETE", kv: gone, ...(prevKv && { prevKv }) };
}

function sizeOf(changes: readonly Change[]): number {
  let bytes = 64;
  for (const change of changes) {
    bytes += 64 + (change.type === "put" ? change.entry.key.length + change.entry.value.length : change.key.length);
    bytes += change.previous?.value.length ?? 0;
  }
  return bytes;
}

/** Changes in order, in pieces that each stay below the size of a fragment where one change does. */
function piecesOf(changes: readonly Change[]): Change[][] {
  const pieces: Change[][] = [[]];
  let bytes = 0;
  for (const change of changes) {
    const size = sizeOf([change]);
    if (bytes > 0 && bytes + size > FRAGMENT_BYTES) {
      pieces.push([]);
      bytes = 0;
    }
    pieces.at(-1)!.push(change);
    bytes += size;
  }
  return pieces;
}
