import type { ScopedResourceSelectorRequirement } from "../core/v1/resourcequota.ts";
import type { Amounts } from "./amounts.ts";

/** How objects of one resource count against quotas. */
export interface Evaluator<T> {
  /** Whether a quota's resource counts these objects. */
  readonly counts: (name: string) => boolean;
  /** What an object takes. */
  readonly usage: (object: T) => Amounts;
  /** What an object must say to be counted, and doesn't; undefined when nothing is missing. */
  readonly missing?: (object: T, names: readonly string[]) => string | undefined;
  readonly inScope?: (object: T, scope: ScopedResourceSelectorRequirement) => boolean;
  /** Whether an update can change what an object takes. */
  readonly changes?: boolean;
}
