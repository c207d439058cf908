import type { StorageMediaType } from "../../apiserver/index.ts";
import type { Clock, Log, Scope } from "../../base/index.ts";
import { keepCompacted, openEmbeddedStore, openEtcdStore, openMemoryStore, type Store } from "../../store/index.ts";
import { type StoreConfig, parseStore } from "../store-config.ts";
import { ConfigError } from "../errors.ts";
import { type ApiServerFlags, readFlagFile } from "../flags/index.ts";
import { relaxedPrefixes } from "./relaxed.ts";

const COMPACT_EVERY_MS = 300_000;

/** The form in which objects are written to a store. */
export function storageMediaType(wanted: StoreConfig, flags: ApiServerFlags): StorageMediaType {
  return (
    flags["storage-media-type"] ?? (wanted.type === "etcd" ? "application/vnd.kubernetes.protobuf" : "application/json")
  );
}

/** Opens the store of a cluster; the scope closes it. */
export async function openStore(
  wanted: StoreConfig,
  {
    clock,
    log,
    scope,
    flags,
  }: { readonly clock: Clock; readonly log: Log; readonly scope: Scope; readonly flags: ApiServerFlags },
): Promise<Store> {
  const relaxed = relaxedPrefixes(flags["relaxed-durability"]);
  if (relaxed.length > 0 && wanted.type !== "embedded")
    throw new ConfigError(
      `open store: --relaxed-durability is given for a store of type ${wanted.type}, wanted one in a directory of our own`,
    );
  const opened = async () => {
    switch (wanted.type) {
      case "memory":
        return openMemoryStore();
      case "embedded":
        return openEmbeddedStore({ directory: wanted.directory, clock, log, relaxedPrefixes: relaxed });
      case "etcd":
        return openEtcd(wanted.endpoints, { clock, log, flags });
      default:
        return wanted satisfies never;
    }
  };
  const store: Store = await opened();
  scope.defer(() => store.close());
  const intervalMs = flags["etcd-compaction-interval"] ?? COMPACT_EVERY_MS;
  // The embedded store does so by itself.
  if (wanted.type === "etcd" && intervalMs > 0)
    scope.spawn("compact etcd", (signal) => keepCompacted(store, { clock, log, intervalMs, signal }));
  return store;
}

/** Where the API server keeps everything, unless --etcd-prefix says otherwise. */
const ROOT = "/registry";

async function openEtcd(
  endpoints: readonly string[],
  { clock, log, flags }: { readonly clock: Clock; readonly log: Log; readonly flags: ApiServerFlags },
): Promise<Store> {
  const root = `/${(flags["etcd-prefix"] ?? ROOT).split("/").filter(Boolean).join("/")}`;
  if (root === "/") throw new ConfigError("read --etcd-prefix: got no name, wanted a prefix such as /registry");
  const rename = { from: ROOT, to: root };
  try {
    return await openEtcdStore({ endpoints, rename, tls: etcdTls(flags), clock, log });
  } catch (cause) {
    throw new ConfigError(`open store: no etcd answers at ${endpoints.join(", ")}`, { cause });
  }
}

/** The store that an API server's flags name. */
export function storeOf(flags: ApiServerFlags): StoreConfig {
  const servers = flags["etcd-servers"];
  if (servers?.length) return { type: "etcd", endpoints: servers.map(etcdUrl) };
  if (flags.store === undefined)
    throw new ConfigError("start apiserver: it has no store, wanted --etcd-servers URL,… or --store");
  const directory = /^embedded:(.+)$/.exec(flags.store)?.[1];
  return directory ? { type: "embedded", directory } : parseStore(flags.store, undefined);
}

function etcdUrl(text: string): string {
  if (/^https?:\/\/[^/]+:\d+\/?$/.test(text)) return text.replace(/\/$/, "");
  if (/^[^:/]+:\d+$/.test(text)) return `http://${text}`;
  throw new ConfigError(
    `read --etcd-servers: got ${JSON.stringify(text)}, wanted http://HOST:PORT or https://HOST:PORT`,
  );
}

function etcdTls(flags: ApiServerFlags) {
  const read = (flag: "etcd-cafile" | "etcd-certfile" | "etcd-keyfile") =>
    flags[flag] === undefined ? undefined : readFlagFile(flag, flags[flag]);
  const [ca, cert, key] = [read("etcd-cafile"), read("etcd-certfile"), read("etcd-keyfile")];
  return { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) };
}
