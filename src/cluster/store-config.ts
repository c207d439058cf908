import { join } from "node:path";
import { ConfigError } from "./errors.ts";

/** Where the data is. */
export type StoreConfig =
  | { readonly type: "memory" }
  | { readonly type: "embedded"; readonly directory: string }
  /** Members of an etcd cluster as URLs. */
  | { readonly type: "etcd"; readonly endpoints: readonly string[] };

/** Reads `memory`, `embedded` (below the data directory, if there is one) or `etcd://HOST:PORT,…`. */
export function parseStore(text: string, dataDirectory: string | undefined): StoreConfig {
  if (text === "memory") return { type: "memory" };
  if (text === "embedded" && dataDirectory) return { type: "embedded", directory: join(dataDirectory, "store") };
  const scheme = /^(etcds?):\/\/(.+)$/.exec(text);
  const endpoints = scheme?.[2]?.split(",");
  if (endpoints?.every((endpoint) => /^(\[[^\]]+\]|[^:/]+):\d+$/.test(endpoint)))
    return {
      type: "etcd",
      endpoints: endpoints.map((endpoint) => `${scheme![1] === "etcds" ? "https" : "http"}://${endpoint}`),
    };
  const embedded = dataDirectory ? "embedded" : "embedded:DIRECTORY";
  throw new ConfigError(
    `read --store: got ${JSON.stringify(text)}, wanted ${embedded}, memory, etcd://HOST:PORT,… or etcds://HOST:PORT,…`,
  );
}
