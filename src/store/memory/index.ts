/** The store in memory, and the index that every other store keeps its versions in. */
export { openMemoryStore } from "./memory.ts";
export { keyOf, revisionOf, Versions } from "./versions.ts";
export { storeClosed, Watchers } from "./watchers.ts";
