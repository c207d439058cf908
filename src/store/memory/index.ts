/** The store in memory, and the index that every store of our own keeps its versions in. */
export { checkTransaction, OPERATIONS_MAX } from "./check.ts";
export { compareKeys, keyBytes, keyText, LAST_KEY } from "./keys.ts";
export { type Granted, Leases } from "./leases.ts";
export { openMemoryStore } from "./memory.ts";
export { BTree, countBetween } from "./tree.ts";
export { type Version, Versions } from "./versions.ts";
export { storeClosed, Watchers } from "./watchers.ts";
