import type { EtcdStoreOptions } from "./etcd/index.ts";
import type { EtcdServer, EtcdServerOptions } from "./serve/index.ts";
import type { Store } from "./store.ts";

// What speaks etcd's protocol is loaded when it is first used: a process with a store of its own does without.

/** The store in a real etcd cluster. */
export async function openEtcdStore(options: EtcdStoreOptions): Promise<Store> {
  return (await import("./etcd/index.ts")).openEtcdStore(options);
}

/** Serves etcd's v3 API from a store. */
export async function serveEtcd(options: EtcdServerOptions): Promise<EtcdServer> {
  return (await import("./serve/index.ts")).serveEtcd(options);
}
