import { type Clock, type Timer, own } from "../../base/index.ts";
import { AsyncQueue, type GrpcCallContext, GrpcError, type StreamHandler } from "../../net/index.ts";
import { StoreError } from "../errors.ts";
import { compareKeys } from "../memory/index.ts";
import type { Change, KeyRange, Revision, Store, Watch } from "../store.ts";
import type { Auth } from "./auth/auth.ts";
import { encodeEvent, header, type ResponseHeader, WatchEvents } from "./encode.ts";
import { emptyKey } from "./errors.ts";
import { type Member, rangeOf, type WatchCreateRequest, type WatchRequest } from "./messages.ts";

/** What may wait for one client; a watch that finds it full stops and goes on later from where it was. */
const WAITING_BYTES_MAX = 8 * 1024 * 1024;
/** A response is cut into fragments at this size, when the client takes them. */
const FRAGMENT_BYTES = 1.5 * 1024 * 1024;
const PROGRESS_INTERVAL_MS = 10 * 60_000;
/** The id of answers that are about all watches of a stream. */
const ALL_WATCHES = -1;

/** What a response counts for beside its events while it waits. */
const RESPONSE_BYTES = 64;

export interface WatchParts {
  readonly auth: Auth;
  readonly store: Store;
  readonly member: Member;
  readonly clock: Clock;
}

/** Clients read from the text why a watch was refused. */
const STATUS_WORDS: Partial<Record<string, string>> = {
  permissionDenied: "PermissionDenied",
  invalidArgument: "InvalidArgument",
  unauthenticated: "Unauthenticated",
};

/** The Watch service: one stream carries any number of watches. */
export function watchHandler(options: WatchParts): StreamHandler {
  const parts = { ...options, events: new EventCache() };
  return (requests: AsyncIterable<never>, context) => {
    const stream = new WatchStream(parts, context);
    const { signal } = context;
    signal.addEventListener("abort", () => stream.close(), { once: true });
    void stream.read(requests);
    return stream.output;
  };
}

/** What all streams of a server share. */
interface StreamParts extends WatchParts {
  readonly events: EventCache;
}

interface Response {
  readonly bytes: number;
  readonly message: object;
}

/** One client's stream. */
class WatchStream {
  readonly #parts: StreamParts;
  readonly #queue = new AsyncQueue<Response>(WAITING_BYTES_MAX, ({ bytes }) => bytes);
  readonly #watches = new Map<number, ServedWatch>();
  readonly #context: GrpcCallContext;
  #nextId = 0;

  constructor(parts: StreamParts, context: GrpcCallContext) {
    this.#parts = parts;
    this.#context = context;
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
      watchId,
      send: (message, bytes) => this.#queue.push({ message, bytes }),
      ended: () => this.#watches.delete(watchId),
    });
    this.#watches.set(watchId, watch);
    watch.start();
  }

  #whyNot({ key, rangeEnd }: WatchCreateRequest, watchId: number): string | undefined {
    if (this.#watches.has(watchId)) return "etcdserver: mvcc: duplicate watch ID provided on the WatchStream";
    if (key.length === 0) return emptyKey().message;
    const range = rangeOf(key, rangeEnd);
    if (compareKeys(range.start, range.end) >= 0) return "mvcc: watcher range is empty";
    return this.#whyNotAllowed(range);
  }

  #whyNotAllowed(range: KeyRange): string | undefined {
    try {
      this.#parts.auth.rights(this.#context)?.read(range);
      return undefined;
    } catch (error) {
      if (!(error instanceof GrpcError)) throw error;
      return `rpc error: code = ${own(STATUS_WORDS, error.code) ?? "Unknown"} desc = ${error.message}`;
    }
  }

  #freeId(): number {
    while (this.#watches.has(this.#nextId)) this.#nextId++;
    return this.#nextId++;
  }

  async #cancel(watchId: number): Promise<void> {
    const watch = this.#watches.get(watchId);
    if (!watch) return;
    watch.flush();
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
    return this.#queue.push({ message, bytes: RESPONSE_BYTES }) ?? Promise.resolve();
  }

  #header(revision: Revision): object {
    return header(this.#parts.member, revision);
  }
}

interface ServedWatchParts {
  readonly parts: StreamParts;
  readonly watchId: number;
  readonly request: WatchCreateRequest;
  readonly from: Revision;
  /** Hands over a response; a promise when too much waits. */
  readonly send: (message: object, bytes: number) => Promise<void> | undefined;
  readonly ended: () => void;
}

/** Events of whole revisions that go out together. */
interface Gathered {
  readonly events: Uint8Array[];
  bytes: number;
  /** The newest of their revisions. */
  revision: Revision;
}

/**
 * One watch of a client. It remembers how far it has told, so that it can stop for a slow client and go on later. What one
 * flush of the store makes visible goes out as one response.
 */
class ServedWatch {
  readonly #options: ServedWatchParts;
  #from: Revision;
  #gathered: Gathered | undefined;
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
    const { filters, fragment } = this.#options.request;
    const hidden = (type: Change["type"]) => filters.includes(type === "put" ? "NOPUT" : "NODELETE");
    const shown = filters.length > 0 ? changes.filter(({ type }) => !hidden(type)) : changes;
    if (shown.length === 0) return;
    const events = shown.map((change) => this.#options.parts.events.encoded(change));
    const bytes = sizeOf(events);
    if (this.#gathered && this.#gathered.bytes + bytes > FRAGMENT_BYTES) this.flush();
    if (fragment && bytes > FRAGMENT_BYTES) return this.#tellInPieces(events, revision);
    if (!this.#gathered) {
      this.#gathered = { events: [], bytes: 0, revision };
      // Once everything that this turn makes visible has been heard of.
      queueMicrotask(() => this.flush());
    }
    this.#gathered.events.push(...events);
    this.#gathered.bytes += bytes;
    this.#gathered.revision = revision;
  }

  /** Sends what was gathered. */
  flush(): void {
    const gathered = this.#gathered;
    if (!gathered) return;
    this.#gathered = undefined;
    this.#sendEvents({ ...gathered, fragment: false });
  }

  /** One revision that is larger than what goes out at a time. */
  #tellInPieces(events: readonly Uint8Array[], revision: Revision): void {
    const pieces = piecesOf(events);
    pieces.forEach((piece, index) =>
      this.#sendEvents({ events: piece, bytes: sizeOf(piece), revision, fragment: index < pieces.length - 1 }),
    );
  }

  #sendEvents({ events, bytes, revision, fragment }: Gathered & { readonly fragment: boolean }): void {
    const { watchId } = this.#options;
    const full = this.#send(new WatchEvents({ header: this.#header(revision), watchId, fragment, events }), bytes);
    if (full) this.#pause(full);
  }

  #header(revision: Revision): ResponseHeader {
    return header(this.#options.parts.member, revision);
  }

  #send(message: object, bytes: number): Promise<void> | undefined {
    this.#lastMs = this.#options.parts.clock.monotonicMs();
    return this.#options.send(message, bytes + RESPONSE_BYTES);
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
    this.flush();
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
        const { watchId } = this.#options;
        this.#options.send({ header: this.#header(revision), watchId, canceled: true, ...reason }, RESPONSE_BYTES);
      })
      .catch(() => {})
      .finally(() => this.#settle(this.#from - 1));
  }

  #settle(revision: Revision): void {
    this.flush();
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
        this.#send({ header: this.#header(revision), watchId: this.#options.watchId }, 0);
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

/** Events as the wire has them. All watches hear of the same changes in the same turn: each is encoded once. */
class EventCache {
  readonly #encoded = new Map<Change, Uint8Array>();

  encoded(change: Change): Uint8Array {
    const known = this.#encoded.get(change);
    if (known) return known;
    if (this.#encoded.size === 0) queueMicrotask(() => this.#encoded.clear());
    const event = encodeEvent(change);
    this.#encoded.set(change, event);
    return event;
  }
}

function sizeOf(events: readonly Uint8Array[]): number {
  return events.reduce((sum, event) => sum + event.length, 0);
}

/** Events in order, in pieces that each stay below the size of a fragment where one event does. */
function piecesOf(events: readonly Uint8Array[]): Uint8Array[][] {
  const pieces: Uint8Array[][] = [[]];
  let bytes = 0;
  for (const event of events) {
    if (bytes > 0 && bytes + event.length > FRAGMENT_BYTES) {
      pieces.push([]);
      bytes = 0;
    }
    pieces.at(-1)!.push(event);
    bytes += event.length;
  }
  return pieces;
}
