import type { Clock, Log } from "../../base/index.ts";
import { openEmbeddedStore, openEtcdStore, openMemoryStore, type Store } from "../../store/index.ts";
import type { StoreConfig } from "../config.ts";
import { ConfigError } from "../errors.ts";
import { type ApiServerFlags, readFlagFile } from "../flags/index.ts";
import { parseStore } from "../store-config.ts";

/** Opens the store of a cluster. */
export async function openStore(
  wanted: StoreConfig,
  { clock, log, flags = {} }: { readonly clock: Clock; readonly log: Log; readonly flags?: ApiServerFlags },
): Promise<Store> {
  switch (wanted.type) {
    case "memory":
      return openMemoryStore();
    case "embedded":
      return openEmbeddedStore({ directory: wanted.directory, clock, log });
    case "etcd":
      return openEtcdStore({ endpoints: wanted.endpoints, tls: etcdTls(flags), clock, log }).catch((cause) => {
        throw new ConfigError(`open store: no etcd answers at ${wanted.endpoints.join(", ")}`, { cause });
      });
    default:
      return wanted satisfies never;
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
