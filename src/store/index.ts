/**
 * The store: bytes under keys, one revision counter, watches that miss nothing.
 * Knows nothing of Kubernetes, JSON or HTTP. Start at {@link Store}; `store.suite.ts` is its contract.
 */
export {
  type Commit,
  type Disk,
  type DiskFile,
  type EmbeddedStore,
  type EmbeddedStoreOptions,
  type EmbeddedStoreStatus,
  type FileLock,
  isLockedElsewhere,
  lockFile,
  openEmbeddedStore,
  restoreEmbeddedStore,
  snapshotForEtcd,
  type SnapshotStatus,
  snapshotStatus,
  SimulatedDisk,
} from "./embedded/index.ts";
export { StoreError, type StoreErrorCode } from "./errors.ts";
export { keepCompacted } from "./etcd/compaction.ts";
export type { EtcdStoreOptions } from "./etcd/index.ts";
export { openEtcdStore, serveEtcd } from "./remote.ts";
export { accountFile } from "./serve/auth/file.ts";
export type { EtcdServer, EtcdServerOptions } from "./serve/index.ts";
export { BTree, countBetween, LAST_KEY, openMemoryStore } from "./memory/index.ts";
export {
  type Change,
  type Compare,
  type Entry,
  type ForkableStore,
  type KeyRange,
  type Lease,
  type Operation,
  type OperationResult,
  prefixEnd,
  type RangeOptions,
  type RangeResult,
  type Revision,
  type Store,
  type Transaction,
  type TransactionResult,
  type Watch,
  type WatchOptions,
  type WatchSink,
} from "./store.ts";
export { serveStore, threadStore } from "./thread/index.ts";
