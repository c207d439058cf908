import type { Random } from "../base/index.ts";
import type { ListLog, StreamLog } from "./api-check.ts";
import { collection, FORMATS, isFault, isUnanswered, itemsOf, request, type SimClient } from "./api-client.ts";
import { type Item, itemOf, keyOf, type Selection, type Truth } from "./truth.ts";
import { heardOf, watched } from "./watch-reader.ts";

const RETRY_MS = 40;
const PAUSE_MAX_MS = 300;
const GONE = 410;

export interface WatcherOptions {
  readonly name: string;
  readonly client: SimClient;
  readonly truth: Truth;
  /** The newest revision, whatever is in it. */
  readonly newest: () => Promise<number>;
  readonly selection: Selection;
}

/** Follows a selection as informers do: lists or streams what there is, goes on where it was, starts over when it is told to. */
export class ApiWatcher {
  readonly #options: WatcherOptions;
  readonly #random: Random;
  readonly #bookmarks: boolean;
  readonly #accept: string;
  readonly #begin: "list" | "cachedList" | "stream" | "cached";
  readonly streams: StreamLog[] = [];
  readonly lists: ListLog[] = [];
  readonly known = new Map<string, Item>();
  #from: number | undefined;
  #abort = new AbortController();
  #isOver = false;

  constructor(options: WatcherOptions) {
    const { random } = options.client;
    this.#options = options;
    this.#random = random;
    this.#begin = (["list", "cachedList", "stream", "cached"] as const)[random.int(4)]!;
    this.#bookmarks = this.#begin === "stream" || random.int(2) === 0;
    this.#accept = FORMATS[random.int(FORMATS.length)]!;
  }

  get name(): string {
    return this.#options.name;
  }

  get selection(): Selection {
    return this.#options.selection;
  }

  async run(): Promise<void> {
    while (!this.#isOver) {
      try {
        await this.#once();
      } catch (error) {
        if (!isUnanswered(error) && !(error instanceof Error && error.name === "AbortError")) throw error;
      }
      if (!this.#isOver) await this.#options.client.clock.sleep(this.#random.float() * RETRY_MS);
    }
  }

  /** Leaves off; what has come so far is what it knows. */
  stop(): void {
    this.#isOver = true;
    this.#abort.abort();
  }

  async #once(): Promise<void> {
    if (this.#from === undefined && (this.#begin === "list" || this.#begin === "cachedList")) await this.#list();
    else await this.#watch();
  }

  async #list(): Promise<void> {
    const { client, selection, name, newest } = this.#options;
    const isCached = this.#begin === "cachedList";
    const notOlderThan = isCached ? 0 : await newest();
    const query = [selection.query, ...(isCached ? ["resourceVersion=0"] : [])].filter(Boolean).join("&");
    const answer = await client.ask("GET", `${collection(selection.namespace)}?${query}`);
    if (isFault(answer)) return;
    const revision = Number(answer.value.metadata.resourceVersion);
    const items = itemsOf(answer.value);
    this.lists.push({ name, selection, notOlderThan, returnedAt: await newest(), revision, items });
    this.known.clear();
    for (const { item } of items) this.known.set(keyOf(item), item);
    this.#from = revision;
  }

  async #watch(): Promise<void> {
    const { client, selection, name, newest } = this.#options;
    const from = this.#from;
    const isNew = from === undefined;
    const isCached = this.#begin === "cached";
    const log: StreamLog = {
      name,
      selection,
      start: isNew
        ? { type: "initial", atLeast: isCached ? 0 : await newest(), marksEnd: !isCached }
        : { type: "resume", from },
      heard: [],
    };
    this.streams.push(log);
    const abort = new AbortController();
    this.#abort = abort;
    const server = client.pick();
    const response = await server.call(
      request({
        path: collection(selection.namespace),
        query: this.#query(from, isCached),
        headers: { accept: this.#accept },
        signal: abort.signal,
      }),
    );
    if (response.status === GONE) this.#gone(log);
    if (response.status >= 400) return;
    if (isNew) this.known.clear();
    const batches = watched(response)[Symbol.asyncIterator]();
    try {
      for (;;) {
        const batch = await Promise.race([batches.next(), server.lost]);
        if (batch.done || this.#isOver) return;
        for (const frame of batch.value) {
          const heard = heardOf(frame);
          if (!heard) {
            if ((frame.object as { code?: number }).code === GONE) this.#gone(log);
            return;
          }
          log.heard.push(heard);
          this.#learn(log, heard, frame.object);
        }
        if (this.#random.int(4) === 0) await client.clock.sleep(this.#random.float() * PAUSE_MAX_MS);
        if (this.#random.int(25) === 0) return;
      }
    } finally {
      abort.abort();
      void batches.return?.();
    }
  }

  #query(from: number | undefined, isCached: boolean): string {
    const { selection } = this.#options;
    const parts = ["watch=1", selection.query, `timeoutSeconds=${1 + this.#random.int(4)}`];
    if (this.#bookmarks) parts.push("allowWatchBookmarks=true");
    if (from !== undefined) parts.push(`resourceVersion=${from}`);
    else if (isCached) parts.push("resourceVersion=0");
    else parts.push("sendInitialEvents=true", "resourceVersionMatch=NotOlderThan");
    return parts.filter(Boolean).join("&");
  }

  #learn(log: StreamLog, heard: StreamLog["heard"][number], object: unknown): void {
    if (heard.type === "DELETED") this.known.delete(heard.key);
    else if (heard.type !== "BOOKMARK") this.known.set(heard.key, itemOf(object));
    // A watch that began with what there is has no version to go on from until that is complete.
    const { start } = log;
    const isInitial =
      start.type === "initial" &&
      (start.marksEnd
        ? !log.heard.some((one) => one.type === "BOOKMARK" && one.endsInitial)
        : !log.heard.some(({ type }) => type !== "ADDED"));
    if (!isInitial) this.#from = heard.revision;
  }

  #gone(log: StreamLog): void {
    const { truth } = this.#options;
    log.goneAt = {
      compacted: truth.compacted,
      mayBeLost: log.start.type === "resume" && truth.mayBeLost(log.start.from),
    };
    this.#from = undefined;
  }
}
