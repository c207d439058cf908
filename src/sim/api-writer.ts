import {
  collection,
  isFault,
  isUnanswered,
  itemsOf,
  NAMES,
  NAMESPACES,
  randomLabels,
  randomSelection,
  type SimClient,
} from "./api-client.ts";
import type { ListLog } from "./api-check.ts";
import { type Held, itemOf, type Truth } from "./truth.ts";

const LEASES = "/apis/coordination.k8s.io/v1/namespaces/default/leases";
const MERGE_PATCH = "application/merge-patch+json";

export interface WriterOptions {
  readonly name: string;
  readonly client: SimClient;
  readonly truth: Truth;
  readonly newest: () => Promise<number>;
  readonly count: number;
}

/** What an answer says, to be compared with what there was at the time. */
interface Answer {
  readonly what: string;
  readonly key: string;
  readonly calledAt: number;
  readonly returnedAt: number;
  /** What the key held at some moment of the call, if the answer is right. */
  readonly says: (held: Held | undefined) => boolean;
}

/** Writes and reads, one after the other, and notes what it was answered. */
export class Writer {
  readonly #options: WriterOptions;
  readonly #answers: Answer[] = [];
  readonly lines: string[] = [];
  readonly lists: ListLog[] = [];

  constructor(options: WriterOptions) {
    this.#options = options;
  }

  async run(): Promise<void> {
    const { client, count } = this.#options;
    for (let index = 0; index < count; index++) {
      await client.clock.sleep(client.random.float() * 120);
      try {
        await this.#operate(`${this.#options.name}.${index}`);
      } catch (error) {
        if (!isUnanswered(error)) throw error;
        this.lines.push(`${index} unanswered`);
      }
    }
  }

  problems(): string[] {
    const { truth, name } = this.#options;
    return this.#answers.flatMap(({ what, key, calledAt, returnedAt, says }) =>
      truth.between(key, calledAt, returnedAt).some(says)
        ? []
        : [`client ${name}: ${what}, which was not so from ${calledAt} to ${returnedAt}`],
    );
  }

  async #operate(mark: string): Promise<void> {
    const { client, newest } = this.#options;
    const { random } = client;
    const namespace = NAMESPACES[random.int(NAMESPACES.length)]!;
    const name = NAMES[random.int(NAMES.length)]!;
    const at = `${collection(namespace)}/${name}`;
    const key = `${namespace}/${name}`;
    const calledAt = await newest();
    const note = async (what: string, says: Answer["says"]) => {
      this.lines.push(`${key} ${what}`);
      this.#answers.push({ what: `${key} ${what}`, key, calledAt, returnedAt: await newest(), says });
    };
    const pick = random.int(13);
    if (pick < 4) {
      const labels = randomLabels(random);
      const answer = await client.ask("POST", collection(namespace), { metadata: { name, labels }, data: { mark } });
      if (answer.status === 409) await note("was there already", (held) => held !== undefined);
      else await this.#noteWrite(answer, note);
    } else if (pick < 6) {
      const labels = { app: null, ...randomLabels(random) };
      const patch = { metadata: { labels }, data: { mark } };
      const answer = await client.ask("PATCH", at, patch, MERGE_PATCH);
      await this.#noteWrite(answer, note);
    } else if (pick < 8) await this.#noteRead(await client.ask("DELETE", at), note, "deleted");
    else if (pick === 8) await this.#replace(at, mark, note);
    else if (pick === 9) await this.#noteRead(await client.ask("GET", at), note, "read");
    else if (pick < 12) await this.#list();
    else await this.#renew(mark);
  }

  /** Writes a Lease: a crash may take it, but never its revision. */
  async #renew(mark: string): Promise<void> {
    const { client, name } = this.#options;
    const metadata = { name: `of-${name}`, annotations: { mark } };
    const { status } = await client.ask("PATCH", `${LEASES}/${metadata.name}`, { metadata }, MERGE_PATCH);
    if (status === 404) await client.ask("POST", LEASES, { metadata });
    this.lines.push("renewed");
  }

  async #list(): Promise<void> {
    const { client, newest, name } = this.#options;
    const selection = randomSelection(client.random);
    const notOlderThan = await newest();
    const answer = await client.ask("GET", `${collection(selection.namespace)}?${selection.query}`);
    if (isFault(answer)) return;
    const revision = Number(answer.value.metadata.resourceVersion);
    this.lines.push(`listed at ${revision}`);
    this.lists.push({
      name: `client ${name}`,
      selection,
      notOlderThan,
      returnedAt: await newest(),
      revision,
      items: itemsOf(answer.value),
    });
  }

  async #replace(at: string, mark: string, note: Note): Promise<void> {
    const { client } = this.#options;
    const read = await client.ask("GET", at);
    if (isFault(read) || read.status !== 200) return;
    await client.clock.sleep(client.random.float() * 20);
    const before = Number(read.value.metadata.resourceVersion);
    const answer = await client.ask("PUT", at, { ...read.value, data: { mark } });
    if (answer.status === 409) await note(`is no longer at ${before}`, (held) => held?.revision !== before);
    else await this.#noteWrite(answer, note);
  }

  /** The object that a write made has to be there at its version. */
  async #noteWrite(answer: { readonly status: number; readonly value: any }, note: Note): Promise<void> {
    if (isFault(answer) || answer.status === 409) return;
    if (answer.status === 404) return note("is not there to be written", (held) => held === undefined);
    const { mark } = itemOf(answer.value);
    const revision = Number(answer.value.metadata.resourceVersion);
    await note(`written as ${mark} at ${revision}`, (held) => held?.revision === revision && held.item.mark === mark);
  }

  async #noteRead(answer: { readonly status: number; readonly value: any }, note: Note, what: string): Promise<void> {
    if (isFault(answer) || answer.status === 409) return;
    if (answer.status === 404) return note(`is not there to be ${what}`, (held) => held === undefined);
    if (answer.value.kind === "Status") return note(what, (held) => held === undefined);
    const [{ item, revision }] = itemsOf({ items: [answer.value] }) as [Held];
    await note(
      `${what} as ${item.mark} at ${revision}`,
      (held) => held?.revision === revision && held.item.mark === item.mark,
    );
  }
}

type Note = (what: string, says: Answer["says"]) => Promise<void>;
