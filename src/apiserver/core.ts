import type { KindDefinition } from "../api/index.ts";
import type { Reads } from "./contracts.ts";
import type { Registry } from "./registry/generic.ts";
import type { ServedKinds } from "./discovery/served.ts";

/** What parts of the server may use of it. */
export interface ServerCore {
  readonly reads: Reads;
  /** One for all versions of a kind: it speaks the version that is stored. */
  registry(kind: KindDefinition): Registry;
  readonly served: ServedKinds;
  /** Ends the watches of kinds whose objects are no longer served, or not as they were. */
  forget(kinds: readonly KindDefinition[]): void;
}
