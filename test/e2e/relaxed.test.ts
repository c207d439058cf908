import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { type Kube, KubeClient } from "../ha/client.ts";
import { ApartCluster, type Process } from "./apart.ts";

/** The long mode: NAVARCH_API_KILLS=50. */
const KILLS = Number(process.env.NAVARCH_API_KILLS ?? 2);
const ACKNOWLEDGED_MIN = 200;
const RANDOM_MORE = 400;

interface Kind {
  readonly path: string;
  /** A crash may take the newest of its writes. */
  readonly isRelaxed: boolean;
  readonly writers: number;
  readonly fields: object;
}

const CORE = "/api/v1/namespaces/default";
const KINDS: readonly Kind[] = [
  { path: `${CORE}/configmaps`, isRelaxed: false, writers: 4, fields: {} },
  {
    path: "/apis/coordination.k8s.io/v1/namespaces/default/leases",
    isRelaxed: true,
    writers: 6,
    fields: { spec: { holderIdentity: "somebody" } },
  },
  {
    path: `${CORE}/events`,
    isRelaxed: true,
    writers: 4,
    fields: { involvedObject: { kind: "Pod", namespace: "default", name: "p" }, reason: "Written", type: "Normal" },
  },
];

/** What clients of a server that is killed now and then were told, in all its lives. */
class Told {
  /** What each revision did, whoever said so. */
  readonly #byRevision = new Map<number, string>();
  /** By path: the newest acknowledged write of what no crash may take, and the last one that was tried of everything. */
  readonly #kept = new Map<string, number>();
  readonly #tried = new Map<string, number>();
  readonly problems: string[] = [];
  #acknowledged = 0;
  #wanted = 0;
  #reached = () => {};

  /** Resolves when so many more writes have been acknowledged. */
  more(count: number): Promise<void> {
    this.#wanted = this.#acknowledged + count;
    return new Promise((resolve) => {
      this.#reached = resolve;
    });
  }

  get newest(): number {
    return Math.max(0, ...this.#byRevision.keys());
  }

  next(path: string): number {
    const count = (this.#tried.get(path) ?? 0) + 1;
    this.#tried.set(path, count);
    return count;
  }

  wrote(kind: Kind, path: string, object: Kube): void {
    this.saw(path, object);
    if (++this.#acknowledged === this.#wanted) this.#reached();
    if (!kind.isRelaxed) this.#kept.set(path, countOf(object));
  }

  saw(path: string, object: Kube): void {
    const revision = Number(object.metadata.resourceVersion);
    const text = `${path} ${countOf(object)}`;
    const known = this.#byRevision.get(revision);
    if (known !== undefined && known !== text) this.problems.push(`revision ${revision} is of ${known}, and ${text}`);
    this.#byRevision.set(revision, text);
  }

  /** A server that was killed is there again. */
  async compare(client: KubeClient): Promise<void> {
    const { newest } = this;
    for (const { path, isRelaxed } of KINDS) {
      const list = await client.must("GET", path);
      assert.ok(Number(list.metadata.resourceVersion) > newest, "revisions go on behind all that anyone saw");
      const found = new Map((list.items ?? []).map((item) => [`${path}/${item.metadata.name}`, item]));
      for (const [at, item] of found) {
        this.saw(at, item);
        if (countOf(item) > (this.#tried.get(at) ?? 0)) this.problems.push(`${at} is ${countOf(item)}: never written`);
      }
      if (isRelaxed) continue;
      for (const [at, count] of this.#kept) {
        const item = found.get(at);
        if (!item || countOf(item) < count) this.problems.push(`${at} was acknowledged as ${count}, and is lost`);
      }
    }
  }
}

const countOf = ({ metadata }: Kube): number =>
  Number((metadata as { annotations?: { count?: string } }).annotations?.count ?? 0);

/** Writes to one object, which nobody else writes to, until the server is gone. */
async function write(client: KubeClient, told: Told, { kind, name }: { kind: Kind; name: string }): Promise<void> {
  const path = `${kind.path}/${name}`;
  try {
    const found = await client.send("GET", path);
    let now = found.status === 404 ? undefined : found.body;
    for (;;) {
      const annotations = { count: `${told.next(path)}` };
      const resourceVersion = now?.metadata.resourceVersion;
      const body = { ...kind.fields, metadata: { name, annotations, ...(now && { resourceVersion }) } };
      const { status, body: written } = await (now
        ? client.send("PUT", path, body)
        : client.send("POST", kind.path, body));
      assert.ok(status < 300, `${path}: ${JSON.stringify(written)}`);
      told.wrote(kind, path, written);
      now = written;
    }
  } catch (error) {
    if (error instanceof assert.AssertionError) throw error;
    // The server is gone; nobody knows whether the last write has happened.
  }
}

async function watch(client: KubeClient, told: Told, path: string): Promise<void> {
  const hear = ({ object }: { object: Kube }) => told.saw(`${path}/${object.metadata.name}`, object);
  await client.watch(`${path}?watch=1`, hear, new AbortController().signal);
}

/** Uses a server with all kinds at once, and kills it in the middle of that. */
async function useAndKill(server: Process, client: KubeClient, told: Told): Promise<void> {
  const enough = told.more(ACKNOWLEDGED_MIN + Math.floor(Math.random() * RANDOM_MORE));
  const running = KINDS.flatMap((kind) => [
    watch(client, told, kind.path),
    ...Array.from({ length: kind.writers }, (_, index) => write(client, told, { kind, name: `w${index}` })),
  ]);
  const killed = enough.then(async () => assert.equal(await server.stop("SIGKILL"), 128));
  await Promise.all([...running, killed]);
}

test(`an API server whose crashes may take leases and events loses nothing else, killed ${KILLS} times`, async () => {
  await using cluster = await ApartCluster.create([]);
  const store = `--store=embedded:${join(cluster.directory, "store")}`;
  const flags = ["--relaxed-durability=leases,events"];
  const told = new Told();
  for (let kill = 0; kill < KILLS; kill++) {
    const server = await cluster.apiserver(store, { flags });
    const client = new KubeClient(`127.0.0.1:${cluster.port}`, cluster.directory);
    if (kill > 0) await told.compare(client);
    await useAndKill(server, client, told);
    client.close();
  }
  await cluster.apiserver(store, { flags });
  const client = new KubeClient(`127.0.0.1:${cluster.port}`, cluster.directory);
  await told.compare(client);
  assert.deepEqual(told.problems, []);
  client.close();
});
