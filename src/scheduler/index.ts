/**
 * The scheduler: gives every pod without a node the best one, and can say why.
 * Speaks only to the API. Start at {@link startScheduler}; the decision itself is the pure `cycle.ts`, what it weighs
 * stands in `plugins/`, one file each, in the order of `plugins/all.ts`.
 */
export type { Decision, NodeRejection, NodeScore } from "./cycle.ts";
export type { Plugin, Rejection, Snapshot } from "./framework.ts";
export type { NodeInfo } from "./node-info.ts";
export { allPlugins } from "./plugins/all.ts";
export { type Scheduler, type SchedulerOptions, startScheduler } from "./scheduler.ts";
