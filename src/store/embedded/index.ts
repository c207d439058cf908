/**
 * The store of one process on a local disk: the index of `memory/` over a checksummed log. Knows disks only through
 * {@link Disk}. Start at `embedded.ts`, then `format.ts`; docs/internals/store.md has the whole picture.
 */
export type { Commit, Disk, DiskFile } from "./disk.ts";
export {
  type EmbeddedStore,
  type EmbeddedStoreOptions,
  type EmbeddedStoreStatus,
  openEmbeddedStore,
} from "./embedded.ts";
export { type FileLock, isLockedElsewhere, lockFile } from "./lock-file.ts";
export { readSnapshot, restoreEmbeddedStore, snapshotForEtcd, type SnapshotStatus, snapshotStatus } from "./restore.ts";
export { SimulatedDisk } from "./simulated-disk.ts";
