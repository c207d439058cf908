import type { Clock, Log, Scope } from "../../base/index.ts";
import { Endpoints, type KindDefinition, type KubeObject } from "../../api/index.ts";
import { prefixEnd, type Store, StoreError } from "../../store/index.ts";
import { encodeStored, type StorageMediaType } from "../stored/encoding.ts";
import type { ServerCore } from "../core.ts";
import { identityName } from "./identity.ts";
import { publishKubernetesService } from "./kubernetes-service.ts";

/** Where the original's servers say where they are, too: for the Service of the API, and for each other. */
const PREFIX = "/registry/masterleases/";
const PEER_PREFIX = "/registry/peerserverleases/";
const TTL_SECONDS = 15;
/** How often a server says that it is still there. */
const ANNOUNCE_EVERY_MS = 10_000;
const RETRY_MS = 1_000;
const LEAVE_TIMEOUT_MS = 2_000;
const PUBLISH_TRIES_MAX = 20;
const PUBLISH_RETRY_MS = 100;

/** Where a server is reached. */
export interface ServerPlace {
  /** undefined: from this machine only. */
  readonly address: string | undefined;
  readonly port: number;
  /** There may be more servers on the same store: each says that it is there, as long as it is. */
  readonly hasPeers?: boolean;
  /** Of its machine; where there are peers its Lease shows it. */
  readonly hostname?: string;
}

interface Publishing extends ServerPlace {
  readonly clusterIP: string;
  readonly store: Store;
  readonly storageMediaType?: StorageMediaType;
  readonly clock: Clock;
  readonly log: Log;
  readonly scope: Scope;
}

/** Makes the Service that leads to the servers of the cluster, and keeps it leading to those that are there. */
export async function publishServer(core: ServerCore, options: Publishing): Promise<void> {
  const { address, hasPeers, clock, log, scope } = options;
  const publish = (addresses: readonly string[]) => publishKubernetesService(core, { ...options, addresses });
  if (address === undefined || !hasPeers)
    return untilPublished(options, () => publish(address === undefined ? [] : [address]));
  const servers = new ServerAddresses({ ...options, address });
  const announce = async () => publish(await servers.announce());
  await untilPublished(options, announce);
  scope.spawn("announce server", async (signal) => {
    let waitMs = ANNOUNCE_EVERY_MS;
    while (!signal.aborted) {
      await clock.sleep(waitMs, signal);
      waitMs = ANNOUNCE_EVERY_MS;
      await announce().catch((error) => {
        log.warn("Server not announced", { error });
        waitMs = RETRY_MS;
      });
    }
  });
  scope.defer(async () => {
    const gone = servers.leave().then(publish);
    gone.catch(() => {});
    await Promise.race([gone, clock.sleep(LEAVE_TIMEOUT_MS)]).catch((error) =>
      log.warn("Server not taken out", { error }),
    );
  });
}

/** Servers that start at once make the same Service: whoever comes second finds the first one's on another try. */
async function untilPublished({ clock, scope }: Publishing, publish: () => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await publish();
    } catch (error) {
      if (tries === PUBLISH_TRIES_MAX) throw error;
      await clock.sleep(PUBLISH_RETRY_MS, scope.signal);
    }
  }
}

/** Which servers of a cluster there are: each keeps its address in the store, under a lease that ends when it does. */
export class ServerAddresses {
  readonly #store: Store;
  readonly #mediaType: StorageMediaType;
  /** What this server says of itself, by key. */
  readonly #records: ReadonlyMap<string, Record>;
  #lease = 0;
  #announced = 0;

  constructor({
    store,
    storageMediaType = "application/json",
    ...place
  }: { readonly store: Store; readonly storageMediaType?: StorageMediaType } & AnnouncedPlace) {
    this.#store = store;
    this.#mediaType = storageMediaType;
    this.#records = recordsOf(place);
  }

  /** Says that this server is there; the addresses of all that are. */
  async announce(): Promise<readonly string[]> {
    await this.#keepLease();
    // Counted, as the original does, whose store would not write what is there already.
    const generation = ++this.#announced;
    const success = [...this.#records].map(([key, { labels, subset }]) => {
      const metadata = { generation, ...(labels && { labels }) };
      const record = { kind: "Endpoints", apiVersion: "v1", metadata, subsets: [subset] } as unknown as KubeObject;
      const { value } = encodeStored(Endpoints as unknown as KindDefinition, record, this.#mediaType);
      return { type: "put", key, value, lease: this.#lease } as const;
    });
    await this.#store.transact({ compare: [], success, failure: [] });
    return this.#all();
  }

  /** Says that this server goes; the addresses of those that stay. */
  async leave(): Promise<readonly string[]> {
    const success = [...this.#records.keys()].map((key) => ({ type: "delete", key }) as const);
    await this.#store.transact({ compare: [], success, failure: [] });
    return this.#all();
  }

  async #all(): Promise<readonly string[]> {
    const { entries } = await this.#store.range({ start: PREFIX, end: prefixEnd(PREFIX), keysOnly: true });
    return entries.map(({ key }) => key.slice(PREFIX.length));
  }

  async #keepLease(): Promise<void> {
    try {
      if (this.#lease !== 0) return void (await this.#store.keepLease(this.#lease));
    } catch (error) {
      if (!(error instanceof StoreError) || error.code !== "leaseNotFound") throw error;
    }
    this.#lease = (await this.#store.grantLease({ ttlSeconds: TTL_SECONDS })).id;
  }
}

interface AnnouncedPlace extends ServerPlace {
  readonly address: string;
}

interface Record {
  readonly labels?: Readonly<{ [name: string]: string }>;
  readonly subset: object;
}

function recordsOf({ address, port, hostname }: AnnouncedPlace): ReadonlyMap<string, Record> {
  const addresses = [{ ip: address }];
  const records = new Map<string, Record>([[PREFIX + address, { subset: { addresses } }]]);
  if (hostname === undefined) return records;
  const name = identityName(hostname);
  const ports = [{ name: "https", port, protocol: "TCP" }];
  return records.set(PEER_PREFIX + name, { labels: { apiserverIdentity: name }, subset: { addresses, ports } });
}
