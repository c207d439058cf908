import type { KubeClient, WatchedEvent } from "./client.ts";
import type { Change, Outcome } from "./history.ts";

const COUNTERS = 4;
const PAUSE_MS = 20;
export const NAMESPACE = "/api/v1/namespaces/ha";
/** How long a client leaves a server alone that hasn't answered. */
const AVOID_MS = 4_000;
const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Clients that use all servers at once, and note what each of them was told. */
export class Load {
  readonly #clients: readonly KubeClient[];
  readonly #abort = new AbortController();
  readonly #running: Promise<void>[] = [];
  /** By object, then word. */
  readonly outcomes: readonly Map<string, Outcome>[] = Array.from({ length: COUNTERS }, () => new Map());
  /** What each watcher has seen. */
  readonly seen: Change[][] = [];
  readonly problems: string[] = [];
  acknowledged = 0;
  /** Acknowledged by each server. */
  readonly by: number[];
  /** Until when each server is left alone. */
  readonly #avoid: number[];

  constructor(clients: readonly KubeClient[]) {
    this.#clients = clients;
    this.by = clients.map(() => 0);
    this.#avoid = clients.map(() => 0);
  }

  /** Makes the objects and starts; the version from which on everything is watched. */
  async start(): Promise<number> {
    const [first] = this.#clients;
    await first!.must("POST", "/api/v1/namespaces", { metadata: { name: "ha" } });
    const list = await first!.must("GET", `${NAMESPACE}/configmaps`);
    for (let index = 0; index < COUNTERS; index++)
      await first!.must("POST", `${NAMESPACE}/configmaps`, { metadata: { name: `c${index}` }, data: { words: "" } });
    const from = Number(list.metadata.resourceVersion);
    this.#clients.forEach((_, index) => {
      this.#running.push(this.#write(index), this.#readOld(index), this.#watch(index, from));
    });
    return from;
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    await Promise.all(this.#running);
  }

  get #isOver(): boolean {
    return this.#abort.signal.aborted;
  }

  /** Asks a server, or the next one if it has failed a moment ago; which one, and what it said. */
  async #ask(wish: number, method: string, path: string, body?: unknown) {
    const count = this.#clients.length;
    const order = this.#clients.map((_, index) => (wish + index) % count);
    const server = order.find((index) => this.#avoid[index]! < Date.now()) ?? wish % count;
    try {
      return { server, ...(await this.#clients[server]!.send(method, path, body)) };
    } catch (error) {
      this.#avoid[server] = Date.now() + AVOID_MS;
      throw error;
    }
  }

  /** Adds words to objects: reads from one server, writes to the next, reads again from the one after. */
  async #write(writer: number): Promise<void> {
    for (let turn = 0; !this.#isOver; turn++) {
      await pause(PAUSE_MS);
      const counter = turn % COUNTERS;
      const path = `${NAMESPACE}/configmaps/c${counter}`;
      const word = `${writer}-${turn}`;
      const outcomes = this.outcomes[counter]!;
      try {
        const { status, body } = await this.#ask(writer + turn, "GET", path);
        if (status !== 200) continue;
        const { words } = body.data as { words: string };
        outcomes.set(word, "unknown");
        const { metadata } = body;
        const wanted = { metadata: { name: metadata.name, resourceVersion: metadata.resourceVersion } };
        const changed = { ...wanted, data: { words: `${words}${word} ` } };
        const written = await this.#ask(writer + turn + 1, "PUT", path, changed);
        if (written.status === 409) outcomes.set(word, "refused");
        if (written.status !== 200) continue;
        outcomes.set(word, "acknowledged");
        this.acknowledged++;
        this.by[written.server]!++;
        await this.#readBack(written.server + 1, { counter, word, turn });
      } catch {
        // Not known what became of it.
      }
    }
  }

  /** Another server knows what one has acknowledged, by name and in a list from its cache. */
  async #readBack(server: number, { counter, word, turn }: { counter: number; word: string; turn: number }) {
    const isList = turn % 3 === 0;
    const path = isList ? `${NAMESPACE}/configmaps` : `${NAMESPACE}/configmaps/c${counter}`;
    const { status, body } = await this.#ask(server, "GET", path);
    if (status !== 200) return;
    const found = isList ? body.items?.find(({ metadata }) => metadata.name === `c${counter}`) : body;
    const { words } = (found?.data ?? { words: "" }) as { words: string };
    if (!words.split(" ").includes(word)) this.problems.push(`${word} was acknowledged and not read (list: ${isList})`);
  }

  /** Reads that may be old never go back at one server. */
  async #readOld(server: number): Promise<void> {
    let before = 0;
    while (!this.#isOver) {
      await pause(PAUSE_MS * 5);
      const answer = await this.#clients[server]!.send("GET", `${NAMESPACE}/configmaps?resourceVersion=0`).catch(
        () => undefined,
      );
      if (answer?.status !== 200) continue;
      const now = Number(answer.body.metadata.resourceVersion);
      if (now < before) this.problems.push(`server ${server} went back from ${before} to ${now}`);
      before = now;
    }
  }

  /** Goes on at the next server wherever the last one left it. */
  async #watch(first: number, from: number): Promise<void> {
    const seen: Change[] = [];
    this.seen.push(seen);
    let last = from;
    const hear = ({ type, object }: WatchedEvent) => {
      if (type === "ERROR") return void this.problems.push(`watch from ${last}: ${JSON.stringify(object)}`);
      const revision = Number(object.metadata.resourceVersion);
      last = revision;
      if (type !== "BOOKMARK") seen.push({ revision, name: object.metadata.name });
    };
    for (let server = first; !this.#isOver; server++) {
      const query = `watch=1&allowWatchBookmarks=true&resourceVersion=${last}&timeoutSeconds=15`;
      await this.#clients[server % this.#clients.length]!.watch(
        `${NAMESPACE}/configmaps?${query}`,
        hear,
        this.#abort.signal,
      );
      await pause(PAUSE_MS * 5);
    }
  }
}
