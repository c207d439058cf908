/** Snapshots as etcd makes and takes them: a reader and a writer of its file. Knows no store and no disk. Start at `etcd.ts`. */
export { encodeEtcdSnapshot, isEtcdSnapshot, readEtcdSnapshot, type StoreState } from "./etcd.ts";
