/** The store in a real etcd cluster, over gRPC. Start at `etcd.ts`; `wire.ts` has what goes over the line. */
export { keepCompacted } from "./compaction.ts";
export { type EtcdStoreOptions, openEtcdStore } from "./etcd.ts";
